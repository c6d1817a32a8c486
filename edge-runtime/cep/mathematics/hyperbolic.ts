import { exp, expm1 } from './exponential.ts';

const OVERFLOW = 710.4758600739439;
/** Beyond it e to the power is too large, or nearly. */
const LARGE = 709.7822265625;

/** The hyperbolic sine. */
export function sinh(x: number): number {
  const size = Math.abs(x);
  const half = x < 0 ? -0.5 : 0.5;
  if (!Number.isFinite(x)) return x;
  if (size < 22) {
    if (size < 3.725290298461914e-9) return x;
    const t = expm1(size);
    return size < 1 ? half * (2 * t - (t * t) / (t + 1)) : half * (t + t / (t + 1));
  }
  if (size < LARGE) return half * exp(size);
  return halfOfExp(size, half);
}

/** The hyperbolic cosine. */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (!Number.isFinite(x)) return size;
  if (size < 0.5 * Math.LN2) {
    const t = expm1(size);
    const w = 1 + t;
    return size < 2.7755575615628914e-17 ? w : 1 + (t * t) / (w + w);
  }
  if (size < 22) {
    const t = exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (size < LARGE) return 0.5 * exp(size);
  return halfOfExp(size, 0.5);
}

/** Half of e to a power, by its root: where half of it is not too large and it is. */
function halfOfExp(size: number, half: number): number {
  if (size > OVERFLOW) return half * Number.POSITIVE_INFINITY;
  const root = exp(0.5 * size);
  return half * root * root;
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 2.7755575615628914e-17) return x * (1 + x);
  const value = size >= 22 ? 1 : size >= 1 ? 1 - 2 / (expm1(2 * size) + 2) : below(size);
  return x < 0 ? -value : value;
}

function below(size: number): number {
  const t = expm1(-2 * size);
  return -t / (t + 2);
}
