/*
 * An event path in a process of its own, to be killed: `node path-process.ts '<PathProcessOptions as JSON>'`.
 * Says `ready` on standard output once it runs; ends in order on SIGTERM.
 */
import type { BundleManifest } from '../protocol/index.ts';
import { buildEventPath } from '../host/event-path.ts';
import type { PathTelemetry } from '../host/event-path-contract.ts';
import { dependenciesOf, type FixtureOptions } from './path-fixture.ts';

export interface PathProcessOptions extends FixtureOptions {
  digest: string;
  manifest: BundleManifest;
  ruleTexts: [string, string][];
  modelFiles: [string, string][];
}

/** One line each quarter of a second. */
export interface PathProcessSays {
  telemetry: PathTelemetry;
  rssBytes: number;
  /** Of the whole process since it started, all threads. */
  cpuUs: number;
}

const options: PathProcessOptions = JSON.parse(process.argv[2] ?? '');
const path = await buildEventPath(
  { digest: options.digest, generation: 1, manifest: options.manifest, ruleTexts: new Map(options.ruleTexts), modelFiles: new Map(options.modelFiles) },
  { ...dependenciesOf(options), logger: { info: log, warn: log, error: log } },
);
await path.start();
process.stdout.write('ready\n');
process.once('SIGTERM', () => void path.stop().then(() => process.exit(0)));
setInterval(() => {
  const said: PathProcessSays = { telemetry: path.takeTelemetry(), rssBytes: process.memoryUsage.rss(), cpuUs: process.cpuUsage().user + process.cpuUsage().system };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}, 250);

function log(message: string, fields?: object): void {
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`);
}
