import { SpreadRecorder } from '@selvedge/edge-runtime/protocol';
import type { Spread } from '@selvedge/edge-runtime/protocol';
import { describe, expect, test } from 'vitest';
import { createRandom, normal } from '../kernel/seeded-random.ts';
import { shiftOf } from './population-shift.ts';

const random = createRandom(7);

function values(count: number, of: () => number): Spread {
  const recorder = new SpreadRecorder();
  for (let index = 0; index < count; index += 1) recorder.add(of());
  return recorder.take();
}

const bell = (count: number, mean: number, deviation = 1): Spread => values(count, () => mean + deviation * normal(random));
const mean = (list: (number | null)[]): number => list.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / list.length;

describe('the shift of a distribution', () => {
  test.each([[0.5, 0.25], [1, 1], [1.5, 2.25]])('of a bell curve by %d deviations is the square of that, wherever the curve lies and whatever its unit', (deviations, expected) => {
    for (const [centre, deviation] of [[0, 1], [0, 0.02], [1013, 8], [-40, 3], [1e7, 2e5]] as const) {
      const shift = shiftOf(bell(20_000, centre, deviation), bell(20_000, centre + deviations * deviation, deviation)) ?? 0;
      // Ten groups see a little less than the whole.
      expect(shift).toBeGreaterThan(expected * 0.75);
      expect(shift).toBeLessThan(expected * 1.1);
    }
  });

  test('is nothing between samples of the same, however few: what they differ by chance is taken off', () => {
    for (const size of [50, 200, 5000]) {
      const shifts = Array.from({ length: 100 }, () => shiftOf(bell(size, 0), bell(size, 0)));
      expect(mean(shifts)).toBeLessThan(6 / size);
    }
  });

  test('means the same of a quiet node as of a busy one', () => {
    const of = (size: number): number => mean(Array.from({ length: 60 }, () => shiftOf(bell(size, 0), bell(size, 1))));
    expect(of(100)).toBeGreaterThan(of(10_000) * 0.8);
    expect(of(100)).toBeLessThan(of(10_000) * 1.2);
  });

  test('sees a label that became more frequent, a value that froze and one that went missing', () => {
    const label = (share: number) => values(1000, () => (random() < share ? 1 : 0));
    expect(shiftOf(label(0.05), label(0.05))).toBeLessThan(0.02);
    expect(shiftOf(label(0.05), label(0.3))).toBeGreaterThan(0.3);
    expect(shiftOf(bell(1000, 20), values(1000, () => 20))).toBeGreaterThan(1);
    expect(shiftOf(values(1000, () => 20), values(1000, () => 20))).toBe(0);
    expect(shiftOf(bell(1000, 20), values(1000, () => (random() < 0.2 ? Number.NaN : 20 + normal(random))))).toBeGreaterThan(0.25);
  });

  test('is the same both ways, and not known of too few values', () => {
    const [one, other] = [bell(500, 0), bell(800, 0.7)];
    expect(shiftOf(one, other)).toBeCloseTo(shiftOf(other, one) ?? Number.NaN, 10);
    expect(shiftOf(bell(29, 0), other)).toBeNull();
    expect(shiftOf(one, values(0, () => 0))).toBeNull();
  });
});
