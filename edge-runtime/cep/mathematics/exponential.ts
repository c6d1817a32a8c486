import { scaled, upperHalf, withUpperHalf } from './floating.ts';

const LN2_HIGH = 6.93147180369123816490e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019411;

/**
 * e to a power, to less than a unit in the last place, and the same wherever it runs. With x = k ln 2 + r, the rest by a
 * polynomial for r (e^r + 1) / (e^r - 1). As everything in this folder: method and coefficients as published with fdlibm
 * (Sun Microsystems, 1993), which Java's StrictMath follows to the last digit.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < UNDERFLOW) return 0;
  const size = Math.abs(x);
  if (size < 3.725290298461914e-9) return 1 + x;
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

/** e to a power less 1, exact near 0 too. */
export function expm1(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < -56 * Math.LN2) return -1;
  const size = Math.abs(x);
  if (size < 5.551115123125783e-17) return x;
  const k = size <= 0.5 * Math.LN2 ? 0 : size < 1.5 * Math.LN2 ? Math.sign(x) : Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5));
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const rest = k === 0 ? x : high - low;
  const lost = k === 0 ? 0 : high - rest - low;
  const half = 0.5 * rest;
  const square = rest * half;
  const r = 1 + square * (-3.33333333333331316428e-2 + square * (1.58730158725481460165e-3 + square * (-7.93650757867487942473e-5 + square * (4.00821782732936239552e-6 + square * -2.01099218183624371326e-7))));
  const t = 3 - r * half;
  let error = square * ((r - t) / (6 - rest * t));
  if (k === 0) return rest - (rest * error - square);
  error = rest * (error - lost) - lost - square;
  if (k === -1) return 0.5 * (rest - error) - 0.5;
  if (k === 1) return rest < -0.25 ? -2 * (error - (rest + 0.5)) : 1 + 2 * (rest - error);
  if (k <= -2 || k > 56) return raised(1 - (error - rest), k) - 1;
  if (k < 20) return raised(1 - scaled(1, -k) - (error - rest), k);
  return raised(rest - (error + scaled(1, -k)) + 1, k);
}

/** Adds k to the exponent, beyond which nothing is checked: the parts above cannot pass 2^1024. */
function raised(x: number, k: number): number {
  return withUpperHalf(x, upperHalf(x) + k * 0x10_0000);
}
