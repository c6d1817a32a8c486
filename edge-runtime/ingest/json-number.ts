/**
 * Numbers of JSON text, straight from its bytes, as `JSON.parse` would read them: to the last bit.
 *
 * Up to 18 digits are held as two whole numbers. Where their value is below 2^53 one multiplication or division by an exact
 * power of ten rounds correctly (Clinger, "How to read floating point numbers accurately", PLDI 1990). Beyond that the
 * division is carried out with twice the digits (Dekker, "A floating-point technique for extending the available precision",
 * Numer. Math. 18, 1971), and what lies too near the middle of two doubles is left to `Number`.
 */

const exactPowerMax = 22;
const powers = Float64Array.from({ length: exactPowerMax + 1 }, (_, exponent) => Number(`1e${exponent}`));
const splitter = 134_217_729;
/** Upper and lower halves of the powers, each short enough for exact products. */
const upperHalves = powers.map((power) => splitter * power - (splitter * power - power));
const lowerHalves = powers.map((power, exponent) => power - (upperHalves[exponent] ?? 0));
const exactMax = 9_007_199_254_740_992;
const slackUp = 1 + 2 ** -40;
const slackDown = 1 - 2 ** -40;

export class JsonNumberReader {
  /** What the last `read` found. */
  value = 0;

  /** Reads the number that begins at `from`; returns where it ends, or -1 where JSON has no number. */
  read(bytes: Uint8Array, from: number): number {
    let at = from;
    let byte = bytes[at] ?? 0;
    const isNegative = byte === 45;
    if (isNegative) byte = bytes[++at] ?? 0;
    // The first nine digits that count, then the next nine; more are rare.
    let high = 0;
    let low = 0;
    let highDigits = 0;
    let lowDigits = 0;
    let start = at;
    if (byte === 48) {
      byte = bytes[++at] ?? 0;
      if (byte >= 48 && byte <= 57) return -1;
    } else {
      for (; byte >= 48 && byte <= 57 && at < start + 9; byte = bytes[++at] ?? 0) high = high * 10 + byte - 48;
      highDigits = at - start;
      if (highDigits === 0) return -1;
      for (; byte >= 48 && byte <= 57; byte = bytes[++at] ?? 0) low = low * 10 + byte - 48;
      lowDigits = at - start - highDigits;
      if (lowDigits > 9) return this.#exactly(bytes, from, at);
    }
    let exponent = 0;
    if (byte === 46) {
      const fractionAt = at + 1;
      byte = bytes[++at] ?? 0;
      if (highDigits === 0) while (byte === 48) byte = bytes[++at] ?? 0;
      start = at;
      for (; byte >= 48 && byte <= 57 && at < start + 9 - highDigits; byte = bytes[++at] ?? 0) high = high * 10 + byte - 48;
      start = at;
      for (; byte >= 48 && byte <= 57; byte = bytes[++at] ?? 0) low = low * 10 + byte - 48;
      lowDigits += at - start;
      exponent = fractionAt - at;
      if (exponent === 0) return -1;
      if (lowDigits > 9) return this.#exactly(bytes, from, at);
    }
    if (byte === 101 || byte === 69) return this.#exactly(bytes, from, at);
    const size = valueOf(high, low, lowDigits, exponent);
    if (Number.isNaN(size)) return this.#exactly(bytes, from, at);
    this.value = isNegative ? -size : size;
    return at;
  }

  /** Numbers of many digits or with an exponent: found to be numbers here, read by the language. */
  #exactly(bytes: Uint8Array, from: number, reached: number): number {
    let at = reached;
    while (isOfNumber(bytes[at] ?? 0)) at++;
    const text = String.fromCharCode(...bytes.subarray(from, Math.min(at, from + 400)));
    if (at - from > 400 || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return -1;
    this.value = Number(text);
    return at;
  }
}

/** (high · 10^lowDigits + low) · 10^exponent rounded correctly, or NaN where this cannot be sure of it. */
function valueOf(high: number, low: number, lowDigits: number, exponent: number): number {
  // Exact: nine digits times a power of five below 2^21 fit into 53 bits, and a power of two costs none.
  const scaled = high * (powers[lowDigits] ?? 1);
  const sum = scaled + low;
  if (exponent === 0) return sum;
  if (exponent < -exactPowerMax) return sum === 0 ? 0 : Number.NaN;
  const power = powers[-exponent] ?? 1;
  if (sum <= exactMax) return sum / power;
  const quotient = sum / power;
  const product = quotient * power;
  const upper = splitter * quotient - (splitter * quotient - quotient);
  const lower = quotient - upper;
  const [powerUpper, powerLower] = [upperHalves[-exponent] ?? 0, lowerHalves[-exponent] ?? 0];
  const productError = upper * powerUpper - product + upper * powerLower + lower * powerUpper + lower * powerLower;
  const correction = (sum - product - productError + (low - (sum - scaled))) / power;
  const up = quotient + correction * slackUp;
  return up === quotient + correction * slackDown ? up : Number.NaN;
}

function isOfNumber(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46 || byte === 69 || byte === 101;
}
