import { upperHalf, withUpperHalf } from './floating.ts';

const LN2_HIGH = 6.93147180369123816490e-1;
const LN2_LOW = 1.90821492927058770002e-10;

/** The natural logarithm. With x = 2^k (1 + f): k ln 2 and a polynomial for f / (2 + f). */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { fraction, exponent } = split(x);
  const upper = upperHalf(fraction) & 0xf_ffff;
  // The fraction lies between half the root of 2 and the root of 2.
  const half = (upper + 0x9_5f64) & 0x10_0000;
  const f = withUpperHalf(fraction, upper | (half ^ 0x3ff0_0000)) - 1;
  const k = exponent + (half >> 20);
  if ((0xf_ffff & (2 + upper)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd = z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = odd + even;
  if (((upper - 0x6_147a) | (0x6_b851 - upper)) > 0) {
    const square = 0.5 * f * f;
    return k === 0 ? f - (square - s * (square + r)) : k * LN2_HIGH - (square - (s * (square + r) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** The logarithm to base ten. */
export function log10(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { fraction, exponent } = split(x);
  const below = exponent < 0 ? 1 : 0;
  const rest = withUpperHalf(fraction, (upperHalf(fraction) & 0xf_ffff) | ((0x3ff - below) << 20));
  const whole = exponent + below;
  return whole * 3.69423907715893078616e-13 + Math.LOG10E * log(rest) + whole * 3.01029995663611771306e-1;
}

/** A positive number as a normal one and the power of two that its leading bit has. */
function split(x: number): { fraction: number; exponent: number } {
  const lifted = upperHalf(x) < 0x10_0000;
  const fraction = lifted ? x * 18_014_398_509_481_984 : x;
  return { fraction, exponent: (upperHalf(fraction) >> 20) - 1023 - (lifted ? 54 : 0) };
}
