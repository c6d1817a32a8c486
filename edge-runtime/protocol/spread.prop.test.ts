import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, mergeSpreads, SpreadRecorder, spreadBinsMax } from './spread.ts';
import type { Spread } from './spread.ts';

const values = fc.array(fc.oneof(fc.double(), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 900, max: 1100, noNaN: true })), { maxLength: 400 });

function record(list: readonly number[]): Spread {
  const recorder = new SpreadRecorder();
  for (const value of list) recorder.add(value);
  return recorder.take();
}

test('parts that are added up in any order are the spread of all values', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (parts) => {
      const whole = record(parts.flat());
      expect(mergeSpreads(...parts.map(record))).toEqual(whole);
      expect(parts.toReversed().map(record).reduce((sum, part) => mergeSpreads(sum, part))).toEqual(whole);
    }),
  );
});

test('every value is in one bin or missing, and bins are few and in order', () => {
  fc.assert(
    fc.property(values, (list) => {
      const spread = record(list);
      expect(countOf(spread)).toBe(list.length);
      expect(spread.bins.length).toBeLessThanOrEqual(spreadBinsMax);
      expect(spread.bins.map(([index]) => index)).toEqual(spread.bins.map(([index]) => index).toSorted((a, b) => a - b));
    }),
  );
});
