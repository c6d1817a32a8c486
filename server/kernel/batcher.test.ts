import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

/** A writer that writes when it is told to, and notes what it was given at a time. */
function writer(batchMax: number, refuse: (item: number) => boolean = () => false) {
  const batches: number[][] = [];
  const begun: (() => void)[] = [];
  const batch = new Batcher<number, string>(batchMax, async (items) => {
    batches.push([...items]);
    await new Promise<void>((resolve) => begun.push(resolve));
    if (items.some(refuse)) throw new Error('refused');
    return items.map((item) => `wrote ${item}`);
  });
  const finish = async (): Promise<void> => {
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
      next();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { batch, batches, finish };
}

test('what comes together is written together, no more than fits', async () => {
  const { batch, batches, finish } = writer(3);
  const all = Promise.all([1, 2, 3, 4, 5].map((item) => batch.add(item)));
  await Promise.resolve();
  await finish();
  expect(await all).toEqual(['wrote 1', 'wrote 2', 'wrote 3', 'wrote 4', 'wrote 5']);
  expect(batches).toEqual([[1, 2, 3], [4, 5]]);
});

test('one that comes alone is written at once, and what comes meanwhile goes together', async () => {
  const { batch, batches, finish } = writer(3);
  const first = batch.add(1);
  await Promise.resolve();
  expect(batches).toEqual([[1]]);
  const others = Promise.all([2, 3].map((item) => batch.add(item)));
  await finish();
  expect(await Promise.all([first, others])).toEqual(['wrote 1', ['wrote 2', 'wrote 3']]);
  expect(batches).toEqual([[1], [2, 3]]);
});

test('one that cannot be written keeps no other out', async () => {
  const { batch, batches, finish } = writer(3, (item) => item === 3);
  const all = Promise.allSettled([1, 2, 3, 4].map((item) => batch.add(item)));
  await Promise.resolve();
  await finish();
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(batches).toEqual([[1, 2, 3], [1], [2], [3], [4]]);
});
