import { Kafka, logLevel, type Message } from 'kafkajs';
import { expect, test, vi } from 'vitest';
import { freshRedis, freshTopic, kafkaBrokers } from '../../../tools/testing/index.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';

/* What a device that is broken or hostile may send: each of it is told, and what is sound beside it is not touched. */

const patient = { timeout: 90_000, interval: 50 };
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const rubbish: [name: string, value: string | Buffer, reason: RegExp][] = [
  ['no JSON', '{"n":', /^not JSON/],
  ['nothing', '', /^not JSON/],
  ['no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /^not UTF-8$/],
  ['no number', '{"n":NaN}', /^not JSON/],
  ['another type', '{"n":"one","v":1}', /^'n' of 'Readings' is long, found/],
  ['too large a number', '{"n":9007199254740993,"v":1}', /^'n' of 'Readings' is long, found/],
  ['no object', '7', /^an event is a JSON object, not a number$/],
  ['deep arrays', deep(100_000), /^an event is a JSON object, not an array$/],
  ['deep in a member', `{"n":${deep(100_000)}}`, /^'n' of 'Readings' is long/],
  ['10 MB', `{"n":1,"pad":"${'x'.repeat(10_000_000)}"}`, /^10000016 bytes; at most 1048576/],
  ['lines', 'x\n'.repeat(500_000), /^500000 events in one message/],
  ['too many events', `[${'{},'.repeat(10_000)}{}]`, /^10001 events in one message/],
];

async function withTopic(work: (path: EventPath, send: (messages: Message[]) => Promise<void>) => Promise<void>): Promise<void> {
  const brokers = await kafkaBrokers();
  const topic = await freshTopic('rubbish');
  const kafka = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries: [{ name: 'max.message.bytes', value: '16000000' }] }] });
  const rule = `@source(type='kafka', topic='${topic}', @map(type='json')) define stream Readings (n long, v double); from Readings select n, v insert into Kept;`;
  const dependencies = dependenciesOf({ redis: { url: (await freshRedis()).url }, settings: { connectors: { kafka: { brokers: brokers.join(',') } } } });
  const path = await buildEventPath(await bundleOf({ watch: rule }), dependencies);
  try {
    await path.start();
    await work(path, async (messages) => void (await producer.send({ topic, messages })));
  } finally {
    await path.stop();
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

const kept = async (path: EventPath): Promise<unknown[]> => (await vi.waitFor(() => allRows(path, 'Kept'), patient)).map(({ values }) => values[0]);

test('each is put aside with its reason, and what is sound around it is taken', { timeout: 180_000 }, async () => {
  await withTopic(async (path, send) => {
    const mixed = [...rubbish.entries()].flatMap(([place, [, value]]) => [{ value: JSON.stringify({ n: place, v: 1 }) }, { value }]);
    await send([...mixed, { value: '{"n":100,"v":1,"v":2,"n":101}' }, { value: null }]);
    await vi.waitFor(async () => expect(await kept(path)).toContain(101), patient);
    expect(await kept(path)).toEqual([...rubbish.keys(), 101]);
    const letters = await vi.waitFor(() => allRows(path, 'dead-letters'), patient);
    expect(letters.map(({ values }) => values[2])).toEqual(rubbish.map(([, , reason]) => expect.stringMatching(reason)));
    for (const { values } of letters) expect(String(values[3]).length).toBeLessThanOrEqual(2048);
    expect(path.takeTelemetry()).toMatchObject({ deadLetters: rubbish.length, sources: [{ received: rubbish.length + 1, refused: rubbish.length }] });
  });
});

test('a flood of empty messages waits for its turn as events do, and is counted to the last', { timeout: 180_000 }, async () => {
  await withTopic(async (path, send) => {
    const count = 20_000;
    for (let sent = 0; sent < count; sent += 10_000) await send(Array.from({ length: 10_000 }, () => ({ value: '' })));
    await send([{ value: '{"n":1,"v":1}' }]);
    let [refused, deepest] = [0, 0];
    await vi.waitFor(() => {
      const { sources, queues } = path.takeTelemetry();
      refused += sources[0]?.refused ?? 0;
      deepest = Math.max(deepest, queues.find(({ name }) => name === 'intake')?.depth ?? 0);
      expect(refused).toBe(count);
    }, patient);
    expect(deepest).toBeLessThanOrEqual(9_000);
    await vi.waitFor(async () => expect(await kept(path)).toEqual([1]), patient);
  });
});

test('times that no clock shows do not stop anything', { timeout: 120_000 }, async () => {
  await withTopic(async (path, send) => {
    const odd = ['1', '1000', String(Date.now() + 3_000_000), '1', String(Date.now())];
    await send(odd.map((timestamp, n) => ({ timestamp, value: JSON.stringify({ n, v: 1 }) })));
    await vi.waitFor(async () => expect(await kept(path)).toHaveLength(odd.length), patient);
    expect(path.status().state).toBe('running');
  });
});
