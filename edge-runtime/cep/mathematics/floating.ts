const view = new DataView(new ArrayBuffer(8));

/** The upper half of a double: sign, exponent and the first 20 bits of the fraction. */
export function upperHalf(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(0);
}

/** The double with another upper half. */
export function withUpperHalf(x: number, upper: number): number {
  view.setFloat64(0, x);
  view.setInt32(0, upper);
  return view.getFloat64(0);
}

/** The double with nothing in its lower half: few enough bits for products of two to be exact. */
export function withoutLowerHalf(x: number): number {
  view.setFloat64(0, x);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

/** x times 2 to the power of k, rounded once: the powers of two themselves are exact. */
export function scaled(x: number, k: number): number {
  if (k > 1023) return x * 2 ** 1023 * 2 ** (k - 1023);
  if (k < -1021) return x * 2 ** (k + 54) * 2 ** -54;
  return x * 2 ** k;
}
