import { scaled } from './floating.ts';

const LN2_HIGH = 6.93147180369123816490e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019411;

/**
 * e to a power, to less than a unit in the last place, and the same wherever it runs. With x = k ln 2 + r, the rest by a
 * polynomial for r (e^r + 1) / (e^r - 1); method and coefficients as published with fdlibm (Sun Microsystems, 1993).
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < UNDERFLOW) return 0;
  const size = Math.abs(x);
  if (size < 2 ** -28) return 1 + x;
  // Near 0 there is nothing to take off; up to 1.5 ln 2 it is one ln 2.
  const k = size <= 0.5 * Math.LN2 ? 0 : size < 1.5 * Math.LN2 ? Math.sign(x) : Math.trunc(x / Math.LN2 + (x < 0 ? -0.5 : 0.5));
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const rest = high - low;
  const square = rest * rest;
  const c = rest - square * (1.66666666666666019037e-1 + square * (-2.77777777770155933842e-3 + square * (6.61375632143793436117e-5 + square * (-1.6533902205465251539e-6 + square * 4.13813679705723846039e-8))));
  if (k === 0) return 1 - ((rest * c) / (c - 2) - rest);
  return scaled(1 - (low - (rest * c) / (2 - c) - high), k);
}
