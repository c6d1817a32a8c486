import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../kernel/seeded-random.ts';
import { leastChance, middleOf, rankSumGreater, shiftBetween } from './rank-test.ts';

/** All ways to say which values are the first sample: what the test counts, written down. */
function byEnumeration(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second];
  const rank = (value: number): number => all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + rank(value), 0);
  const observed = sumOf(first);
  let [above, total] = [0, 0];
  for (let mask = 0; mask < 2 ** all.length; mask += 1) {
    const taken = all.filter((_, index) => (mask >> index) % 2 === 1);
    if (taken.length !== first.length) continue;
    total += 1;
    if (sumOf(taken) >= observed - 1e-9) above += 1;
  }
  return above / total;
}

test('it is the share of all divisions that rank as high, with ties and without', () => {
  const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(values, values, (first, second) => {
      expect(rankSumGreater(first, second)).toBeCloseTo(byEnumeration(first, second), 12);
    }), { numRuns: 300 });
});

test('beyond what is counted out, it is the share of dealt divisions that rank as high', () => {
  const spread = (count: number, from: number): number[] => Array.from({ length: count }, (_, index) => from + ((index * 7919) % 997) / 100);
  for (const from of [0.4, 0.9]) {
    const [first, second] = [spread(40, from), spread(320, 0)];
    const ordered = [...first, ...second].sort((a, b) => a - b);
    const ranksOf = new Map(Map.groupBy(ordered.entries(), ([, value]) => value).entries().map(([value, places]) => [value, places.reduce((sum, [place]) => sum + place + 1, 0) / places.length]));
    const ranks = ordered.map((value) => ranksOf.get(value) ?? 0);
    const observed = first.reduce((sum, value) => sum + (ranksOf.get(value) ?? 0), 0);
    const random = createRandom(1);
    const deals = 40_000;
    let above = 0;
    for (let deal = 0; deal < deals; deal += 1) {
      let sum = 0;
      for (let place = 0; place < first.length; place += 1) {
        const from = place + Math.floor(random() * (ranks.length - place));
        [ranks[place], ranks[from]] = [ranks[from] ?? 0, ranks[place] ?? 0];
        sum += ranks[place] ?? 0;
      }
      if (sum >= observed) above += 1;
    }
    expect(Math.abs(rankSumGreater(first, second) - above / deals)).toBeLessThan(0.005);
    expect(above).toBeGreaterThan(10);
  }
});

test('samples of one place have an even chance, and none have no say', () => {
  expect(rankSumGreater([1, 1, 1], [1, 1])).toBe(1);
  expect(rankSumGreater([], [1])).toBe(1);
  expect(rankSumGreater(new Array<number>(500).fill(3), new Array<number>(900).fill(3))).toBe(1);
});

test('the least chance is that of the highest ranks', () => {
  for (const [first, second] of [[1, 9], [2, 18], [5, 45]] as const) {
    const high = Array.from({ length: first }, (_, index) => 100 + index);
    const low = Array.from({ length: second }, (_, index) => index);
    expect(rankSumGreater(high, low)).toBeCloseTo(leastChance(first, second), 12);
  }
});

test('the shift is the median difference', () => {
  expect(shiftBetween([5, 6, 7], [1, 2, 3])).toBe(4);
  expect(middleOf([1, 2])).toBe(1.5);
});
