/**
 * Runs the CEP workloads one by one and in chunks of 100 and prints events per second; with `--peers DIR` the same
 * beside Siddhi and Esper, which are read from that folder's `run`.
 *
 *     node edge-runtime/bench/cep/bench.ts [--peers DIR] [--scale 0.1] [workload …]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { CepError, compile, Engine, type Row } from '../../cep/index.ts';
import { Input, readWorkloads, textOf, type Workload } from './workload.ts';

const WARM_UP_MAX = 1_000_000;
const CHUNK = 100;

interface Result {
  workload: string;
  chunk: number;
  eventsPerSecond: number;
  /** What it would be on a machine with nothing else to do; on a shared one the better figure to look at. */
  eventsPerCpuSecond: number;
  outputs: number;
  checksum: number;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { peers: { type: 'string' }, scale: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } } });
const file = readWorkloads();
const chosen = file.workloads.filter((one) => positionals.length === 0 || positionals.includes(one.name));

for (const workload of chosen) {
  const peers = values.peers === undefined ? [] : runPeers(values.peers, workload);
  for (const chunk of [1, CHUNK]) {
    const own = measure(workload, chunk, Number(values.scale));
    if (own === undefined) continue;
    report(own, peers.filter((one) => one.chunk === chunk || one.engine === 'esper'));
  }
}

function measure(workload: Workload, chunk: number, scale: number): Result | undefined {
  let engine: Engine;
  try {
    engine = new Engine(compile(textOf(file, workload)), { start: 0 });
  } catch (failure) {
    if (!(failure instanceof CepError)) throw failure;
    process.stdout.write(`${workload.name}: not run: ${failure.message}\n`);
    return undefined;
  }
  let outputs = 0;
  let checksum = 0;
  engine.onEvent('Out', (_, row) => {
    outputs++;
    for (const value of row) if (typeof value === 'number') checksum += value;
  });
  engine.onFault(({ reason }) => {
    throw new Error(reason);
  });
  if (workload.preload !== undefined) for (let row = 0; row < workload.preload.rows; row++) engine.send(workload.preload.stream, 0, [`S${row}`, row]);
  const input = new Input(workload);
  const events = Math.ceil(workload.events * scale);
  feed(engine, workload, input, Math.min(Math.floor(events / 4), WARM_UP_MAX), chunk);
  outputs = 0;
  checksum = 0;
  const before = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  feed(engine, workload, input, events, chunk);
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  return { workload: workload.name, chunk, eventsPerSecond: events / seconds, eventsPerCpuSecond: (events * 1e6) / (cpu.user + cpu.system), outputs, checksum };
}

function feed(engine: Engine, workload: Workload, input: Input, events: number, chunk: number): void {
  const ways = workload.input.map((stream) => engine.input(stream));
  const [only] = ways;
  const [stream] = workload.input;
  if (chunk > 1 && ways.length === 1 && stream !== undefined) feedChunks(engine, stream, input, events, chunk);
  else if (ways.length === 1 && only !== undefined) {
    for (let index = 0; index < events; index++) {
      const row = input.next();
      only(input.time, row);
    }
  } else {
    for (let index = 0; index < events; index++) {
      const row = input.next();
      ways[input.stream]?.(input.time, row);
    }
  }
}

/** Chunks of one stream's events; where two streams take turns, each event goes alone, as in the other engines' runs. */
function feedChunks(engine: Engine, stream: string, input: Input, events: number, chunk: number): void {
  for (let from = 0; from < events; from += chunk) {
    const size = Math.min(chunk, events - from);
    const times = new Array<number>(size);
    const rows = new Array<Row>(size);
    for (let index = 0; index < size; index++) {
      rows[index] = input.next();
      times[index] = input.time;
    }
    engine.sendChunk(stream, times, rows);
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
