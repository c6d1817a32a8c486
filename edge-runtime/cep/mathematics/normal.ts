import { exp } from './exponential.ts';

const STEPS = 60;

/** How far from 0 a value of the normal distribution lies on either side with no more than this probability. */
export function normalDistance(probability: number): number {
  let [near, far] = [0, 40];
  for (let step = 0; step < STEPS; step++) {
    const middle = (near + far) / 2;
    if (1 - 2 * aboveZero(middle) > probability) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}

/** The share between 0 and z: the density times a series that converges everywhere (Abramowitz and Stegun 26.2.11). */
function aboveZero(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * 1e-17; odd += 2) sum += term *= (z * z) / odd;
  return Math.min(0.5, (sum * exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
}
