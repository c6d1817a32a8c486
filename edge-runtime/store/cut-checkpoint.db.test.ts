import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshRedis } from '../../tools/testing/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { connectRedis, type RedisClient } from '../kernel/redis.ts';
import { TcpProxy } from '../sim/tcp-proxy.ts';
import type { NextCheckpoint } from './checkpoint.ts';
import { storeKeys } from './keys.ts';
import { StepStore, type Recovery } from './step-store.ts';

/* I5: wherever the way to Redis ends while a checkpoint is written, what is found is the one before or the new one, whole. */
const keys = storeKeys('test:');
let redis: { url: string };
let client: RedisClient;
let proxy: TcpProxy;

beforeEach(async () => {
  redis = await freshRedis();
  client = await connectRedis({ url: redis.url }, 'test');
  proxy = await new TcpProxy(Number(new URL(redis.url).port)).listen();
});
afterEach(async () => {
  client.disconnect();
  await proxy.close();
});

function open(url: string): Promise<{ store: StepStore; recovery: Recovery }> {
  return StepStore.open({ target: { url }, keys, streams: [], retention: { seconds: 3600, bytesMax: 1e6 }, clock: systemClock() });
}

function rule(name: string, increments: number, byte: number, length: number, first = 0): NextCheckpoint['rules'][number] {
  return { name, digest: 'd', first, increments, written: new Uint8Array(length).fill(byte) };
}

async function found(): Promise<unknown> {
  const { store, recovery } = await open(redis.url);
  store.close();
  const states = recovery.checkpoint?.rules.map(({ name, snapshot, increments }) => [name, ...[snapshot, ...increments].map((one) => `${one[0]}×${one.length}`)].join(' '));
  return { positions: recovery.checkpoint?.positions, states, steps: recovery.steps.map(({ step }) => step), fields: (await client.hkeys(keys.snapshots)).toSorted() };
}

test.each([
  ['an increment is added', [rule('a', 1, 3, 40), rule('b', 2, 4, 40)]],
  ['a snapshot replaces another and its increments, and a rule is gone', [rule('b', 0, 5, 90)]],
  ['a renewal ends, and what was before it goes', [rule('a', 1, 3, 40), rule('b', 2, 4, 40, 1)]],
])('%s', { timeout: 120_000 }, async (_, next) => {
  /** Leaves what a killed session would: a checkpoint with increments, and a step behind it. */
  const prepare = async (): Promise<StepStore> => {
    await client.flushall();
    proxy.open();
    const { store } = await open(`redis://127.0.0.1:${proxy.port}`);
    await store.checkpoint({ positions: { s: { '0': 1 } }, rules: [rule('a', 0, 1, 60), rule('b', 0, 1, 60)] }, new Map());
    await store.checkpoint({ positions: { s: { '0': 2 } }, rules: [{ ...rule('a', 0, 0, 0), written: undefined }, rule('b', 1, 2, 30)] }, new Map());
    await store.commit([{ kind: 'tick', rule: 'a', time: 1 }], { rows: [], outgoing: [], pending: [], records: [] });
    return store;
  };
  const write = (store: StepStore): Promise<boolean> => store.checkpoint({ positions: { s: { '0': 3 } }, rules: next }, new Map()).then(() => true, () => false);

  const whole = await prepare();
  const before = await found();
  expect(await write(whole)).toBe(true);
  const after = await found();
  whole.close();
  expect(after).not.toEqual(before);

  let [cut, written] = [0, false];
  for (; !written; cut += 9) {
    const store = await prepare();
    proxy.dropAfter(cut);
    written = await write(store);
    store.close();
    if (!written) expect([before, after]).toContainEqual(await found());
  }
  expect(await found()).toEqual(after);
  // The transaction is longer than what it writes.
  expect(cut).toBeGreaterThan(300);
});
