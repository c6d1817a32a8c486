import { exp } from '../../mathematics/exponential.ts';
import { cosh, sinh, tanh } from '../../mathematics/hyperbolic.ts';
import { acos, asin, atan, atan2 } from '../../mathematics/inverse-trigonometry.ts';
import { log, log10 } from '../../mathematics/logarithm.ts';
import { cbrt, pow } from '../../mathematics/power.ts';
import { cos, sin, tan } from '../../mathematics/trigonometry.ts';
import { doubleToInt, doubleToLong, parseDouble, parseInt32, parseLong } from '../../runtime/java-number.ts';
import type { FunctionDefinition } from '../functions.ts';
import { extension, type Extension } from './define.ts';

function oneNumber(run: (value: number) => number): Extension {
  return { takes: 'n', gives: 'double', run: (value) => run(Number(value)) };
}

function oneReal(run: (value: number) => number): Extension {
  return { takes: 'r', gives: 'double', run: (value) => run(Number(value)) };
}

function twoNumbers(run: (left: number, right: number) => number): Extension {
  return { takes: 'n n', gives: 'double', run: (left, right) => run(Number(left), Number(right)) };
}

/** An int's 32 or a long's 64 bits in another base. */
function bits(base: number): Extension {
  return {
    takes: 'w',
    gives: 'string',
    prepare: ([value]) => {
      const size = value?.type === 'int' ? 32 : 64;
      return (one) => BigInt.asUintN(size, BigInt(Number.isInteger(one) || typeof one === 'bigint' ? (one as number | bigint) : 0)).toString(base);
    },
  };
}

/** The power of two of the leading bit: what Java's getExponent gives. */
function exponentOf(value: number, least: number, most: number): number {
  if (!Number.isFinite(value)) return most + 1;
  if (value === 0) return least - 1;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return Math.max(least - 1, ((view.getUint16(0) >> 4) & 0x7ff) - 1023);
}

/** Java's hexadecimal writing of a number with a fraction. */
function hexOfReal(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}Infinity`;
  if (size === 0) return `${sign}0x0.0p0`;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  const whole = view.getBigUint64(0);
  const exponent = Number(whole >> 52n);
  const digits = (whole & 0xfffffffffffffn).toString(16).padStart(13, '0').replace(/0+$/, '');
  return `${sign}0x${exponent === 0 ? 0 : 1}.${digits === '' ? '0' : digits}p${exponent === 0 ? -1022 : exponent - 1023}`;
}

/** Half up, as Java's Math.round. */
function rounded(value: number): number {
  return Math.floor(value + 0.5);
}

function converted(text: string, from: number, to: number): string | null {
  if (![from, to].every((base) => Number.isInteger(base) && base >= 2 && base <= 36) || !/^[+-]?[0-9a-z]{1,40}$/i.test(text)) return null;
  const negative = text.startsWith('-');
  let sum = 0n;
  for (const digit of text.replace(/^[+-]/, '').toLowerCase()) {
    const value = Number.parseInt(digit, from);
    if (Number.isNaN(value)) return null;
    sum = sum * BigInt(from) + BigInt(value);
  }
  return sum > 0x7fff_ffff_ffff_ffffn ? null : (negative ? -sum : sum).toString(to);
}

export const MATH: readonly [string, FunctionDefinition][] = [
  extension('math:abs', oneNumber(Math.abs)),
  extension('math:acos', oneReal(acos)),
  extension('math:asin', oneReal(asin)),
  extension('math:atan', { takes: 'n | n n', gives: 'double', run: (left, right) => (right === undefined ? atan(Number(left)) : atan2(Number(left), Number(right))) }),
  extension('math:bin', bits(2)),
  extension('math:cbrt', oneNumber(cbrt)),
  extension('math:ceil', oneReal((value) => Math.ceil(value) + 0)),
  extension('math:conv', { takes: 's i i', gives: 'string', run: (text, from, to) => converted(String(text), Number(from), Number(to)) }),
  extension('math:copySign', twoNumbers((left, right) => (Math.sign(right) < 0 || Object.is(right, -0) ? -Math.abs(left) : Math.abs(left)))),
  extension('math:cos', oneNumber(cos)),
  extension('math:cosh', oneNumber(cosh)),
  extension('math:e', { takes: '', gives: 'double', run: () => Math.E }),
  extension('math:exp', oneNumber(exp)),
  extension('math:floor', oneNumber((value) => Math.floor(value) + 0)),
  extension('math:getExponent', {
    takes: 'n',
    gives: 'int',
    prepare: ([value]) => {
      const single = value?.type === 'float';
      return (one) => exponentOf(Number(one), single ? -126 : -1022, single ? 127 : 1023) - (single && Number(one) === 0 ? 896 : 0);
    },
  }),
  extension('math:hex', {
    takes: 'n',
    gives: 'string',
    prepare: ([value]) => {
      if (value?.type === 'float' || value?.type === 'double') return (one) => hexOfReal(Number(one));
      const size = value?.type === 'int' ? 32 : 64;
      return (one) => BigInt.asUintN(size, typeof one === 'bigint' ? one : BigInt(Math.trunc(Number(one)))).toString(16);
    },
  }),
  extension('math:isInfinite', { takes: 'r', gives: 'bool', nulls: true, run: (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY }),
  extension('math:isNan', { takes: 'r', gives: 'bool', nulls: true, run: (value) => Number.isNaN(value) }),
  extension('math:ln', oneNumber(log)),
  extension('math:log', twoNumbers((value, base) => log(value) / log(base))),
  extension('math:log10', oneNumber(log10)),
  extension('math:log2', oneNumber((value) => log(value) / log(2))),
  extension('math:max', twoNumbers(Math.max)),
  extension('math:min', twoNumbers(Math.min)),
  extension('math:oct', bits(8)),
  extension('math:parseDouble', { takes: 's', gives: 'double', run: (text) => parseDouble(String(text)) ?? null }),
  extension('math:parseFloat', {
    takes: 's',
    gives: 'float',
    run: (text) => {
      const value = parseDouble(String(text));
      return value === undefined ? null : Math.fround(value);
    },
  }),
  extension('math:parseInt', { takes: 's', gives: 'int', run: (text) => parseInt32(String(text)) ?? null }),
  extension('math:parseLong', { takes: 's', gives: 'long', run: (text) => parseLong(String(text)) ?? null }),
  extension('math:pi', { takes: '', gives: 'double', run: () => Math.PI }),
  extension('math:power', twoNumbers(pow)),
  extension('math:round', {
    takes: 'r',
    gives: ([value]) => (value?.type === 'float' ? 'int' : 'long'),
    prepare: ([value]) => (value?.type === 'float' ? (one): unknown => doubleToInt(rounded(Number(one))) : (one): unknown => doubleToLong(rounded(Number(one)))),
  }),
  extension('math:signum', { takes: 'n', gives: 'int', run: (value) => doubleToInt(Math.sign(Number(value))) }),
  extension('math:sin', oneNumber(sin)),
  extension('math:sinh', oneNumber(sinh)),
  extension('math:sqrt', oneNumber(Math.sqrt)),
  extension('math:tan', oneNumber(tan)),
  extension('math:tanh', oneNumber(tanh)),
  extension('math:toDegrees', oneNumber((value) => value * (180 / Math.PI))),
  extension('math:toRadians', oneNumber((value) => value * (Math.PI / 180))),
];
