import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { expect, test } from 'vitest';
import { emptyDatabase, freshDatabase, freshRedis, freshTopic, kafkaBrokers } from './index.ts';

async function tables(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ tablename: string }>("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  await client.end();
  return rows.map((row) => row.tablename);
}

test('a fresh database has the migrations, and is nobody else’s', async () => {
  const [one, other, empty] = await Promise.all([freshDatabase(), freshDatabase(), emptyDatabase()]);
  expect(one.url).not.toBe(other.url);
  expect(await tables(one.url)).toContain('_prisma_migrations');
  expect(await tables(empty.url)).toEqual([]);
});

test('a Redis that is killed and started again still knows what it answered', async () => {
  const redis = await freshRedis();
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.set('kept', 'yes');
  await redis.kill9();
  await redis.start();
  expect(await client.get('kept')).toBe('yes');
  client.disconnect();
});

test('the broker takes a message on a fresh topic', async () => {
  const topic = await freshTopic('fixture');
  const producer = new Kafka({ brokers: await kafkaBrokers(), logLevel: logLevel.ERROR }).producer();
  await producer.connect();
  const [result] = await producer.send({ topic, messages: [{ value: 'one' }] });
  await producer.disconnect();
  expect(result?.baseOffset).toBe('0');
}, 120_000);
