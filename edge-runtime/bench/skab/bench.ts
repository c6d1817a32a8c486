/**
 * Replays recordings of the Skoltech Anomaly Benchmark through real Kafka and the event path with the example's own rule
 * and model, and prints for each whether and how soon after the labelled change a detection came, and false alarms.
 *
 *     node edge-runtime/bench/skab/bench.ts --data FOLDER [--speed 200] [--json]
 *
 * FOLDER holds `valve1/*.csv` and `anomaly-free/*.csv`. Each recording has a topic and a copy of the rule to itself, because
 * their times overlap; Kafka's record times are those of the recording.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { startKafka } from '../../../tools/services/kafka.ts';
import { startRedis } from '../../../tools/services/redis.ts';
import type { EventPath } from '../../host/path/contract.ts';
import { buildEventPath } from '../../host/path/event-path.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import { judge, labelsOf, readingsOf, type Judgement, type Labels, type Reading } from './recording.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, speed: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } } });
if (values.data === undefined) throw new Error('--data names the folder with valve1 and anomaly-free');
const example = fileURLToPath(new URL('../../../examples/pump-loop/', import.meta.url));

interface Recording {
  rule: string;
  topic: string;
  labels: Labels;
  readings: Reading[];
}

const recordings = [...(await recordingsIn('valve1')), ...(await recordingsIn('anomaly-free'))];
const folder = await mkdtemp(join(tmpdir(), 'selvedge-skab-'));
const kafka = await startKafka({ folder: join(folder, 'kafka') });
const redis = await startRedis({ folder: join(folder, 'redis') });
try {
  const path = await startPath();
  try {
    await replayAll();
    await settled(path);
    if (!values.json) process.stdout.write('recording                    readings  detected  delay  false alarms\n');
    for (const recording of recordings) print(recording, judge(recording.labels, (await allRows(path, `${recording.rule}/ValveClosing`)).map((row) => row.at)));
  } finally {
    await path.stop();
  }
} finally {
  await redis.stop();
  await kafka.stop();
  await rm(folder, { recursive: true });
}

async function recordingsIn(part: string): Promise<Recording[]> {
  const names = (await readdir(join(values.data ?? '', part))).filter((name) => name.endsWith('.csv'));
  const sorted = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return Promise.all(
    sorted.map(async (name) => {
      const csv = await readFile(join(values.data ?? '', part, name), 'utf8');
      const rule = `${part}-${basename(name, '.csv')}`;
      return { rule, topic: `readings-${rule}`, labels: labelsOf(csv), readings: readingsOf(csv, rule) };
    }),
  );
}

async function startPath(): Promise<EventPath> {
  const admin = new Kafka({ clientId: 'bench', brokers: [kafka.url], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  await admin.createTopics({
    // The recordings are older than what a broker keeps by default.
    topics: recordings.map(({ topic }) => ({ topic, configEntries: [{ name: 'retention.ms', value: '-1' }] })),
    waitForLeaders: true,
  });
  await admin.disconnect();
  const text = await readFile(join(example, 'valve-watch.siddhi'), 'utf8');
  const rules = Object.fromEntries(recordings.map(({ rule, topic }) => [rule, text.replace("topic='readings'", `topic='${topic}'`)]));
  const columns = ['flowShift', 'vibration1Shift', 'vibration2Shift', 'currentShift', 'pressureShift', 'temperatureShift', 'thermocoupleShift'];
  const bundle = await bundleOf(rules, { 'pump-anomaly': { path: join(example, 'pump-anomaly.onnx'), columns } });
  const path = await buildEventPath(bundle, dependenciesOf({ redis: { url: redis.url }, settings: { checkpointIntervalMs: 1000, connectors: { kafka: { brokers: kafka.url } } } }));
  await path.start();
  return path;
}

/** All recordings at once, each at its own times, `speed` seconds of it in one. */
async function replayAll(): Promise<void> {
  const producer = new Kafka({ clientId: 'bench', brokers: [kafka.url], logLevel: logLevel.ERROR }).producer();
  await producer.connect();
  const startedAt = performance.now();
  const next = new Map(recordings.map((recording) => [recording, 0]));
  while (next.size > 0) {
    const passedMs = (performance.now() - startedAt) * Number(values.speed);
    await sendUntil(producer, next, passedMs);
    await delay(10);
  }
  await producer.disconnect();
}

async function sendUntil(producer: Producer, next: Map<Recording, number>, passedMs: number): Promise<void> {
  const topicMessages: { topic: string; messages: { value: string; timestamp: string }[] }[] = [];
  for (const [recording, from] of next) {
    const { topic, readings } = recording;
    const end = (readings[0]?.at ?? 0) + passedMs;
    let to = from;
    while (to < readings.length && (readings[to]?.at ?? 0) <= end) to += 1;
    if (to > from) topicMessages.push({ topic, messages: readings.slice(from, to).map((reading) => ({ value: JSON.stringify(reading), timestamp: String(reading.at) })) });
    if (to === readings.length) next.delete(recording);
    else next.set(recording, to);
  }
  if (topicMessages.length > 0) await producer.sendBatch({ topicMessages });
}

/** Everything sent was received, and nothing waits: the last window of each recording stays open, as no reading ends it. */
async function settled(path: EventPath): Promise<void> {
  const total = recordings.reduce((sum, { labels }) => sum + labels.readings, 0);
  for (let received = 0; received < total; await delay(100)) received += path.takeTelemetry().sources.reduce((sum, source) => sum + source.received, 0);
  await delay(500);
}

function print({ rule, labels }: Recording, judgement: Judgement): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ recording: rule, readings: labels.readings, anomalies: labels.anomalies.length, delayMs: judgement.delayMs ?? null, falseAlarms: judgement.falseAlarms })}\n`);
    return;
  }
  const detected = labels.anomalies.length === 0 ? '–' : judgement.delayMs === undefined ? 'no' : 'yes';
  const after = judgement.delayMs === undefined ? '–' : `${Math.round(judgement.delayMs / 1000)} s`;
  process.stdout.write(`${rule.padEnd(28)} ${String(labels.readings).padStart(8)}  ${detected.padStart(8)}  ${after.padStart(5)}  ${String(judgement.falseAlarms).padStart(12)}\n`);
}
