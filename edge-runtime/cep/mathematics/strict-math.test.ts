import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exp } from './exponential.ts';
import { cosh, sinh, tanh } from './hyperbolic.ts';
import { acos, asin, atan, atan2 } from './inverse-trigonometry.ts';
import { log, log10 } from './logarithm.ts';
import { normalDistance } from './normal.ts';
import { cbrt, pow } from './power.ts';
import { cos, sin, tan } from './trigonometry.ts';

/** By function: its arguments and what Java's StrictMath answers. */
const answers: Record<string, (number | string)[][]> = JSON.parse(readFileSync(new URL('../fixtures/strict-math.json', import.meta.url), 'utf8'));

const FUNCTIONS: Readonly<Record<string, (left: number, right: number) => number>> = { acos, asin, atan, atan2, cbrt, cos, cosh, exp, log, log10, pow, sin, sinh, tan, tanh };

describe('to the last digit as StrictMath', () => {
  it.each(Object.keys(answers))('%s', (name) => {
    const rows = answers[name] ?? [];
    expect(rows.length).toBeGreaterThan(50);
    const wrong = rows.filter((row) => {
      const [x = 0, y = 0] = row.map(Number);
      return !Object.is(FUNCTIONS[name]?.(x, y), Number(row.at(-1)));
    });
    expect(wrong).toEqual([]);
  });

  it('knows every function', () => {
    expect(Object.keys(answers).sort()).toEqual(Object.keys(FUNCTIONS).sort());
  });
});

describe('angles of many turns', () => {
  it.each([
    // Where 2/π is needed to hundreds of digits; computed with 1200 of them.
    [1e22, -0.8522008497671888],
    [1.7976931348623157e308, 0.004961954789184062],
    [6381956970095103 * 2 ** 797, 1],
    [-1e22, 0.8522008497671888],
  ])('sin(%d)', (x, value) => {
    expect(sin(x)).toBe(value);
  });

  it('keeps its squares together', () => {
    for (const x of [1e6, 1e10, 1e15, 1e30, 1e100, 1e300]) expect(sin(x) * sin(x) + cos(x) * cos(x)).toBeCloseTo(1, 15);
  });
});

it.each([
  [0.05, 1.959963984540054],
  [0.1, 1.6448536269514722],
  [0.01, 2.5758293035489004],
  [1, 0],
])('a normal value lies %d of the time beyond %d', (probability, distance) => {
  expect(normalDistance(probability)).toBeCloseTo(distance, 12);
});
