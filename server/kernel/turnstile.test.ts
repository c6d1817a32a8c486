import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

test('no more than may are inside, in the order in which they came, and one that fails leaves its place', async () => {
  const turnstile = new Turnstile(3);
  const entered: number[] = [];
  let [inside, most] = [0, 0];
  const all = Array.from({ length: 20 }, (_, index) =>
    turnstile.pass(async () => {
      entered.push(index);
      most = Math.max(most, ++inside);
      await delay(1);
      inside -= 1;
      if (index % 5 === 0) throw new Error('fell over');
    }),
  );
  const ends = await Promise.allSettled(all);
  expect(entered).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBe(3);
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});
