import { polynomial, upperHalf, withoutLowerHalf } from './floating.ts';
import { reduced } from './reduction.ts';

/** Up to an eighth of a turn nothing is taken off. */
const EIGHTH = 0.7853981633974483;

/** The sine of an angle in radians. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) <= EIGHTH) return sine(x, 0);
  const { quarter, high, low } = reduced(x);
  const value = quarter % 2 === 0 ? sine(high, low) : cosine(high, low);
  return quarter < 2 ? value : -value;
}

/** The cosine. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) <= EIGHTH) return cosine(x, 0);
  const { quarter, high, low } = reduced(x);
  const value = quarter % 2 === 0 ? cosine(high, low) : sine(high, low);
  return quarter === 0 || quarter === 3 ? value : -value;
}

/** The tangent. */
export function tan(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) <= EIGHTH) return tangent(x, 0, false);
  const { quarter, high, low } = reduced(x);
  return tangent(high, low, quarter % 2 === 1);
}

/** The sine of up to an eighth of a turn, given in two doubles. */
function sine(x: number, low: number): number {
  if (Math.abs(x) < 7.450580596923828e-9) return x;
  const z = x * x;
  const v = z * x;
  const r = 8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 + z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  if (low === 0) return x + v * (-1.66666666666666324348e-1 + z * r);
  return x - (z * (0.5 * low - v * r) - low - v * -1.66666666666666324348e-1);
}

function cosine(x: number, low: number): number {
  const upper = upperHalf(x) & 0x7fff_ffff;
  if (upper < 0x3e40_0000) return 1;
  const z = x * x;
  const r = z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * (2.48015872894767294178e-5 + z * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11)))));
  if (upper < 0x3fd3_3333) return 1 - (0.5 * z - (z * r - x * low));
  // A part near a quarter of x comes off both sides, exactly.
  const part = upper > 0x3fe9_0000 ? 0.28125 : withoutLowerHalf(Math.abs(x) * 0.25);
  return 1 - part - (0.5 * z - part - (z * r - x * low));
}

const TANGENT_EVEN: readonly number[] = [1.33333333333201242699e-1, 2.18694882948595424599e-2, 3.59207910759131235356e-3, 5.88041240820264096874e-4, 7.81794442939557092300e-5, -1.85586374855275456654e-5];
const TANGENT_ODD: readonly number[] = [5.39682539762260521377e-2, 8.86323982359930005737e-3, 1.45620945432529025516e-3, 2.46463134818469906812e-4, 7.14072491382608190305e-5, 2.59073051863633712884e-5];

/** The tangent of up to an eighth of a turn, or less than one over it. */
function tangent(angle: number, rest: number, inverse: boolean): number {
  const upper = upperHalf(angle);
  let [x, low] = [angle, rest];
  if ((upper & 0x7fff_ffff) < 0x3e30_0000) return inverse ? -1 / x : x;
  const near = (upper & 0x7fff_ffff) >= 0x3fe5_9428;
  if (near) {
    if (x < 0) [x, low] = [-x, -low];
    x = EIGHTH - x + (3.06161699786838301793e-17 - low);
    low = 0;
  }
  const z = x * x;
  const w = z * z;
  const odd = polynomial(w, TANGENT_EVEN);
  const even = z * polynomial(w, TANGENT_ODD);
  const s = z * x;
  const r = low + z * (s * (odd + even) + low) + 3.33333333333334091986e-1 * s;
  const sum = x + r;
  if (near) {
    const v = inverse ? -1 : 1;
    return (upper < 0 ? -1 : 1) * (v - 2 * (x - ((sum * sum) / (sum + v) - r)));
  }
  if (!inverse) return sum;
  // -1 / (x + r), with the error of the sum put right.
  const front = withoutLowerHalf(sum);
  const back = r - (front - x);
  const quotient = -1 / sum;
  const t = withoutLowerHalf(quotient);
  return t + quotient * (1 + t * front + t * back);
}
