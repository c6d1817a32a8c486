import { describe, expect, it } from 'vitest';
import { analyze, type AttributeType } from '../index.ts';
import { errorsOf, rowsOf } from '../testing/run-app.ts';

const STREAM = 'define stream S (i int, l long, f float, d double, b bool, s string, o object);';
const EVENT = ['S', 1000, 7, 9, 1.5, 2.5, true, 'x', null] as const;
const NOTHING = ['S', 1000, null, null, null, null, null, null, null] as const;

function value(expression: string, event: typeof EVENT | typeof NOTHING = EVENT): unknown {
  return rowsOf(`${STREAM} from S select ${expression} as z insert into O;`, 'O', [event])[0]?.[0];
}

function typeOf(expression: string): AttributeType | undefined {
  const { streams } = analyze(`${STREAM} from S select ${expression} as z insert into O;`);
  return streams.find((one) => one.name === 'O')?.attributes[0]?.type;
}

describe('is null', () => {
  it.each([
    ['(1 + 1) is null', false],
    ["'x' is null", false],
    ['true is null', false],
    ['(1 / 0) is null', true],
    ['not ((1 / 0) is null)', false],
  ])('follows any value: %s is %s', (expression, result) => {
    expect(rowsOf(`define stream S (v int); from S select ${expression} as z insert into O;`, 'O', [['S', 1, 1]])).toEqual([[result]]);
  });
});

describe('constants', () => {
  it.each([
    ['10', 'int', 10],
    ['-10', 'int', -10],
    ['10L', 'long', 10],
    ['9223372036854775807L', 'long', 9_223_372_036_854_775_807n],
    ['1.5f', 'float', 1.5],
    ['0.1f', 'float', Math.fround(0.1)],
    ['1.5', 'double', 1.5],
    ['1.5d', 'double', 1.5],
    ['1.5e3', 'double', 1500],
    ['true', 'bool', true],
    ['FALSE', 'bool', false],
    ["'it'", 'string', 'it'],
    ['"it\'s"', 'string', "it's"],
    ['"""say "it" """', 'string', 'say "it" '],
    ['5 sec', 'long', 5000],
    ['1 min 30 sec', 'long', 90_000],
    ['1 hour 1 millisec', 'long', 3_600_001],
    ['1 week 1 day', 'long', 691_200_000],
    ['1 month', 'long', 2_592_000_000],
    ['1 year', 'long', 31_536_000_000],
  ] as const)('%s is the %s %s', (text, type, result) => {
    expect([typeOf(text), value(text)]).toEqual([type, result]);
  });
});

describe('arithmetic', () => {
  it.each([
    ['i + i', 'int'],
    ['i + l', 'long'],
    ['l * f', 'float'],
    ['f - d', 'double'],
    ['i / d', 'double'],
    ['l % i', 'long'],
  ])('%s goes to the wider type, %s', (expression, type) => {
    expect(typeOf(expression)).toBe(type);
  });

  it.each([
    ['i + 3 * 2', 13],
    ['(i + 3) * 2', 20],
    ['10 - 3 - 2', 5],
    ['100 / 10 / 5', 2],
    ['7 * 3 % 4', 1],
  ])('%s is read as usual, %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([
    ['i / 2', 3],
    ['(0 - i) / 2', -3],
    ['(0 - i) % 3', -1],
    ['i % (0 - 3)', 1],
    ['l / 2L', 4],
    ['i / 2.0', 3.5],
    ['d % 2.0', 0.5],
    ['(0.0 - d) % 2.0', -0.5],
  ])('%s: whole numbers are divided as such, towards zero, and a rest has the sign of what is divided: %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([
    ['2147483647 + 1', -2_147_483_648],
    ['i - 2147483647 - 9', 2_147_483_647],
    ['2147483647 * 2', -2],
    ['65536 * 65536', 0],
    ['2147483647 + 1L', 2_147_483_648],
    ['9223372036854775807L + 1L', -9_223_372_036_854_775_808n],
    ['9007199254740993L + 2L', 9_007_199_254_740_995n],
    ['4611686018427387904L * 2', -9_223_372_036_854_775_808n],
    ['3037000500L * 3037000500L', -9_223_372_036_709_301_616n],
  ])('%s: int wraps around at 32 bits and long at 64, exactly: %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([
    ['f + 0.1f', Math.fround(1.5 + Math.fround(0.1))],
    ['16777216 + 1.0f', 16_777_216],
    ['0.1f + 0.2', Math.fround(0.1) + 0.2],
  ])('%s: float is single precision, and exact where it is widened: %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([['i / 0'], ['i % 0'], ['l / 0L'], ['l % 0'], ['d / 0.0'], ['d % 0.0'], ['f / 0.0f']])('%s by zero is null', (expression) => {
    expect(value(expression)).toBeNull();
  });

  it.each([['i + 1'], ['1 - l'], ['f * 2'], ['d / 2'], ['i % 2'], ['i + d']])('%s without a value is null', (expression) => {
    expect(value(expression, NOTHING)).toBeNull();
  });
});

describe('comparison', () => {
  it.each([
    ['i == 7L', true],
    ['i == 7.0', true],
    ['l > i', true],
    ['f <= d', true],
    ['1.5f == 1.5', true],
    ['0.1f == 0.1', false],
    ['9007199254740993L == 9007199254740992L', false],
    ['9007199254740993L > 9007199254740992L', true],
    ['9007199254740994L == 9007199254740992.0f', false],
    ['9007199254740994L != 9007199254740992.0f', true],
    ['9007199254740994L > 9007199254740992.0f', false],
    ['16777217 == 16777216.0f', true],
    ["s == 'x'", true],
    ["s != 'X'", true],
    ['b == true', true],
    ['b != false', true],
  ])('%s is %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([
    ['i == 0', false],
    ['i != 0', true],
    ['i < 0', false],
    ['i >= 0', false],
    ["s == 'x'", false],
    ["s != 'x'", true],
    ['b == false', false],
    ['i == l', false],
    ['i != l', true],
    ['i is null', true],
    ['not i is null', false],
  ])('%s of nothing is %s', (expression, result) => {
    expect(value(expression, NOTHING)).toBe(result);
  });
});

describe('and, or, not', () => {
  it.each([
    ['true or false and false', true],
    ['(true or false) and false', false],
    ['not false and false', false],
    ['not (false and false)', true],
    ['not b', false],
    ['i > 5 and d < 3.0 or false', true],
    ['i == 7 == b', true],
  ])('%s is %s: and binds tighter than or, not than both', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([
    ['b and true', false],
    ['b or true', true],
    ['b or false', false],
    ['not b', true],
  ])('%s takes nothing as false: %s', (expression, result) => {
    expect(value(expression, NOTHING)).toBe(result);
  });
});

describe('what is wrong with an expression', () => {
  it.each([
    ['s + 1', ["1:95 '+' takes numbers, found string."]],
    ['i + b', ["1:99 '+' takes numbers, found bool."]],
    ['s > s', ["1:95 '>' cannot compare two strings."]],
    ['b < true', ["1:95 '<' cannot compare two bools."]],
    ["i == 'x'", ["1:95 '==' cannot compare int and string."]],
    ['i and b', ["1:95 'and' takes a bool, found int."]],
    ['not s', ["1:99 'not' takes a bool, found string."]],
    ['2147483648', ['1:95 2147483648 is out of range for int.']],
    ['9223372036854775808L', ['1:95 9223372036854775808 is out of range for long.']],
    ['z', ["1:95 There is no attribute 'z' here."]],
    ['T.i', ["1:95 There is no stream or event 'T' here."]],
    ['s + b', ["1:95 '+' takes numbers, found string.", "1:99 '+' takes numbers, found bool."]],
  ])('%s', (expression, errors) => {
    expect(errorsOf(analyze(`${STREAM} from S select ${expression} as y insert into O;`))).toEqual(errors);
  });
});
