import { describe, expect, test } from 'vitest';
import { alignSpreads, countOf, mergeSpreads, SpreadRecorder, spreadBinsMax, spreadSchema } from './spread.ts';
import type { Spread } from './spread.ts';

function record(values: Iterable<number>): Spread {
  const recorder = new SpreadRecorder();
  for (const value of values) recorder.add(value);
  return recorder.take();
}

/** `count` values from `from` to below `to`, evenly. */
function* even(from: number, to: number, count = 1000): Generator<number> {
  for (let index = 0; index < count; index += 1) yield from + ((to - from) * index) / count;
}

/** How wide the widest occupied bin is, in the values' own unit. */
function widest({ resolution, bins }: Spread): number {
  const edge = (index: number): number => Math.sinh(index / 2 ** resolution) / 10;
  return Math.max(...bins.map(([index]) => edge(index + 1) - edge(index)));
}

describe('a spread', () => {
  test('tells scores, small signed figures and readings far from zero apart, each by its own width', () => {
    expect(widest(record(even(0, 1)))).toBeLessThan(0.07);
    expect(widest(record(even(-0.01, 0.01)))).toBeLessThan(0.001);
    expect(widest(record(even(950, 1050)))).toBeLessThan(4.2);
    for (const spread of [record(even(0, 1)), record(even(950, 1050))]) expect(spread.bins.length).toBeGreaterThan(spreadBinsMax / 3);
  });

  test('keeps its width when a sensor now and then says zero', () => {
    expect(record([...even(950, 1050), 0, 0])).toMatchObject({ resolution: record(even(950, 1050)).resolution });
  });

  test('holds all doubles, counts what is missing, and is valid on the wire', () => {
    const spread = record([...even(-8e307, 8e307, 500), ...even(-1, 1), Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity, 0, -0, Number.MIN_VALUE, NaN, NaN]);
    expect(countOf(spread)).toBe(1509);
    expect(spread.missing).toBe(2);
    expect(spread.bins.length).toBeLessThanOrEqual(spreadBinsMax);
    expect(spreadSchema.parse(spread)).toEqual(spread);
    expect(spreadSchema.parse(record([]))).toEqual({ resolution: 10, bins: [], missing: 0 });
  });

  test('is compared at the resolution that both have', () => {
    const [fine, coarse] = alignSpreads(record([0.5, 0.5]), record(even(-1000, 1000)));
    expect(fine.resolution).toBe(coarse.resolution);
    expect([countOf(fine), countOf(coarse)]).toEqual([2, 1000]);
  });

  test('stays bounded when somebody sends bins that no value has', () => {
    const wild = mergeSpreads(...Array.from({ length: 200 }, (_, index): Spread => ({ resolution: -5, bins: [[(index - 100) * 7000, 1]], missing: 0 })));
    expect(wild.bins.length).toBeLessThanOrEqual(spreadBinsMax);
    expect(countOf(wild)).toBe(200);
  });
});
