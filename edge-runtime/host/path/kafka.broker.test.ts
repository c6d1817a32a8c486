import { setTimeout as pace } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { freshRedis, freshTopic, kafkaBrokers, type FreshRedis } from '../../../tools/testing/index.ts';
import { dispatchLimits } from '../../actions/dispatcher.ts';
import { encodeOutgoing } from '../../actions/outgoing.ts';
import { KafkaConnection } from '../../kernel/kafka.ts';
import { connectRedis } from '../../kernel/redis.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import { storeKeys } from '../../store/keys.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';

/* What Kafka does to a node while events flow: it gives partitions to another and back, it is away, it takes what the rules send. */

const patient = { timeout: 90_000, interval: 50 };
let brokers: string[] = [];
const paths: EventPath[] = [];
beforeAll(async () => {
  brokers = await kafkaBrokers();
});
afterEach(async () => {
  for (const path of paths.splice(0)) await path.stop();
});

async function start(redis: FreshRedis, rule: string, { to = brokers, checkpointIntervalMs = 150 } = {}): Promise<EventPath & { crash(): Promise<void> }> {
  const dependencies = dependenciesOf({ redis: { url: redis.url }, settings: { checkpointIntervalMs, connectors: { kafka: { brokers: to.join(',') } } } });
  const path = await buildEventPath(await bundleOf({ watch: rule }), dependencies);
  paths.push(path);
  await path.start();
  const crash = async (): Promise<void> => {
    dependencies.ending.abort();
    // What it had sent to Redis has come there, as with a process that is gone.
    await vi.waitFor(() => expect(path.status().state).toBe('stopped'), patient);
  };
  return Object.assign(path, { crash });
}

const numbered = (source: string): string => `
  @source(type='kafka', topic='${source}', @map(type='json'))
  define stream Readings (n long);
  from Readings select n, count() as total insert into Totals;`;

async function numbersIn(path: EventPath, stream = 'Readings'): Promise<number[]> {
  // A stream that nothing was written to yet is not known to the store.
  return (await vi.waitFor(() => allRows(path, stream), patient)).map(({ values }) => Number(values[0]));
}

/** Numbers from 1 on, spread over the partitions, a few hundred a second, until it is stopped. */
function startFlow(topic: string): { sent: number[]; stop(): Promise<void> } {
  const stopping = new AbortController();
  const producer = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING }).producer();
  const sent: number[] = [];
  const run = async (): Promise<void> => {
    await producer.connect();
    while (!stopping.signal.aborted) {
      const numbers = Array.from({ length: 8 }, (_, index) => sent.length + index + 1);
      await producer.send({ topic, messages: numbers.map((n) => ({ value: JSON.stringify({ n }), partition: n % 4 })) });
      sent.push(...numbers);
      await pace(20);
    }
    await producer.disconnect();
  };
  const ended = run();
  return {
    sent,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

test('partitions that go to another node of the group and come back: nothing is lost, and no node stores anything twice', { timeout: 240_000 }, async () => {
  const topic = await freshTopic('shared', 4);
  const rule = numbered(topic).replace('topic=', `group.id='group-${topic}', topic=`);
  const stays = await start(await freshRedis(), rule);
  const flow = startFlow(topic);
  const grows = async (path: EventPath): Promise<void> => {
    const before = (await numbersIn(path)).length;
    await vi.waitFor(async () => expect((await numbersIn(path)).length).toBeGreaterThan(before + 50), patient);
  };
  await grows(stays);
  const comes = await start(await freshRedis(), rule);
  await grows(comes);
  await grows(stays);
  await comes.stop();
  const had = await numbersIn(comes);
  await grows(stays);
  await flow.stop();
  await vi.waitFor(async () => expect(new Set([...(await numbersIn(stays)), ...had])).toEqual(new Set(flow.sent)), patient);
  const kept = await numbersIn(stays);
  expect(kept.length).toBe(new Set(kept).size);
  expect(had.length).toBe(new Set(had).size);
  expect((await allRows(stays, 'Totals')).map(({ values }) => values[1])).toEqual(kept.map((_, index) => index + 1));
});

test('a Kafka sink gets every event in order, and what it gets twice over a crash has the same id', { timeout: 180_000 }, async () => {
  const [from, to] = [await freshTopic('source'), await freshTopic('sink')];
  const redis = await freshRedis();
  const rule = `
    @source(type='kafka', topic='${from}', @map(type='json'))
    define stream Readings (n long);
    @sink(type='kafka', topic='${to}', @map(type='json'))
    define stream Even (n long);
    from Readings[n % 2 == 0] select n insert into Even;`;
  const received: { id: string; n: number }[] = [];
  const consumer = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING }).consumer({ groupId: `test-${to}` });
  await consumer.connect();
  await consumer.subscribe({ topic: to, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void received.push({ id: String(message.headers?.['selvedge-id']), n: JSON.parse(String(message.value)).event.n }) });
  try {
    const first = await start(redis, rule, { checkpointIntervalMs: 60_000 });
    await produce(from, 1, 200);
    await vi.waitFor(() => expect(received.length).toBeGreaterThan(20), patient);
    await first.crash();
    await produce(from, 201, 400);
    await start(redis, rule);
    const evens = Array.from({ length: 200 }, (_, index) => 2 * (index + 1));
    await vi.waitFor(() => expect(new Set(received.map(({ n }) => n))).toEqual(new Set(evens)), patient);
    expect([...new Map(received.map(({ id, n }) => [id, n] as const)).values()]).toEqual(evens);
  } finally {
    await consumer.disconnect();
  }
});

test('what a sink cannot take past its limit becomes dead letters with the reason, oldest first; the rest waits', { timeout: 120_000 }, async () => {
  const redis = await freshRedis();
  const queue = storeKeys('selvedge:').outgoing('watch/Alarms/kafka');
  const client = await connectRedis({ url: redis.url }, 'test');
  const left = client.pipeline();
  for (let n = 1; n <= dispatchLimits.entriesMax + 2; n += 1) left.xadd(queue, '*', 'p', encodeOutgoing({ stream: 'watch/Alarms', times: [n], events: [{ n }], detections: [] }));
  await left.exec();
  // Nobody is there: a sink waits for a broker for as long as what waits has room.
  const path = await start(redis, `define stream Readings (n long); @sink(type='kafka', topic='gone', brokers='127.0.0.1:1', @map(type='json')) define stream Alarms (n long); from Readings select n insert into Alarms;`);
  await vi.waitFor(async () => expect(await allRows(path, 'dead-letters')).toHaveLength(2), patient);
  expect((await allRows(path, 'dead-letters')).map(({ values }) => values)).toEqual([1, 2].map((n) => ['watch/Alarms', expect.stringMatching(/^watch\/Alarms\/kafka .*#0$/), expect.stringMatching(/^not delivered: .+/), JSON.stringify({ n })]));
  await vi.waitFor(async () => expect(await client.xlen(queue)).toBe(dispatchLimits.entriesMax), patient);
  await vi.waitFor(() => expect(path.status().sinks).toMatchObject([{ healthy: false, waiting: dispatchLimits.entriesMax }]), patient);
  client.disconnect();
});

test('stopped while it does again what was logged, with a broker that is away, it leaves that and ends; the next start does it', { timeout: 180_000 }, async () => {
  const redis = await freshRedis();
  const topic = await freshTopic('replay');
  const first = await start(redis, numbered(topic), { checkpointIntervalMs: 60_000 });
  await produce(topic, 1, 100);
  await vi.waitFor(async () => expect(await numbersIn(first)).toHaveLength(100), patient);
  await first.crash();
  const second = await start(redis, numbered(topic), { to: ['127.0.0.1:1'] });
  expect(second.status().state).toBe('recovering');
  await second.stop();
  expect(second.status().state).toBe('stopped');
  const third = await start(redis, numbered(topic));
  await produce(topic, 101, 200);
  await vi.waitFor(async () => expect(await numbersIn(third)).toHaveLength(200), patient);
  expect((await allRows(third, 'Totals')).map(({ values }) => values)).toEqual(Array.from({ length: 200 }, (_, index) => [index + 1, index + 1]));
});

test('outside a group a topic is had whole, without what transactions took back, and the broker keeps no account of who reads', { timeout: 180_000 }, async () => {
  const topic = await freshTopic('alone', 4);
  const kafka = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING });
  const [admin, writer] = [kafka.admin(), kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true })];
  await Promise.all([admin.connect(), writer.connect()]);
  try {
    const path = await start(await freshRedis(), numbered(topic));
    const flow = startFlow(topic);
    await vi.waitFor(async () => expect((await numbersIn(path)).length).toBeGreaterThan(50), patient);
    for (const isKept of [false, true, false]) {
      const transaction = await writer.transaction();
      await transaction.send({ topic, messages: [0, 1, 2, 3].map((partition) => ({ value: JSON.stringify({ n: isKept ? -1 - partition : 1_000_000 }), partition })) });
      await (isKept ? transaction.commit() : transaction.abort());
    }
    await flow.stop();
    const wanted = new Set([...flow.sent, -1, -2, -3, -4]);
    await vi.waitFor(async () => expect(new Set(await numbersIn(path))).toEqual(wanted), patient);
    expect(await numbersIn(path)).toHaveLength(wanted.size);
    expect((await admin.listGroups()).groups.filter(({ groupId }) => groupId.includes('node-1'))).toEqual([]);
  } finally {
    await Promise.all([admin.disconnect(), writer.disconnect()]);
  }
});

test.each(['', `group.id='remade', `])('a topic that is made anew while it is read is read from its beginning (%s)', { timeout: 180_000 }, async (group) => {
  const topic = await freshTopic('remade');
  const admin = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const path = await start(await freshRedis(), numbered(topic).replace('topic=', `${group}topic=`));
    await produce(topic, 1, 100);
    await vi.waitFor(async () => expect(await numbersIn(path)).toHaveLength(100), patient);
    await admin.deleteTopics({ topics: [topic] });
    await vi.waitFor(async () => expect(await admin.listTopics()).not.toContain(topic), patient);
    await vi.waitFor(() => admin.createTopics({ topics: [{ topic }] }), patient);
    await produce(topic, 101, 110);
    await vi.waitFor(async () => expect(await numbersIn(path)).toHaveLength(110), patient);
    expect(await numbersIn(path)).toEqual(Array.from({ length: 110 }, (_, index) => index + 1));
  } finally {
    await admin.disconnect();
  }
});

test('a broker that is away is told of once, and not with every try', { timeout: 120_000 }, async () => {
  const dependencies = dependenciesOf({ redis: { url: (await freshRedis()).url }, settings: { connectors: { kafka: { brokers: '127.0.0.1:1' } } } });
  const path = await buildEventPath(await bundleOf({ watch: numbered('away') }), dependencies);
  paths.push(path);
  const tries = vi.spyOn(KafkaConnection.prototype, 'ranges');
  try {
    await path.start();
    await vi.waitFor(() => expect(tries.mock.calls.length).toBeGreaterThan(3), patient);
    expect(dependencies.lines.filter((line) => /kafka/i.test(line))).toEqual([expect.stringMatching(/^kafka source is disconnected and tries again .*ECONNREFUSED/)]);
    expect(path.status().sources).toMatchObject([{ state: 'disconnected', reason: expect.stringMatching(/ECONNREFUSED/) }]);
  } finally {
    tries.mockRestore();
  }
});

test('a connection to Kafka that has nothing to do does nothing', async () => {
  const writer = await new KafkaConnection({ brokers, clientId: 'test', ssl: false }).write();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  try {
    // The client's timer for requests that wait has run out many times by then, if there is one.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(timers.mock.calls.map(([, delay]) => delay).filter((delay) => (delay ?? 0) < 0)).toEqual([]);
  } finally {
    timers.mockRestore();
    await writer.close();
  }
});

async function produce(topic: string, first: number, last: number): Promise<void> {
  const producer = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: Array.from({ length: last - first + 1 }, (_, index) => ({ value: JSON.stringify({ n: first + index }) })) });
  await producer.disconnect();
}
