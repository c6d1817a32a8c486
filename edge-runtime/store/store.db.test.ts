import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshRedis } from '../../tools/testing/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { connectRedis, type RedisClient } from '../kernel/redis.ts';
import type { Checkpoint, NextCheckpoint } from './checkpoint.ts';
import { RedisJournal } from './journal.ts';
import { storeKeys } from './keys.ts';
import { StoreReader } from './reader.ts';
import type { Operation, StepOutput, StoredStream } from './step.ts';
import { StepStore, type StepStoreOptions } from './step-store.ts';

const keys = storeKeys('test:');
const flows: StoredStream = { name: 'watch/Flows', attributes: [{ name: 'pump', type: 'string' }, { name: 'flow', type: 'double' }] };
const tick: Operation[] = [{ kind: 'tick', rule: 'watch', time: 1 }];
const nothing: StepOutput = { rows: [], outgoing: [], pending: [], records: [] };
const rowsAt = (...times: number[]): StepOutput => ({ ...nothing, rows: [{ stream: flows, times, rows: times.map((time) => ['p1', time / 2]) }] });
let options: StepStoreOptions;
let client: RedisClient;
let reader: StoreReader;
const stores: StepStore[] = [];

beforeEach(async () => {
  const redis = await freshRedis();
  options = { target: { url: redis.url }, keys, streams: [flows], retention: { seconds: 3600, bytesMax: 10 * 1_048_576 }, clock: systemClock() };
  client = await connectRedis({ url: redis.url }, 'test');
  reader = new StoreReader(client, keys);
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  client.disconnect();
});

/** What a checkpoint is to write of a rule, and what is read of it. */
function rule(name: string, increments: number, written?: number[]): NextCheckpoint['rules'][number] {
  return { name, digest: 'd', first: 0, increments, written: written === undefined ? undefined : new Uint8Array(written) };
}
function state(name: string, snapshot: number[], ...increments: number[][]): Checkpoint['rules'][number] & { first: number } {
  return { name, digest: 'd', first: 0, snapshot: new Uint8Array(snapshot), increments: increments.map((one) => new Uint8Array(one)) };
}

async function open(changes: Partial<StepStoreOptions> = {}) {
  const opened = await StepStore.open({ ...options, ...changes });
  stores.push(opened.store);
  return opened;
}
async function times(query: Partial<Parameters<StoreReader['query']>[0]> = {}): Promise<number[]> {
  const answer = await reader.query({ stream: 'watch/Flows', from: 0, to: 1e12, limit: 1000, order: 'oldest', ...query });
  if (!answer.ok) throw new Error(answer.message);
  return answer.rows.map((row) => row.at);
}

async function newest(): Promise<number | undefined> {
  return (await times({ order: 'newest', limit: 1 }))[0];
}

describe('recovery finds', () => {
  test('nothing in an empty store', async () => {
    expect((await open()).recovery).toEqual({ checkpoint: undefined, steps: [] });
  });

  test('the steps since the checkpoint, and the checkpoint', async () => {
    const { store } = await open();
    await store.commit([{ kind: 'input', source: 's', partition: '0', from: 1, to: 5 }], nothing);
    await store.checkpoint({ positions: { s: { '0': 6 } }, rules: [rule('watch', 0, [1, 2, 3])] }, new Map());
    await store.commit([{ kind: 'complete', rule: 'watch', call: 1, error: 'gone' }, ...tick], nothing);
    const { recovery } = await open();
    expect(recovery.steps).toEqual([{ step: 2, operations: [{ kind: 'complete', rule: 'watch', call: 1, error: 'gone' }, ...tick] }]);
    expect(recovery.checkpoint).toMatchObject({ step: 1, positions: { s: { '0': 6 } }, rules: [state('watch', [1, 2, 3])] });
  });

  test('of each rule the snapshot and the increments upon it, what was not written again as it was, and nothing of a rule that is gone', async () => {
    const { store } = await open();
    await store.checkpoint({ positions: {}, rules: [rule('busy', 0, [1]), rule('still', 0, [2])] }, new Map());
    await store.checkpoint({ positions: {}, rules: [rule('busy', 1, [3]), rule('still', 0)] }, new Map());
    await store.checkpoint({ positions: {}, rules: [rule('busy', 2, [4]), rule('still', 1, [5])] }, new Map());
    const { store: next, recovery } = await open();
    expect(recovery.checkpoint?.rules).toEqual([state('busy', [1], [3], [4]), state('still', [2], [5])]);
    await next.checkpoint({ positions: {}, rules: [rule('busy', 3, [6]), rule('still', 1)] }, new Map());
    expect((await open()).recovery.checkpoint?.rules).toEqual([state('busy', [1], [3], [4], [6]), state('still', [2], [5])]);
    await next.checkpoint({ positions: {}, rules: [rule('busy', 0, [7])] }, new Map());
    expect(await client.hkeys(keys.snapshots)).toEqual(['busy']);
    expect((await open()).recovery.checkpoint?.rules).toEqual([state('busy', [7])]);
  });

  test.each([
    ['stands where it never stood', rule('other', 0)],
    ['has an increment upon nothing', rule('other', 1, [1])],
    ['leaves an increment out', rule('watch', 2, [1])],
    ['has lost one', rule('watch', 1)],
  ])('a checkpoint before one whose rule %s, which is refused', async (_, wrong) => {
    const { store } = await open();
    await store.checkpoint({ positions: {}, rules: [rule('watch', 0, [1])] }, new Map());
    await expect(store.checkpoint({ positions: {}, rules: [wrong] }, new Map())).rejects.toThrow(/has increments up to/);
    expect((await open()).recovery.checkpoint?.rules).toEqual([state('watch', [1])]);
  });

  test('that an increment of a checkpoint is missing, and says so', async () => {
    const { store } = await open();
    await store.checkpoint({ positions: {}, rules: [rule('watch', 0, [1])] }, new Map());
    await store.checkpoint({ positions: {}, rules: [rule('watch', 1, [2])] }, new Map());
    await client.hdel(keys.snapshots, 'watch 1');
    await expect(open()).rejects.toMatchObject({ code: 'store.corrupt', message: expect.stringContaining('increment 1 of rule watch is missing') });
  });

  test('that a checkpoint is not ours, and says so', async () => {
    await client.set(keys.checkpoint, 'garbage!');
    await expect(open()).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  test('that Redis is not there', async () => {
    await expect(open({ target: { socketPath: '/nowhere/redis.sock' } })).rejects.toMatchObject({ code: 'store.unavailable', retriable: true });
  });
});

describe('a query', () => {
  test('gives rows of a range of time, either way round, page by page without a gap', async () => {
    const { store } = await open();
    for (let step = 0; step < 30; step += 1) await store.commit(tick, rowsAt(step * 10, step * 10 + 1, step * 10 + 2));
    expect(await times({ from: 101, to: 120 })).toEqual([101, 102, 110, 111, 112, 120]);
    expect(await times({ from: 101, to: 120, order: 'newest' })).toEqual([120, 112, 111, 110, 102, 101]);
    for (const order of ['newest', 'oldest'] as const) {
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await reader.query({ stream: 'Flows', from: 0, to: 1e12, limit: 7, order, ...(cursor !== undefined && { cursor }) });
        if (!page.ok) throw new Error(page.message);
        seen.push(...page.rows.map((row) => row.at));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, index) => Math.floor(index / 3) * 10 + (index % 3)));
    }
  });

  test('asks for the newest rows in one turn, which is what it costs while Redis and this thread are busy', async () => {
    const { store } = await open();
    await store.commit(tick, rowsAt(1000, 2000));
    expect(await newest()).toBe(2000);
    const asked = vi.spyOn(client.stream, 'write');
    const askedBeforeAnswers: number[] = [];
    client.stream.on('data', () => askedBeforeAnswers.push(asked.mock.calls.length));
    expect(await newest()).toBe(2000);
    expect(askedBeforeAnswers[0]).toBe(asked.mock.calls.length);
  });

  test('finds what came late where it was written, with its own time', async () => {
    const { store } = await open();
    await store.commit(tick, rowsAt(100));
    await store.commit(tick, rowsAt(40));
    expect(await times()).toEqual([100, 40]);
  });

  test('reads rows of an older list of attributes by name', async () => {
    const { store } = await open();
    await store.commit(tick, rowsAt(1));
    const wider: StoredStream = { name: flows.name, attributes: [{ name: 'flow', type: 'double' }, { name: 'peak', type: 'int' }] };
    const { store: later } = await open({ streams: [wider] });
    await later.commit(tick, { ...nothing, rows: [{ stream: wider, times: [2], rows: [[9, 7]] }] });
    const answer = await reader.query({ stream: flows.name, from: 0, to: 10, limit: 10, order: 'oldest' });
    expect(answer).toMatchObject({ ok: true, rows: [{ values: [0.5, null] }, { values: [9, 7] }] });
  });

  test.each([
    ['an unknown stream', { stream: 'Nope' }, 'unknown-stream'],
    ['a limit over the maximum', { limit: 1001 }, 'invalid'],
    ['a range that ends before it begins', { from: 5, to: 4 }, 'invalid'],
    ['a cursor from elsewhere', { cursor: 'x' }, 'invalid'],
  ])('refuses %s', async (_, change, code) => {
    await open();
    expect(await reader.query({ stream: flows.name, from: 0, to: 10, limit: 10, ...change })).toMatchObject({ ok: false, code });
  });

  test('is answered while rows are written', async () => {
    const { store } = await open();
    const times = Array.from({ length: 1000 }, (_, index) => index);
    const writing = (async () => {
      for (let step = 0; step < 100; step += 1) await store.commit(tick, rowsAt(...times.map((time) => step * 1000 + time)));
    })();
    for (let query = 0; query < 50; query += 1) expect(await reader.query({ stream: flows.name, from: 0, to: 1e12, limit: 100 })).toMatchObject({ ok: true });
    await writing;
    expect((await newest())).toBe(99_999);
  });
});

describe('retention', () => {
  test('keeps all streams together under the limit of bytes, dropping the oldest of the largest', async () => {
    let now = 1_000_000;
    const rare: StoredStream = { name: 'watch/Rare', attributes: flows.attributes };
    const { store } = await open({ streams: [flows, rare], retention: { seconds: 3600, bytesMax: 60_000 }, clock: { ...systemClock(), now: () => now } });
    await store.commit(tick, { ...nothing, rows: [{ stream: rare, times: [1], rows: [['p1', 1]] }] });
    for (let second = 1; second <= 20; second += 1) {
      now += 1000;
      await store.commit(tick, rowsAt(...Array.from({ length: 300 }, (_, row) => second * 1000 + row)));
      await store.checkpoint({ positions: {}, rules: [] }, new Map());
      expect(store.bytes).toBeLessThanOrEqual(60_000);
    }
    expect(await newest()).toBe(20_299);
    expect((await times({ limit: 1 }))[0]).toBeGreaterThanOrEqual(10_000);
    expect(await times({ stream: 'Rare' })).toEqual([1]);
  });

  test('drops what was written longer ago than the limit of seconds, whatever its own time', async () => {
    let now = 1_000_000;
    const { store } = await open({ retention: { seconds: 10, bytesMax: 1e9 }, clock: { ...systemClock(), now: () => now } });
    await store.commit(tick, rowsAt(5));
    now += 20_000;
    await store.commit(tick, rowsAt(6));
    await store.checkpoint({ positions: {}, rules: [] }, new Map());
    expect(await times()).toEqual([6]);
  });
});

test('the journal gives back what it took, in order, and counts on after a checkpoint let go of it', async () => {
  const journal = await RedisJournal.open(client, keys.journal('s'), 0, () => undefined);
  const taken = await Promise.all(Array.from({ length: 150 }, (_, index) => journal.append(Buffer.from(`body ${index}`), index)));
  expect(taken).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  const read: string[] = [];
  for await (const { body } of journal.read(101)) read.push(Buffer.from(body).toString());
  expect(read).toEqual(Array.from({ length: 50 }, (_, index) => `body ${index + 100}`));
  const { store } = await open();
  await store.checkpoint({ positions: {}, rules: [] }, new Map([['s', { '0': 151 }]]));
  expect(await client.xlen(keys.journal('s'))).toBe(0);
  expect(await (await RedisJournal.open(client, keys.journal('s'), 150, () => undefined)).append(Buffer.from('next'), 0)).toBe(151);
});
