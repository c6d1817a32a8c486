import { ofHalves, scaled, upperHalf, withoutLowerHalf, withUpperHalf } from './floating.ts';

const TWO_THIRDS_LN2 = 9.61796693925975554329e-1;
const TWO_THIRDS_HIGH = 9.61796700954437255859e-1;
const TWO_THIRDS_LOW = -7.02846165095275826516e-9;
const LN2_HIGH = 6.93147182464599609375e-1;
const LN2_LOW = -1.90465429995776804525e-9;
const PER_LN2_HIGH = 1.44269502162933349609;
const PER_LN2_LOW = 1.92596299112661746887e-8;
/** How much below 1024 the logarithm of the largest double lies, with half a unit in its last place. */
const OVERFLOW_REST = 8.0085662595372944372e-17;

/**
 * x to the power of y. The logarithm to base two of x in two doubles, times y in two, and 2 to the power of that. As Java
 * has it, 1 and -1 to an infinite power are no number.
 */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const size = Math.abs(x);
  const whole = Number.isInteger(y);
  const odd = whole && Math.abs(y) < 9_007_199_254_740_992 && y % 2 !== 0;
  if (!Number.isFinite(y)) return size === 1 ? Number.NaN : size > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  const negative = x < 0 || Object.is(x, -0);
  if (y === 0.5 && !negative) return Math.sqrt(x);
  if (size === 0 || size === 1 || size === Number.POSITIVE_INFINITY) {
    const value = y < 0 ? 1 / size : size;
    return negative && !(size === 1 && !whole) ? (odd ? -value : value) : negative ? Number.NaN : value;
  }
  if (negative && !whole) return Number.NaN;
  const sign = negative && odd ? -1 : 1;
  const { high, low, extreme } = Math.abs(y) > 2_147_483_648 ? nearOne(size, y) : logarithm(size);
  if (extreme !== undefined) return sign * extreme;
  const front = withoutLowerHalf(y);
  const rest = (y - front) * high + y * low;
  return sign * raised(front * high, rest);
}

interface Logarithm {
  high: number;
  low: number;
  /** The result itself, where it is too large or too small. */
  extreme?: number;
}

/** For enormous powers only numbers next to 1 matter: ln by its series. */
function nearOne(size: number, y: number): Logarithm {
  const upper = upperHalf(size);
  const [far, wide] = [Math.abs(y) > 18_446_744_073_709_551_616, upper];
  const outside = far ? wide <= 0x3fef_ffff || wide >= 0x3ff0_0000 : wide < 0x3fef_ffff || wide > 0x3ff0_0000;
  if (outside) return { high: 0, low: 0, extreme: wide < 0x3ff0_0000 === y < 0 ? Number.POSITIVE_INFINITY : 0 };
  const t = size - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
  const u = PER_LN2_HIGH * t;
  const v = t * PER_LN2_LOW - w * Math.LOG2E;
  const high = withoutLowerHalf(u + v);
  return { high, low: v - (high - u) };
}

/** log2 of a positive number, by ln((1 + s) / (1 - s)) with s from 1 or 1.5. */
function logarithm(size: number): Logarithm {
  const lifted = upperHalf(size) < 0x10_0000;
  const normal = lifted ? size * 9_007_199_254_740_992 : size;
  let exponent = (upperHalf(normal) >> 20) - 1023 - (lifted ? 53 : 0);
  const bits = upperHalf(normal) & 0xf_ffff;
  let upper = bits | 0x3ff0_0000;
  let half = 0;
  if (bits > 0x3_988e && bits < 0xb_b67a) half = 1;
  else if (bits >= 0xb_b67a) {
    exponent++;
    upper -= 0x10_0000;
  }
  const x = withUpperHalf(normal, upper);
  const base = half === 1 ? 1.5 : 1;
  const u = x - base;
  const v = 1 / (x + base);
  const s = u * v;
  const sHigh = withoutLowerHalf(s);
  const tHigh = ofHalves(((upper >> 1) | 0x2000_0000) + 0x8_0000 + (half << 18), 0);
  const tLow = x - (tHigh - base);
  const sLow = v * (u - sHigh * tHigh - sHigh * tLow);
  const s2 = s * s;
  const r =
    s2 * s2 * (5.99999999999994648725e-1 + s2 * (4.28571428578550184252e-1 + s2 * (3.33333329818377432918e-1 + s2 * (2.72728123808534006489e-1 + s2 * (2.30660745775561754067e-1 + s2 * 2.06975017800338417784e-1))))) +
    sLow * (sHigh + s);
  const square = sHigh * sHigh;
  const cubeHigh = withoutLowerHalf(3 + square + r);
  const cubeLow = r - (cubeHigh - 3 - square);
  const front = sHigh * cubeHigh;
  const back = sLow * cubeHigh + cubeLow * s;
  const pHigh = withoutLowerHalf(front + back);
  const pLow = back - (pHigh - front);
  const zHigh = TWO_THIRDS_HIGH * pHigh;
  const zLow = TWO_THIRDS_LOW * pHigh + pLow * TWO_THIRDS_LN2 + (half === 1 ? 1.35003920212974897128e-8 : 0);
  const ofBase = half === 1 ? 5.84962487220764160156e-1 : 0;
  const high = withoutLowerHalf(zHigh + zLow + ofBase + exponent);
  return { high, low: zLow - (high - exponent - ofBase - zHigh) };
}

/** 2 to the power of a sum of two. */
function raised(front: number, rest: number): number {
  const sum = front + rest;
  const upper = upperHalf(sum);
  if (sum >= 1024 && (sum > 1024 || rest + OVERFLOW_REST > sum - front)) return Number.POSITIVE_INFINITY;
  if (sum <= -1075 && (sum < -1075 || rest <= sum - front)) return 0;
  let [n, start] = [0, front];
  const exponent = ((upper & 0x7fff_ffff) >> 20) - 1023;
  if ((upper & 0x7fff_ffff) > 0x3fe0_0000) {
    const nearest = upper + (0x10_0000 >> (exponent + 1));
    const shift = ((nearest & 0x7fff_ffff) >> 20) - 1023;
    n = ((nearest & 0xf_ffff) | 0x10_0000) >> (20 - shift);
    if (upper < 0) n = -n;
    start = front - ofHalves(nearest & ~(0xf_ffff >> shift), 0);
  }
  const t = withoutLowerHalf(rest + start);
  const u = t * LN2_HIGH;
  const v = (rest - (t - start)) * Math.LN2 + t * LN2_LOW;
  const z = u + v;
  const w = v - (z - u);
  const square = z * z;
  const c = z - square * (1.66666666666666019037e-1 + square * (-2.77777777770155933842e-3 + square * (6.61375632143793436117e-5 + square * (-1.6533902205465251539e-6 + square * 4.13813679705723846039e-8))));
  return scaled(1 - ((z * c) / (c - 2) - (w + z * w) - z), n);
}

/** The cube root: a guess from a third of the exponent, bettered by a quotient and a step of Newton's. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const size = Math.abs(x);
  const upper = upperHalf(size);
  const small = upper < 0x10_0000;
  const guess = small ? withUpperHalf(0, Math.floor(upperHalf(size * 18_014_398_509_481_984) / 3) + 696_219_795) : ofHalves(Math.floor(upper / 3) + 715_094_163, 0);
  const r = (guess * guess) / size;
  const s = 5.42857142857142815906e-1 + r * guess;
  const better = guess * (3.57142857142857150787e-1 + 1.6071428571428572063 / (s + 1.41428571428571436819 + -7.0530612244897961105e-1 / s));
  const cut = ofHalves(upperHalf(better) + 1, 0);
  const square = cut * cut;
  const quotient = size / square;
  const root = cut + cut * ((quotient - cut) / (cut + cut + quotient));
  return x < 0 ? -root : root;
}
