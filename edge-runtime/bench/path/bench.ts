/**
 * Measures the event path on real servers: Kafka → rule → model → rule → Redis.
 *
 *     node edge-runtime/bench/path/bench.ts [--events 2000000] [--seconds 10] [--model FILE.onnx] [case …]
 *
 * Cases are `plain-1`, `plain-100`, `model-1` and `model-100`: without and with the model, 1 and 100 events a message.
 * Each case first works off a topic that was filled before (throughput), then takes half of that rate live (latency).
 * Kafka, the load and the path share one machine; events per CPU second of the path's own process say what it would do alone.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../../../tools/services/kafka.ts';
import { startRedis } from '../../../tools/services/redis.ts';
import { emptySketch, mergeSketches, quantile, type Sketch } from '../../protocol/index.ts';
import { bundleOf } from '../../sim/path-fixture.ts';
import type { PathProcessOptions, PathProcessSays } from '../../sim/path-process.ts';
import type { LoadOptions } from './load.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string', default: '2000000' }, seconds: { type: 'string', default: '10' }, model: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const model = values.model ?? beside('../../../examples/pump-loop/pump-anomaly.onnx');
const cases = (['plain-1', 'plain-100', 'model-1', 'model-100'] as const).filter((name) => positionals.length === 0 || positionals.includes(name));
const sensors = 'loop string, vibration1 double, vibration2 double, current double, pressure double, temperature double, thermocouple double, voltage double, flow double';

const rules = {
  plain: `define stream Readings (${sensors});
    from Readings[flow < 31.5] select loop, flow, pressure insert into LowFlow;
    from Readings#window.lengthBatch(1000) select loop, avg(flow) as flow, max(pressure) as pressure group by loop insert into Averages;`,
  model: `define stream Readings (${sensors});
    from Readings#model:predict('pump-anomaly@champion', flow, vibration1, vibration2, current, pressure, temperature, thermocouple)
    select loop, flow, score insert into Scored;
    from Scored[score > 0.9 and flow < 31.01] select loop, score insert into High;`,
};

interface Measured {
  name: string;
  eventsPerSecond: number;
  eventsPerCpuSecond: number;
  rssMiB: number;
  halfLoad: { eventsPerSecond: number; p50Ms: number; p99Ms: number; cpuShare: number; rssMiB: number; redisMiB: number };
}

const folder = await mkdtemp(join(tmpdir(), 'selvedge-bench-'));
const kafka = await startKafka({ folder: join(folder, 'kafka') });
try {
  process.stdout.write(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}\n`);
  for (const name of cases) report(await measure(name));
} finally {
  await kafka.stop();
  await rm(folder, { recursive: true });
}

async function measure(name: (typeof cases)[number]): Promise<Measured> {
  const [kind, perMessage] = name.split('-');
  const eventsPerMessage = Number(perMessage);
  const rule = kind === 'model' ? rules.model : rules.plain;
  const events = eventsPerMessage === 1 ? Math.ceil(Number(values.events) / 4) : Number(values.events);
  const filled = await topicOf(`${name}-filled`);
  await load({ brokers: kafka.url, topic: filled, events, eventsPerMessage, rate: null });
  process.stderr.write(`${name}: ${events} events are in Kafka\n`);
  const throughput = await withPath(name, rule, filled, (says) => drained(says, events));

  const live = await topicOf(`${name}-live`);
  const rate = Math.floor(throughput.eventsPerSecond / 2);
  // Whole messages, or the last would never be full.
  const liveEvents = Math.floor((rate * Number(values.seconds)) / eventsPerMessage) * eventsPerMessage;
  const halfLoad = await withPath(`${name}-live`, rule, live, async (says, redis) => {
    const sending = load({ brokers: kafka.url, topic: live, events: liveEvents, eventsPerMessage, rate });
    const measured = await steady(says, liveEvents);
    await sending;
    return { ...measured, redisMiB: await residentMiB(redis) };
  });
  return { name, ...throughput, halfLoad };
}

function report(measured: Measured): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify(measured)}\n`);
    return;
  }
  const { name, halfLoad } = measured;
  const thousands = (count: number): string => `${Math.round(count / 1000)} K/s`;
  process.stdout.write(
    `${name.padEnd(10)} ${thousands(measured.eventsPerSecond).padStart(9)} · ${thousands(measured.eventsPerCpuSecond).padStart(9)} per CPU second · ${measured.rssMiB.toFixed(0)} MiB` +
      ` | at ${thousands(halfLoad.eventsPerSecond)}: p50 ${halfLoad.p50Ms.toFixed(1)} ms, p99 ${halfLoad.p99Ms.toFixed(1)} ms, ${(halfLoad.cpuShare * 100).toFixed(0)} % of a core, ${halfLoad.rssMiB.toFixed(0)} + ${halfLoad.redisMiB.toFixed(0)} MiB\n`,
  );
}

/** Runs the path in its own process beside a Redis of its own. */
async function withPath<Result>(name: string, rule: string, topic: string, work: (says: AsyncIterable<PathProcessSays>, redisPid: number) => Promise<Result>): Promise<Result> {
  const redis = await startRedis({ folder: join(folder, `redis-${name}`) });
  const text = `@source(type='kafka', topic='${topic}', @map(type='json')) ${rule}`;
  const bundle = await bundleOf({ bench: text }, { 'pump-anomaly': { path: model } });
  const options: PathProcessOptions = {
    digest: bundle.digest,
    manifest: bundle.manifest,
    ruleTexts: [...bundle.ruleTexts],
    modelFiles: [...bundle.modelFiles],
    redis: { url: redis.url },
    settings: { checkpointIntervalMs: 1000, connectors: { kafka: { brokers: kafka.url } }, store: { retentionSeconds: 3600, maxBytes: 64 * 1_048_576 } },
  };
  const child = spawn(process.execPath, [beside('../../sim/path-process.ts'), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    return await work(sayings(child), redis.pid);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    await redis.stop();
  }
}

async function* sayings(child: ChildProcess): AsyncIterable<PathProcessSays> {
  if (child.stdout === null) throw new Error('the path process has no output');
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('{')) yield JSON.parse(line);
  throw new Error('the path process ended');
}

/** Counts from the second interval with events (the first warms up) until everything was received. */
async function drained(says: AsyncIterable<PathProcessSays>, events: number): Promise<Pick<Measured, 'eventsPerSecond' | 'eventsPerCpuSecond' | 'rssMiB'>> {
  let received = 0;
  let from: { at: number; cpuUs: number; received: number } | undefined;
  let rssMiB = 0;
  for await (const { telemetry, rssBytes, cpuUs } of says) {
    received += receivedIn(telemetry);
    rssMiB = Math.max(rssMiB, rssBytes / 1_048_576);
    if (received > 0 && from === undefined) from = { at: telemetry.to, cpuUs, received };
    else if (received >= events && from !== undefined) {
      const counted = received - from.received;
      return { eventsPerSecond: counted / ((telemetry.to - from.at) / 1000), eventsPerCpuSecond: counted / ((cpuUs - from.cpuUs) / 1e6), rssMiB };
    }
  }
  throw new Error('the path process ended');
}

/** Merges what was measured after the first two seconds, until everything was received. */
async function steady(says: AsyncIterable<PathProcessSays>, events: number): Promise<Omit<Measured['halfLoad'], 'redisMiB'>> {
  let received = 0;
  let latency: Sketch = emptySketch();
  let from: { at: number; cpuUs: number; received: number } | undefined;
  let firstAt: number | undefined;
  for await (const { telemetry, rssBytes, cpuUs } of says) {
    received += receivedIn(telemetry);
    if (received > 0) firstAt ??= telemetry.from;
    if (firstAt === undefined || telemetry.to < firstAt + 2000) continue;
    if (from === undefined) from = { at: telemetry.to, cpuUs, received };
    else latency = mergeSketches(latency, telemetry.latencyUs);
    if (received < events) continue;
    const seconds = (telemetry.to - from.at) / 1000;
    return {
      eventsPerSecond: (received - from.received) / seconds,
      p50Ms: (quantile(latency, 0.5) ?? 0) / 1000,
      p99Ms: (quantile(latency, 0.99) ?? 0) / 1000,
      cpuShare: (cpuUs - from.cpuUs) / 1e6 / seconds,
      rssMiB: rssBytes / 1_048_576,
    };
  }
  throw new Error('the path process ended');
}

function receivedIn(telemetry: PathProcessSays['telemetry']): number {
  return telemetry.sources.reduce((sum, source) => sum + source.received, 0);
}

async function load(options: LoadOptions): Promise<void> {
  const child = spawn(process.execPath, [beside('load.ts'), JSON.stringify(options)], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the load ended with ${code}`);
}

async function topicOf(name: string): Promise<string> {
  const admin = new Kafka({ clientId: 'bench', brokers: [kafka.url], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: name }], waitForLeaders: true });
  await admin.disconnect();
  return name;
}

/** Resident memory of a process, from Linux's own account of it. */
async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
