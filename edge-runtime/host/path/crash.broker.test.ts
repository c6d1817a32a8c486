import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { setTimeout as pace } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startKafka } from '../../../tools/services/kafka.ts';
import { freePort, freshRedis, freshTopic, kafkaBrokers, makeTopic, temporaryFolder } from '../../../tools/testing/index.ts';
import { KafkaConnection } from '../../kernel/kafka.ts';
import { connectRedis } from '../../kernel/redis.ts';
import type { PathProcessOptions } from '../../sim/path-process.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';

/*
 * I4 and I5: whatever is killed while events flow, each event is stored once, and what the engine remembers goes on as if
 * nothing had happened. `total` counts through, so a doubled, lost or reordered event would show in every later row.
 */
const model = fileURLToPath(new URL('../../infer/fixtures/weighted-sum.onnx', import.meta.url));
const rule = (topic: string): string => `
  @source(type='kafka', topic='${topic}', @map(type='json'))
  define stream Readings (pump string, n long, value double);
  from Readings select n, count() as total, sum(n) as sumOfAll insert into Totals;
  from Readings#window.lengthBatch(10) select min(n) as first, max(n) as last, count() as size insert into Tens;
  from Readings#window.length(3000) select n, count() as size, sum(n) as sumOfRecent insert into Recent;
  from Readings#model:predict('sum@champion', value, 0.0, 0.0) select n, score insert into Scored;
  @detection(title='Every hundredth')
  define stream Hundredth (n long);
  from Scored[n % 100 == 0] select n insert into Hundredth;
`;

let brokers: string[] = [];
const children: ChildProcess[] = [];
const paths: EventPath[] = [];
const services: (() => Promise<void>)[] = [];
beforeAll(async () => {
  brokers = await kafkaBrokers();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const path of paths.splice(0)) await path.stop();
  for (const stop of services.splice(0)) await stop();
});

test('the agent’s process is killed with −9 four times while events flow: nothing is lost, nothing is stored twice', { timeout: 180_000 }, async () => {
  const redis = await freshRedis();
  const topic = await freshTopic('crash');
  const options = await processOptions(topic, redis.url, brokers);
  const flow = startFlow(topic, brokers);
  for (let kill = 0; kill < 4; kill += 1) {
    const child = startProcess(options);
    await storedAtLeast(child, 300);
    await hasIncrements(redis.url);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  await flow.stop();
  await expectExactlyOnce(await startHere(options), redis.url, topic, brokers);
});

test('Redis is killed with −9 three times while events flow, and comes back', { timeout: 180_000 }, async () => {
  const redis = await freshRedis();
  const topic = await freshTopic('crash');
  const path = await startHere(await processOptions(topic, redis.url, brokers));
  const flow = startFlow(topic, brokers);
  for (let kill = 1; kill <= 3; kill += 1) {
    await moreIsStored(path);
    await hasIncrements(redis.url);
    await redis.kill9();
    await vi.waitFor(() => expect(path.status()).toMatchObject({ storeReady: false, state: 'recovering' }), { timeout: 20_000, interval: 10 });
    await redis.start();
    await vi.waitFor(() => expect(path.status()).toMatchObject({ storeReady: true, state: 'running' }), { timeout: 20_000, interval: 10 });
  }
  await flow.stop();
  await expectExactlyOnce(path, redis.url, topic, brokers);
});

test('Kafka is killed with −9 while events flow, and comes back', { timeout: 300_000 }, async () => {
  const redis = await freshRedis();
  const folder = await temporaryFolder();
  const port = await freePort();
  let kafka = await startKafka({ folder, port });
  services.push(() => kafka.stop());
  const own = [kafka.url];
  const topic = 'crash';
  await makeTopic(own, topic);
  const path = await startHere(await processOptions(topic, redis.url, own));
  const flow = startFlow(topic, own);
  await moreIsStored(path);
  await kafka.kill9();
  await vi.waitFor(() => expect(path.status().sources).toMatchObject([{ state: 'disconnected' }]), { timeout: 30_000, interval: 50 });
  kafka = await startKafka({ folder, port });
  await vi.waitFor(() => expect(path.status().sources).toMatchObject([{ state: 'connected' }]), { timeout: 60_000, interval: 50 });
  await moreIsStored(path);
  await flow.stop();
  await expectExactlyOnce(path, redis.url, topic, own);
});

/** Waits for rows that were not there when it was called. */
async function moreIsStored(path: EventPath): Promise<void> {
  const before = await count(path, 'Totals');
  await vi.waitFor(async () => expect(await count(path, 'Totals')).toBeGreaterThan(before + 200), { timeout: 60_000, interval: 50 });
}

/** Waits until the checkpoint has an increment; a renewal drops the first ones. */
async function hasIncrements(url: string): Promise<void> {
  const client = await connectRedis({ url }, 'test');
  await vi.waitFor(async () => expect(await client.hkeys('selvedge:checkpoint:rules')).toContainEqual(expect.stringMatching(/^watch \d+$/)), { timeout: 60_000, interval: 5 });
  client.disconnect();
}

/** What Kafka holds, in its order, is what the store must hold: once each. */
async function expectExactlyOnce(path: EventPath, url: string, topic: string, brokers: string[]): Promise<void> {
  const numbers = await numbersIn(topic, brokers);
  await vi.waitFor(async () => expect(await count(path, 'Scored')).toBeGreaterThanOrEqual(numbers.length), { timeout: 90_000, interval: 200 });
  let sum = 0;
  const totals = numbers.map((n, index) => [n, index + 1, (sum += n)]);
  const tens = Array.from({ length: numbers.length / 10 }, (_, ten) => numbers.slice(ten * 10, ten * 10 + 10));
  expect((await allRows(path, 'Readings')).map((row) => row.values[1])).toEqual(numbers);
  expect((await allRows(path, 'Totals')).map((row) => row.values)).toEqual(totals);
  expect((await allRows(path, 'Tens')).map((row) => row.values)).toEqual(tens.map((ten) => [Math.min(...ten), Math.max(...ten), 10]));
  const recent = numbers.map((n, index) => {
    const held = numbers.slice(Math.max(0, index - 2999), index + 1);
    return [n, held.length, held.reduce((total, one) => total + one, 0)];
  });
  expect((await allRows(path, 'Recent')).map((row) => row.values)).toEqual(recent);
  expect((await allRows(path, 'Scored')).map((row) => row.values)).toEqual(numbers.map((n) => [n, n / 2]));
  expect(await recordedDetections(url)).toEqual(numbers.filter((n) => n % 100 === 0));
}

async function numbersIn(topic: string, brokers: string[]): Promise<number[]> {
  const connection = new KafkaConnection({ brokers, clientId: 'test', ssl: false });
  const [range] = await connection.ranges(topic);
  const numbers: number[] = [];
  const all = Promise.withResolvers<void>();
  const reader = await connection.read({
    topic,
    groupId: undefined,
    fetchBytesMax: 1_048_576,
    startAt: () => 0,
    onAssigned: () => undefined,
    onCrash: (reason) => all.reject(new Error(reason)),
    onBatch: (batch) => {
      for (const { value, offset } of batch.messages) {
        for (const { n } of JSON.parse(Buffer.from(value ?? []).toString())) numbers.push(n);
        batch.resolve(offset);
        if (offset + 1 === range?.high) all.resolve();
      }
      return Promise.resolve();
    },
  });
  await all.promise;
  await reader.close();
  return numbers;
}

async function recordedDetections(url: string): Promise<number[]> {
  const client = await connectRedis({ url }, 'test');
  const entries = await client.xrange('selvedge:outbox:detections', '-', '+');
  client.disconnect();
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? '').data.n);
}

async function count(path: EventPath, stream: string): Promise<number> {
  return (await allRows(path, stream).catch(() => [])).length;
}

async function processOptions(topic: string, url: string, brokers: readonly string[]): Promise<PathProcessOptions> {
  const { digest, manifest, ruleTexts, modelFiles } = await bundleOf({ watch: rule(topic) }, { sum: { path: model } });
  return { digest, manifest, ruleTexts: [...ruleTexts], modelFiles: [...modelFiles], redis: { url }, settings: { checkpointIntervalMs: 150, connectors: { kafka: { brokers: brokers.join(',') } } } };
}

async function startHere(options: PathProcessOptions): Promise<EventPath> {
  const bundle = { digest: options.digest, generation: 1, manifest: options.manifest, labels: {}, ruleTexts: new Map(options.ruleTexts), modelFiles: new Map(options.modelFiles) };
  const dependencies = dependenciesOf(options);
  const path = await buildEventPath(bundle, dependencies);
  paths.push(path);
  await path.start();
  return path;
}

function startProcess(options: PathProcessOptions): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../sim/path-process.ts', import.meta.url)), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** Waits until the process says that it has stored so many rows since it started. */
async function storedAtLeast(child: ChildProcess, rows: number): Promise<void> {
  if (child.stdout === null) throw new Error('no output');
  let stored = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    stored += JSON.parse(line).telemetry.stored;
    if (stored >= rows) return;
  }
  throw new Error('the process ended by itself');
}

/** Numbered events, ten a message and about a thousand a second, until it is stopped. What Kafka does not take is sent again. */
function startFlow(topic: string, brokers: readonly string[]): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const kafka = new Kafka({ clientId: 'test', brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } });
  const run = async (): Promise<void> => {
    let producer: Producer | undefined;
    for (let sent = 0; !stopping.signal.aborted; ) {
      const messages = Array.from({ length: 10 }, (_, message) => ({
        value: JSON.stringify(Array.from({ length: 10 }, (_, index) => ({ pump: 'p1', n: sent + message * 10 + index + 1, value: (sent + message * 10 + index + 1) / 2 }))),
      }));
      try {
        producer ??= await connected(kafka.producer());
        await producer.send({ topic, messages });
        sent += 100;
      } catch {
        await producer?.disconnect().catch(() => undefined);
        producer = undefined;
      }
      await pace(100);
    }
    await producer?.disconnect();
  };
  const ended = run();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

async function connected(producer: Producer): Promise<Producer> {
  await producer.connect();
  return producer;
}
