import { expect, it } from 'vitest';
import { studentTails } from './student.ts';

/** By numerical integration of the density; the first and second are in every table. */
it.each([
  [1, 1, 0.5],
  [12.706, 1, 0.05000080235817],
  [2.228, 10, 0.05001177181712],
  [2, 10, 0.07338803477072],
  [0.5, 3, 0.65144796484815],
  [3, 7, 0.01994212613198],
  [1.96, 100, 0.05277890136625],
  [0.1, 50, 0.92074421365297],
  [1.5, 130, 0.13603911601275],
])('t = %d with %d degrees of freedom: %d', (t, freedom, tails) => {
  expect(studentTails(t, freedom)).toBeCloseTo(tails, 11);
  expect(studentTails(-t, freedom)).toBe(studentTails(t, freedom));
});

it('is 1 in the middle, 0 far out, and nothing of nothing', () => {
  expect(studentTails(0, 5)).toBe(1);
  expect(studentTails(Number.POSITIVE_INFINITY, 5)).toBe(0);
  expect(studentTails(1e200, 5)).toBe(0);
  expect(studentTails(Number.NaN, 5)).toBeNaN();
});

it('comes near the normal distribution with very many', () => {
  expect(studentTails(1.959963984540054, 10_000_000)).toBeCloseTo(0.05, 7);
});
