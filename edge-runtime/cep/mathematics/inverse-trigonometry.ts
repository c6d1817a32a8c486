import { polynomial, upperHalf, withoutLowerHalf } from './floating.ts';

const HALF_PI_LOW = 6.12323399573676603587e-17;
const QUARTER_PI = 7.85398163397448278999e-1;

/** What is added to the angle of the reduced tangent, and what that is more exactly. */
const ANGLES: readonly (readonly [high: number, low: number])[] = [
  [4.63647609000806093515e-1, 2.26987774529616870924e-17],
  [7.85398163397448278999e-1, 3.06161699786838301793e-17],
  [9.82793723247329054082e-1, 1.39033110312309984516e-17],
  [1.570796326794896558, 6.12323399573676603587e-17],
];

/** The angle of a tangent: reduced to a small one by that of 1/2, 1, 3/2 or infinity. */
export function atan(x: number): number {
  const upper = upperHalf(x) & 0x7fff_ffff;
  if (Number.isNaN(x)) return x;
  if (upper >= 0x4410_0000) return x > 0 ? Math.PI / 2 : -Math.PI / 2;
  const size = Math.abs(x);
  let [reduced, angle] = [x, -1];
  if (upper < 0x3fdc_0000) {
    if (upper < 0x3e20_0000) return x;
  } else if (upper < 0x3fe6_0000) [reduced, angle] = [(2 * size - 1) / (2 + size), 0];
  else if (upper < 0x3ff3_0000) [reduced, angle] = [(size - 1) / (size + 1), 1];
  else if (upper < 0x4003_8000) [reduced, angle] = [(size - 1.5) / (1 + 1.5 * size), 2];
  else [reduced, angle] = [-1 / size, 3];
  const z = reduced * reduced;
  const w = z * z;
  const even = z * polynomial(w, [3.33333333333329318027e-1, 1.42857142725034663711e-1, 9.09088713343650656196e-2, 6.66107313738753120669e-2, 4.97687799461593236017e-2, 1.62858201153657823623e-2]);
  const odd = w * polynomial(w, [-1.99999999998764832476e-1, -1.11111104054623557880e-1, -7.69187620504482999495e-2, -5.83357013379057348645e-2, -3.65315727442169155270e-2]);
  const [high, low] = ANGLES[angle] ?? [0, 0];
  if (angle < 0) return reduced - reduced * (even + odd);
  const value = high - (reduced * (even + odd) - low - reduced);
  return x < 0 ? -value : value;
}

/** The angle of a point, from -π to π. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === 1) return atan(y);
  const below = y < 0 || Object.is(y, -0);
  const left = x < 0 || Object.is(x, -0);
  const signed = (value: number): number => (below ? -value : value);
  if (y === 0) return left ? signed(Math.PI) : y;
  if (x === 0) return signed(Math.PI / 2);
  if (!Number.isFinite(x)) {
    if (!Number.isFinite(y)) return signed(left ? 3 * QUARTER_PI : QUARTER_PI);
    return signed(left ? Math.PI : 0);
  }
  if (!Number.isFinite(y)) return signed(Math.PI / 2);
  const apart = ((upperHalf(y) & 0x7fff_ffff) - (upperHalf(x) & 0x7fff_ffff)) >> 20;
  const angle = apart > 60 ? Math.PI / 2 + HALF_PI_LOW : left && apart < -60 ? 0 : atan(Math.abs(y / x));
  if (!left) return signed(angle);
  const rest = angle - 2 * HALF_PI_LOW;
  return below ? rest - Math.PI : Math.PI - rest;
}

/** A rational function near the arc sine: (asin(√t) - √t) / √t. */
function bend(t: number): number {
  const p = t * (1.66666666666666657415e-1 + t * (-3.25565818622400915405e-1 + t * (2.01212532134862925881e-1 + t * (-4.00555345006794114027e-2 + t * (7.91534994289814532176e-4 + t * 3.47933107596021167570e-5)))));
  const q = 1 + t * (-2.40339491173441421878 + t * (2.02094576023350569471 + t * (-6.88283971605453293030e-1 + t * 7.70381505559019352791e-2)));
  return p / q;
}

/** The angle of a sine; no number beyond -1 and 1. */
export function asin(x: number): number {
  const size = Math.abs(x);
  if (!(size <= 1)) return Number.NaN;
  if (size === 1) return x * (Math.PI / 2) + x * HALF_PI_LOW;
  if (size < 0.5) return size < 7.450580596923828e-9 ? x : x + x * bend(x * x);
  const t = (1 - size) * 0.5;
  const w = bend(t);
  const root = Math.sqrt(t);
  let value: number;
  if ((upperHalf(x) & 0x7fff_ffff) >= 0x3fef_3333) value = Math.PI / 2 - (2 * (root + root * w) - HALF_PI_LOW);
  else {
    const front = withoutLowerHalf(root);
    const c = (t - front * front) / (root + front);
    value = QUARTER_PI - (2 * root * w - (HALF_PI_LOW - 2 * c) - (QUARTER_PI - 2 * front));
  }
  return x < 0 ? -value : value;
}

/** The angle of a cosine; no number beyond -1 and 1. */
export function acos(x: number): number {
  const size = Math.abs(x);
  if (!(size <= 1)) return Number.NaN;
  if (size === 1) return x > 0 ? 0 : Math.PI + 2 * HALF_PI_LOW;
  if (size < 0.5) return size <= 6.938893903907228e-18 ? Math.PI / 2 + HALF_PI_LOW : Math.PI / 2 - (x - (HALF_PI_LOW - x * bend(x * x)));
  const z = (1 - size) * 0.5;
  const root = Math.sqrt(z);
  if (x < 0) return Math.PI - 2 * (root + (bend(z) * root - HALF_PI_LOW));
  const front = withoutLowerHalf(root);
  const c = (z - front * front) / (root + front);
  return 2 * (front + (bend(z) * root + c));
}
