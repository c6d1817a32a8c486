/**
 * Measures the event path on real servers: Kafka → rule → model → rule → Redis.
 *
 *     node edge-runtime/bench/path/bench.ts [--events 1500000] [--seconds 8] [--model FILE.onnx] [--profiles FOLDER] [--json] [case …]
 *
 * Cases are `plain-1`, `plain-100`, `model-1` and `model-100`: without and with the model, 1 and 100 events a message.
 * Each case first works off a topic that was filled before (throughput), then takes half of that rate live (latency), while
 * the store is asked for its newest rows fifty times a second. Kafka, the load and the path share one machine, so a wall clock
 * says as much of the neighbours as of the path; CPU seconds for a million events are of the path's process alone.
 * `--profiles` writes a CPU profile of every thread there and says where the time went by part of the program.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../../../tools/services/kafka.ts';
import { stages } from '../../host/path/stage-times.ts';
import { quantile, type Sketch } from '../../protocol/index.ts';
import { timeByPart } from './cpu-profile.ts';
import type { LoadOptions } from './load.ts';
import { withPath, type Interval, type PathRun } from './path-run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '1500000' },
    seconds: { type: 'string', default: '8' },
    model: { type: 'string' },
    profiles: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const model = values.model ?? beside('../../../examples/pump-loop/pump-anomaly.onnx');
const cases = (['plain-100', 'model-100', 'plain-1', 'model-1'] as const).filter((name) => positionals.length === 0 || positionals.includes(name));
const sensors = 'loop string, vibration1 double, vibration2 double, current double, pressure double, temperature double, thermocouple double, voltage double, flow double';
const warmUpMs = { throughput: 500, latency: 2000 };
const queriesPerSecond = 50;

const rules = {
  plain: `define stream Readings (${sensors});
    from Readings[flow < 31.5] select loop, flow, pressure insert into LowFlow;
    from Readings#window.lengthBatch(1000) select loop, avg(flow) as flow, max(pressure) as pressure group by loop insert into Averages;`,
  model: `define stream Readings (${sensors});
    from Readings#model:predict('pump-anomaly@champion', flow, vibration1, vibration2, current, pressure, temperature, thermocouple)
    select loop, flow, score insert into Scored;
    from Scored[score > 0.9 and flow < 31.01] select loop, score insert into High;`,
};

const folder = await mkdtemp(join(tmpdir(), 'selvedge-bench-'));
const profiles = values.profiles === undefined ? undefined : resolve(values.profiles);
const kafka = await startKafka({ folder: join(folder, 'kafka') });
try {
  process.stdout.write(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}\n`);
  for (const name of cases) {
    const measured = await measure(name);
    process.stdout.write(values.json ? `${JSON.stringify(measured)}\n` : described(measured));
    if (profiles !== undefined) for (const run of [name, `${name}-live`]) process.stdout.write(`  CPU of ${run}: ${await timeByPart(join(profiles, run))}\n`);
  }
} finally {
  await kafka.stop();
  await rm(folder, { recursive: true });
}

interface Measured {
  name: string;
  throughput: Interval;
  halfLoad: Interval;
}

async function measure(name: (typeof cases)[number]): Promise<Measured> {
  const [kind, perMessage] = name.split('-');
  const eventsPerMessage = Number(perMessage);
  const events = eventsPerMessage === 1 ? Math.ceil(Number(values.events) / 4) : Number(values.events);
  const run: Omit<PathRun, 'name' | 'topic'> = { folder, brokers: kafka.url, rule: kind === 'model' ? rules.model : rules.plain, model, profiles };
  const filled = await topicOf(`${name}-filled`);
  await load({ brokers: kafka.url, topic: filled, events, eventsPerMessage, rate: null });
  const throughput = await withPath({ ...run, name, topic: filled }, (path) => path.measure(events, warmUpMs.throughput));

  const live = await topicOf(`${name}-live`);
  const rate = Math.floor(throughput.eventsPerSecond / 2);
  // Whole messages, or the last would never be full.
  const liveEvents = Math.floor((rate * Number(values.seconds)) / eventsPerMessage) * eventsPerMessage;
  const halfLoad = await withPath({ ...run, name: `${name}-live`, topic: live, queries: { stream: 'Readings', perSecond: queriesPerSecond } }, async (path) => {
    const sending = load({ brokers: kafka.url, topic: live, events: liveEvents, eventsPerMessage, rate });
    const measured = await path.measure(liveEvents, warmUpMs.latency);
    await sending;
    return measured;
  });
  return { name, throughput, halfLoad };
}

function described({ name, throughput, halfLoad }: Measured): string {
  const thousands = (count: number): string => `${Math.round(count / 1000)} K/s`;
  const milliseconds = (sketch: Sketch): string => [0.5, 0.99].map((q) => ((quantile(sketch, q) ?? 0) / 1000).toFixed(1)).join(' / ');
  const cost = (interval: Interval): string => `${interval.cpuSecondsPerMillion.toFixed(2)} CPU s a million, ${interval.pssMiB.toFixed(0)} + ${interval.redisMiB.toFixed(0)} MiB`;
  const split = stages.filter((stage) => halfLoad.stages[stage].count > 0).map((stage) => `${stage} ${milliseconds(halfLoad.stages[stage])}`);
  return [
    `${name}: ${thousands(throughput.eventsPerSecond)}, ${cost(throughput)}`,
    `  at ${thousands(halfLoad.eventsPerSecond)}: p50 / p99 ${milliseconds(halfLoad.latencyUs)} ms, ${(halfLoad.cpuShare * 100).toFixed(0)} % of a core, ${cost(halfLoad)}`,
    `  by stage, ms: ${split.join(' · ')}`,
    `  queries meanwhile: p50 / p99 ${milliseconds(halfLoad.queryUs)} ms of ${halfLoad.queryUs.count}`,
    '',
  ].join('\n');
}

async function load(options: LoadOptions): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', beside('load.ts'), JSON.stringify(options)], { stdio: 'inherit' });
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
