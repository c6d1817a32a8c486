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

/** The double of these two halves. */
export function ofHalves(upper: number, lower: number): number {
  view.setInt32(0, upper);
  view.setUint32(4, lower);
  return view.getFloat64(0);
}

/** A normal double as a whole number times a power of two. */
export function mantissaOf(x: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0) & 0x7fff_ffff_ffff_ffffn;
  const size = (bits & 0xf_ffff_ffff_ffffn) | 0x10_0000_0000_0000n;
  return { mantissa: x < 0 ? -size : size, exponent: Number(bits >> 52n) - 1075 };
}

/** 2 to the power of a whole number from -1022 to 1023. */
function powerOfTwo(k: number): number {
  return ofHalves((k + 1023) * 0x10_0000, 0);
}

/** x times 2 to the power of k, rounded once. */
export function scaled(x: number, k: number): number {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(k - 1023, 1023));
  if (k < -1021) return x * powerOfTwo(Math.max(k + 54, -1022)) * powerOfTwo(-54);
  return x * powerOfTwo(k);
}

/** A polynomial by its coefficients, the constant one first. */
export function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) sum = (coefficients[index] ?? 0) + x * sum;
  return sum;
}
