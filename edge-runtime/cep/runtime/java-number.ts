/**
 * Java's arithmetic on JavaScript values, as SiddhiQL's types need it. An int is a number in 32 bits; a long is a
 * number while it is a safe integer and a bigint beyond; a float is a number rounded to single precision.
 */

export type Long = number | bigint;

/** Brings a bigint to a long: wraps at 64 bits, and becomes a number where that is exact. */
export function asLong(value: bigint): Long {
  const wrapped = BigInt.asIntN(64, value);
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

export function addLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return asLong(BigInt(left) + BigInt(right));
}

export function subtractLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return asLong(BigInt(left) - BigInt(right));
}

export function multiplyLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return asLong(BigInt(left) * BigInt(right));
}

/** The caller has seen that `right` is not zero. */
export function divideLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') return Math.trunc(left / right) + 0;
  return asLong(BigInt(left) / BigInt(right));
}

export function remainderLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0;
  return asLong(BigInt(left) % BigInt(right));
}

/** A long as a double. */
export function doubleOf(value: Long): number {
  return typeof value === 'number' ? value : Number(value);
}

/** A long or int as a float. */
export function floatOf(value: Long): number {
  return Math.fround(Number(value));
}

/** Java's narrowing of a double to int: towards zero, NaN is 0, out of range is the nearest end. */
export function doubleToInt(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-2_147_483_648, Math.min(2_147_483_647, Math.trunc(value))) + 0;
}

const LONG_MAX = 9_223_372_036_854_775_807n;

export function doubleToLong(value: number): Long {
  if (Number.isNaN(value)) return 0;
  if (value >= 9_223_372_036_854_775_807) return LONG_MAX;
  if (value <= -9_223_372_036_854_775_808) return -LONG_MAX - 1n;
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : asLong(BigInt(whole));
}

export function longToInt(value: Long): number {
  return typeof value === 'number' && Math.abs(value) <= 2_147_483_647 ? value : Number(BigInt.asIntN(32, BigInt(value)));
}

/** Integer.parseInt: digits with an optional sign, in range; undefined otherwise. */
export function parseInt32(text: string): number | undefined {
  if (!/^[+-]?[0-9]{1,40}$/.test(text)) return undefined;
  const value = Number(text) + 0;
  return value > 2_147_483_647 || value < -2_147_483_648 ? undefined : value;
}

export function parseLong(text: string): Long | undefined {
  if (!/^[+-]?[0-9]{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value > LONG_MAX || value < -LONG_MAX - 1n ? undefined : asLong(value);
}

/** Double.parseDouble, without hexadecimal forms; undefined when the text is no number. */
export function parseDouble(text: string): number | undefined {
  const trimmed = text.trim();
  const found = /^([+-]?)(?:(NaN)|(Infinity)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))[fFdD]?$/.exec(trimmed);
  if (found === null) return undefined;
  if (found[2] !== undefined) return Number.NaN;
  const size = found[3] !== undefined ? Number.POSITIVE_INFINITY : Number(found[4]);
  return found[1] === '-' ? -size : size;
}

/** Double.toString: always a fraction, an exponent from 10^7 up and below 10^-3. */
export function doubleText(value: number): string {
  return javaText(value, String(Math.abs(value)));
}

/** Float.toString: the shortest digits that name this float and no other. */
export function floatText(value: number): string {
  return javaText(value, shortestFloat(Math.abs(value)));
}

/** The shortest decimal that rounds to the same float. */
export function shortestFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

function javaText(value: number, digits: string): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}Infinity`;
  if (value === 0) return `${sign}0.0`;
  const { mantissa, exponent } = decimal(digits);
  if (exponent >= -3 && exponent < 7) {
    const padded = exponent < 0 ? '0'.repeat(-exponent) + mantissa : mantissa.padEnd(exponent + 2, '0');
    const whole = exponent < 0 ? 1 : exponent + 1;
    return `${sign}${padded.slice(0, whole)}.${padded.slice(whole) || '0'}`;
  }
  return `${sign}${mantissa[0]}.${mantissa.slice(1) || '0'}E${exponent}`;
}

/** The significant digits of a decimal text and the power of ten of the first. */
function decimal(text: string): { mantissa: string; exponent: number } {
  const [number = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = number.split('.');
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  const mantissa = all.slice(leading).replace(/0+$/, '');
  return { mantissa: mantissa === '' ? '0' : mantissa, exponent: whole.length - 1 - leading + Number(power) };
}
