/**
 * Runs the CEP workloads one by one and in chunks of 100 and prints events per second; with `--peers DIR` the same
 * beside Siddhi and Esper, which are read from that folder's `run`. With `--memory`, what things that are kept weigh; with
 * `--kept`, what an event costs beside few and many of them; with `--snapshots`, what saving and restoring a million costs.
 *
 *     npm run bench:cep -- [--peers DIR] [--scale 0.1] [--memory | --kept | --snapshots] [workload …]
 *
 * Each workload has a process of its own, as the other engines' have: what ran before would be seen in the figures.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, type Result } from './measure.ts';
import { readWorkloads, type Workload } from './workload.ts';

const CHUNK = 100;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'string' },
    scale: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    kept: { type: 'boolean', default: false },
    snapshots: { type: 'boolean', default: false },
    /** Set by this program for the process that measures. */
    alone: { type: 'boolean', default: false },
  },
});
const chosen = readWorkloads().workloads.filter((one) => positionals.length === 0 || positionals.includes(one.name));

const other = values.memory ? 'memory.ts' : values.kept ? 'kept.ts' : values.snapshots ? 'snapshots.ts' : undefined;

if (other !== undefined) spawnSync(process.execPath, ['--expose-gc', fileURLToPath(new URL(other, import.meta.url))], { stdio: 'inherit' });
else if (values.alone) for (const workload of chosen) for (const chunk of [1, CHUNK]) process.stdout.write(`${JSON.stringify(measure(workload, chunk, Number(values.scale)))}\n`);
else for (const workload of chosen) compare(workload);

function compare(workload: Workload): void {
  const peers = values.peers === undefined ? [] : runPeers(values.peers, workload);
  const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--alone', '--scale', values.scale, workload.name], { encoding: 'utf8', maxBuffer: 1 << 24, stdio: ['ignore', 'pipe', 'inherit'] });
  for (const line of run.stdout.split('\n')) {
    if (line === '') continue;
    const own: Result | string = JSON.parse(line);
    if (typeof own === 'string') process.stdout.write(`${workload.name}: not run: ${own}\n`);
    else report(own, peers.filter((one) => one.chunk === own.chunk || one.engine === 'esper'));
  }
}

type PeerResult = Result & { engine: string };

function runPeers(folder: string, workload: Workload): PeerResult[] {
  const results: PeerResult[] = [];
  for (const engine of workload.epl === undefined ? ['siddhi'] : ['siddhi', 'esper']) {
    const run = spawnSync(`${folder}/run`, [`${engine}-bench`, workload.name], { encoding: 'utf8', maxBuffer: 1 << 24 });
    for (const line of run.stdout.split('\n')) if (line.startsWith('{')) results.push({ engine, ...JSON.parse(line) });
  }
  return results;
}

function report(own: Result, peers: readonly PeerResult[]): void {
  const rate = (value: number): string => (value >= 1e6 ? `${(value / 1e6).toFixed(2)} M/s` : `${(value / 1e3).toFixed(1)} K/s`);
  const beside = peers.map((one) => `${one.engine} ${rate(one.eventsPerSecond)} (${(own.eventsPerSecond / one.eventsPerSecond).toFixed(1)} x${one.outputs === own.outputs ? '' : `, outputs ${one.outputs}`})`);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...own, peers })}\n`);
  else process.stdout.write(`${own.workload.padEnd(20)} chunk ${String(own.chunk).padStart(3)}  ${rate(own.eventsPerSecond).padStart(10)} (${rate(own.eventsPerCpuSecond)} of CPU)  outputs ${own.outputs}  checksum ${own.checksum.toFixed(1)}  ${beside.join('  ')}\n`);
}
