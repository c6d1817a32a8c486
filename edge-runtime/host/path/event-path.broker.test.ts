import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Kafka, logLevel } from 'kafkajs';
import { freshRedis, freshTopic, kafkaBrokers } from '../../../tools/testing/index.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import { buildEventPath } from './event-path.ts';
import type { EventPath } from './contract.ts';

let brokers: string[] = [];
const open: EventPath[] = [];
beforeAll(async () => {
  brokers = await kafkaBrokers();
});
afterEach(async () => {
  for (const path of open.splice(0)) await path.stop();
});

const model = fileURLToPath(new URL('../../infer/fixtures/weighted-sum.onnx', import.meta.url));
const rule = (topic: string): string => `
  @app:name('watch')
  @source(type='kafka', topic='${topic}', @map(type='json'))
  define stream Readings (pump string, flow double, peak double);
  from Readings[flow < 10.0]#model:predict('sum@champion', flow, 1.0, peak)
  select pump, flow, score insert into Scored;
  @detection(title='Low flow', severity='critical')
  define stream LowFlow (pump string, score float);
  from Scored[score > 100.0] select pump, score insert into LowFlow;
`;

async function produce(topic: string, values: readonly string[]): Promise<void> {
  const producer = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

test('an event goes from Kafka through a rule, a model and the rule again into the store, with what caused its detection', async () => {
  const redis = await freshRedis();
  const topic = await freshTopic('readings');
  const bundle = await bundleOf({ watch: rule(topic) }, { sum: { path: model, columns: ['a', 'b', 'c'] } });
  const dependencies = dependenciesOf({ redis: { url: redis.url }, settings: { connectors: { kafka: { brokers: brokers.join(',') } } } });
  const path = await buildEventPath(bundle, dependencies);
  open.push(path);
  let records = 0;
  path.onRecord(() => (records += 1));
  await path.start();
  await produce(topic, ['{"pump":"p1","flow":20,"peak":1}', '[{"pump":"p1","flow":5,"peak":1},{"pump":"p2","flow":4,"peak":0}]', 'valve!', '{"pump":"p1","flow":"much","peak":1}']);
  await vi.waitFor(async () => expect(await allRows(path, 'watch/LowFlow')).toHaveLength(1), { timeout: 20_000 });
  await vi.waitFor(async () => expect(await allRows(path, 'dead-letters')).toHaveLength(2), { timeout: 20_000 });

  expect((await allRows(path, 'Readings')).map((row) => row.values)).toEqual([['p1', 20, 1], ['p1', 5, 1], ['p2', 4, 0]]);
  expect((await allRows(path, 'Scored')).map((row) => row.values)).toEqual([['p1', 5, 115], ['p2', 4, 14]]);
  expect(records).toBe(1);
  const telemetry = path.takeTelemetry();
  expect(telemetry).toMatchObject({ detections: 1, deadLetters: 2, models: [{ name: 'sum', predictions: 2, errors: 0 }], sources: [{ received: 3, refused: 2, paused: false }] });
  expect(telemetry.latencyUs.count).toBe(3);
});
