import { mantissaOf, scaled, upperHalf } from './floating.ts';

/** π/2 in pieces of 33 bits, each with what the pieces so far leave out. */
const PIECES: readonly (readonly [piece: number, rest: number])[] = [
  [1.57079632673412561417, 6.07710050650619224932e-11],
  [6.07710050630396597660e-11, 2.02226624879595063154e-21],
  [2.02226624871116645580e-21, 8.47842766036889956997e-32],
];
/** Up to here k pieces are exact for the k that takes them off. */
const MEDIUM = 823_549.6645826427;
/** Bits of 2/π behind the point: the largest double has its last bit 970 before it, and so many are kept behind. */
const BITS = 1400n;

/** An angle as quarter turns (of four) and what is left, in two doubles. */
export interface Reduced {
  quarter: number;
  high: number;
  low: number;
}

/** Takes quarter turns off, so that at most an eighth of a turn is left. */
export function reduced(x: number): Reduced {
  const size = Math.abs(x);
  const { quarter, high, low } = size <= MEDIUM ? byPieces(size) : byDigits(size);
  return x < 0 ? { quarter: -quarter & 3, high: -high, low: -low } : { quarter, high, low };
}

function byPieces(size: number): Reduced {
  const turns = Math.trunc(size * 6.36619772367581382433e-1 + 0.5);
  const exponent = upperHalf(size) >> 20;
  let rest = size;
  let [high, low, taken] = [0, 0, 0];
  for (const [index, [piece, further]] of PIECES.entries()) {
    const before = rest;
    rest = before - turns * piece;
    taken = index === 0 ? turns * further : turns * further - (before - rest - turns * piece);
    high = rest - taken;
    // Where so many bits were lost the next piece is needed.
    const lost = exponent - ((upperHalf(high) >> 20) & 0x7ff);
    if (lost <= (index === 0 ? 16 : 49)) break;
  }
  low = rest - high - taken;
  return { quarter: turns & 3, high, low };
}

let twoOverPi: bigint | undefined;
let halfPi: bigint | undefined;

/** For angles so large that 2/π is needed to hundreds of digits: in whole numbers. */
function byDigits(size: number): Reduced {
  const turns = fixed(size, twoOverPi ??= (1n << (2n * BITS + 1n)) / pi());
  const quarters = (turns + (1n << (BITS - 1n))) >> BITS;
  // What is left of a quarter turn, as an angle with twice the digits.
  const left = (turns - (quarters << BITS)) * (halfPi ??= pi() >> 1n);
  const high = toDouble(left);
  return { quarter: Number(quarters & 3n), high, low: toDouble(left - fixed(high, 1n << (2n * BITS))) };
}

/** A double times a whole number, cut. */
function fixed(value: number, factor: bigint): bigint {
  const { mantissa, exponent } = mantissaOf(value);
  const product = mantissa * factor;
  return exponent < 0 ? product >> BigInt(-exponent) : product << BigInt(exponent);
}

/** The nearest double of a whole number with twice the digits behind the point. */
function toDouble(value: bigint): number {
  const size = value < 0n ? -value : value;
  const extra = BigInt(Math.max(0, size.toString(2).length - 64));
  // A bit behind the 64 kept ones says whether anything was cut, so that rounding is right.
  const kept = (size >> extra) | (size & ((1n << extra) - 1n) ? 1n : 0n);
  const result = scaled(Number(kept), Number(extra - 2n * BITS));
  return value < 0n ? -result : result;
}

/** π with so many bits behind the point, by Machin's formula. */
function pi(): bigint {
  const spare = 32n;
  const one = 1n << (BITS + spare);
  const arctanOfInverse = (n: bigint): bigint => {
    let [term, sum] = [one / n, one / n];
    for (let odd = 3n; term !== 0n; odd += 2n) {
      term = -term / (n * n);
      sum += term / odd;
    }
    return sum;
  };
  return (4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n))) >> spare;
}
