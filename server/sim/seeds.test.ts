import { expect, test } from 'vitest';
import { firstSeedOf, sameEachTime, seedsOf } from './seeds.ts';

const some = (commit: string): number[] => seedsOf(commit).take(sameEachTime + 2).toArray();

test('a commit has the same seeds each time, another commit others, after the first that all have', () => {
  const [one, other] = [some('0ea3ba0'), some('56d9953')];
  expect(some('0ea3ba0')).toEqual(one);
  expect(one.slice(0, sameEachTime)).toEqual(other.slice(0, sameEachTime));
  expect(one.slice(sameEachTime)).toEqual([firstSeedOf('0ea3ba0'), firstSeedOf('0ea3ba0') + 1]);
  expect(firstSeedOf('56d9953')).not.toBe(firstSeedOf('0ea3ba0'));
  expect(firstSeedOf('0ea3ba0')).toBeGreaterThan(10_000);
});
