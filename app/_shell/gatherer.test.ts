import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gatherer } from './gatherer.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('the first word is worked on soon, a flood of them at a steady pace, and the last is not left behind', async () => {
  const runs: [number, number][] = [];
  const start = Date.now();
  const gatherer = new Gatherer<number>(async (words) => void runs.push([Date.now() - start, words.size]), { soonMs: 250, gapMs: 1000 });
  for (let word = 0; word < 3000; word++) {
    gatherer.add(word);
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs.map(([at]) => at)).toEqual([250, 1250, 2250, 3250]);
  expect(runs.reduce((sum, [, words]) => sum + words, 0)).toBe(3000);
  gatherer.add(1);
  await vi.advanceTimersByTimeAsync(250);
  expect(runs).toHaveLength(5);
});

test('work that takes longer than the pace is waited for, also when it fails, and nothing is done after the end', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  let runs = 0;
  const gatherer = new Gatherer<string>(() => (++runs === 1 ? promise : Promise.resolve()), { soonMs: 250, gapMs: 1000 });
  gatherer.add('a');
  await vi.advanceTimersByTimeAsync(5000);
  gatherer.add('b');
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs).toBe(1);
  reject(new Error('away'));
  await vi.advanceTimersByTimeAsync(250);
  expect(runs).toBe(2);
  gatherer.add('c');
  gatherer.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs).toBe(2);
});
