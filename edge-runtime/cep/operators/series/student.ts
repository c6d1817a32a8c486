const TERMS_MAX = 10_000;
/** From here on the series for Γ(a + ½) / Γ(a) is exact to 1e-12. */
const SERIES_FROM = 60;

/**
 * How likely a value of Student's distribution with `freedom` (a whole number) degrees of freedom lies at least `t` from 0,
 * on either side. The regularized incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8,
 * 26.7.1); sums, products and square roots alone, so that it is the same wherever it runs.
 */
export function studentTails(t: number, freedom: number): number {
  const square = t * t;
  if (!(square < Number.POSITIVE_INFINITY)) return Number.isNaN(t) ? Number.NaN : 0;
  const inside = freedom / (freedom + square);
  const outside = square / (freedom + square);
  const half = freedom / 2;
  const front = (power(Math.sqrt(inside), freedom) * Math.sqrt(outside) * gammaRatio(half)) / Math.sqrt(Math.PI);
  if (inside < (half + 1) / (half + 2.5)) return (front * fraction(inside, half, 0.5)) / half;
  return 1 - (front * fraction(outside, 0.5, half)) / 0.5;
}

/** A whole power, by squaring. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/** Γ(a + ½) / Γ(a) for a multiple of ½. */
function gammaRatio(a: number): number {
  if (a >= SERIES_FROM) {
    const inverse = 1 / a;
    return Math.sqrt(a) * (1 + inverse * (-1 / 8 + inverse * (1 / 128 + inverse * (5 / 1024 + inverse * (-21 / 32_768 - (inverse * 399) / 262_144)))));
  }
  let at = a % 1 === 0 ? 1 : 0.5;
  let ratio = at === 1 ? Math.sqrt(Math.PI) / 2 : 1 / Math.sqrt(Math.PI);
  for (; at < a; at++) ratio *= (at + 0.5) / at;
  return ratio;
}

/** The continued fraction of the incomplete beta function, evaluated from the front (Lentz). */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
}
