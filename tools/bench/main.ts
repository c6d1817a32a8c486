import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { environment } from '../environment.ts';
import { chromiumProgram } from '../services/chromium.ts';
import { ensureDebianPackages } from '../services/debian.ts';
import { kafkaPrograms } from '../services/kafka.ts';
import { stopAll } from '../services/owned-process.ts';
import { redisProgram } from '../services/redis.ts';
import { ServiceError } from '../services/service.ts';
import { buildConsole, generateDatabaseClient } from '../start/build.ts';
import { runSession } from '../start/session.ts';
import { measureAgent } from './agent.ts';
import { measureDeployments } from './deploy.ts';
import { type ExampleStack, startExampleStack } from './example-stack.ts';
import { measurePreview } from './preview.ts';
import { measureCheckpoints, measureDetection, measurePath } from './programs.ts';
import { measureRollouts } from './rollout.ts';
import { measureStarts } from './start.ts';
import { type Table, describeMachine, markdownOf } from './table.ts';

/** In the order in which they run: those of one product first, then those that want the machine for themselves. */
const partNames = ['agent', 'deploy', 'pages', 'start', 'preview', 'rollout', 'path', 'checkpoints', 'skab'] as const;
type Part = (typeof partNames)[number];

/**
 * `npm run bench [-- part …] [--data FOLDER] [--nodes N]`: measures the whole product on this machine and prints markdown tables. Without a part
 * it does all of them; a part that fails says why, and the others go on. `--data` names the folder of the Skoltech Anomaly
 * Benchmark, without which there is nothing to replay; `--nodes` how many nodes besides the example's own the pages are measured with.
 */
await runSession(async ({ print, steps }) => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' }, nodes: { type: 'string', default: '0' } } });
  const otherNodes = z.coerce.number().int().min(0).max(100_000).safeParse(values.nodes);
  const data = values.data ?? environment.recordings;
  const wanted = partNames.filter((name) => positionals.length === 0 || positionals.includes(name));
  if (!otherNodes.success || wanted.length === 0 || positionals.some((name) => !partNames.some((known) => known === name))) throw new ServiceError(`usage: npm run bench [-- ${partNames.join(' | ')}] [--data FOLDER] [--nodes N]`);

  await steps.run('programs', () => ensureDebianPackages([redisProgram, ...kafkaPrograms(), ...(wanted.includes('pages') ? [chromiumProgram] : [])]), (added) => (added.length === 0 ? 'in place' : `installed ${added.join(', ')}`));
  await steps.run('database client', generateDatabaseClient, (made) => (made ? 'written' : 'in place'));
  await steps.run('console', buildConsole, (made) => (made ? 'built' : 'in place'));

  const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-bench-'));
  let example: ExampleStack | undefined;
  const withExample = (measure: (running: ExampleStack) => Promise<Table[]>) => async () => measure((example ??= await startExampleStack(folder)));
  const measures: Record<Part, () => Promise<Table[]>> = {
    agent: withExample(measureAgent),
    deploy: withExample(measureDeployments),
    // Loaded once the browser is there: its configuration looks for it.
    pages: withExample(async (running) => (await import('./pages.ts')).measurePages(running, otherNodes.data)),
    start: measureStarts,
    preview: measurePreview,
    rollout: measureRollouts,
    path: measurePath,
    checkpoints: measureCheckpoints,
    skab: async () => {
      if (data === undefined) throw new ServiceError('Nothing to replay: name the folder of the Skoltech Anomaly Benchmark with --data.');
      return measureDetection(path.resolve(data));
    },
  };

  const report = [describeMachine(), ''];
  let failures = 0;
  for (const [index, name] of wanted.entries()) {
    try {
      report.push(...(await steps.run(name, measures[name], (tables) => `${tables.length} tables`)).map(markdownOf));
    } catch (error) {
      failures += 1;
      print(error instanceof ServiceError ? error.message : String(error));
      if (example !== undefined) print(example.stack.logs());
    }
    // What comes next has the machine for itself.
    if (!wanted.slice(index + 1).some((next) => next === 'deploy' || next === 'pages')) await stopAll();
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  print(`\n${report.join('\n')}`);
  return failures === 0 ? 0 : 1;
});
