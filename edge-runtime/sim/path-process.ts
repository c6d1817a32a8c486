/*
 * An event path in a process of its own, to be killed: `node path-process.ts '<PathProcessOptions as JSON>'`.
 * Says `ready` on standard output once it runs; ends in order on SIGTERM.
 */
import { SketchRecorder, type BundleManifest, type Sketch } from '../protocol/index.ts';
import { buildEventPath } from '../host/path/event-path.ts';
import type { PathTelemetry } from '../host/path/contract.ts';
import type { StageLatencies } from '../host/path/stage-times.ts';
import { dependenciesOf, type FixtureOptions } from './path-fixture.ts';

export interface PathProcessOptions extends FixtureOptions {
  digest: string;
  manifest: BundleManifest;
  ruleTexts: [string, string][];
  modelFiles: [string, string][];
  /** Asks the store for the newest hundred rows of a stream. */
  queries?: { stream: string; perSecond: number };
}

/** One line each quarter of a second. */
export interface PathProcessSays {
  telemetry: PathTelemetry;
  stages: StageLatencies;
  /** Of the queries, from the moment each was due: one that waits for its turn is slow as well. */
  queryUs: Sketch;
  /** Of the whole process since it started, all threads. */
  cpuUs: number;
}

const options: PathProcessOptions = JSON.parse(process.argv[2] ?? '');
const path = await buildEventPath(
  { digest: options.digest, generation: 1, manifest: options.manifest, labels: {}, ruleTexts: new Map(options.ruleTexts), modelFiles: new Map(options.modelFiles) },
  { ...dependenciesOf(options), logger: { info: log, warn: log, error: log } },
);
await path.start();
process.stdout.write('ready\n');
const queryUs = new SketchRecorder();
if (options.queries !== undefined) askEvery(1000 / options.queries.perSecond, options.queries.stream);
process.once('SIGTERM', () => void path.stop().then(() => process.exit(0)));
setInterval(() => {
  const said: PathProcessSays = { telemetry: path.takeTelemetry(), stages: path.takeStageTimes(), queryUs: queryUs.take(), cpuUs: process.cpuUsage().user + process.cpuUsage().system };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}, 250);

function askEvery(intervalMs: number, stream: string): void {
  let dueMs = performance.now();
  const ask = (): void => {
    for (; dueMs <= performance.now(); dueMs += intervalMs) {
      const askedAtMs = dueMs;
      void path.query({ stream, from: 0, to: 8e15, limit: 100, order: 'newest' }).then((answer) => {
        if (answer.ok) queryUs.add((performance.now() - askedAtMs) * 1000);
        else log(answer.message);
      });
    }
    setTimeout(ask, Math.max(1, dueMs - performance.now()));
  };
  ask();
}

function log(message: string, fields?: object): void {
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`);
}
