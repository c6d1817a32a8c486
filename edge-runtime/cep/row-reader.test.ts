import { describe, expect, it } from 'vitest';
import { rowReader } from './index.ts';

const reader = rowReader({ name: 'S', attributes: [{ name: 'i', type: 'int' }, { name: 'l', type: 'long' }, { name: 'f', type: 'float' }, { name: 'b', type: 'bool' }, { name: 's', type: 'string' }] });

describe('a row reader', () => {
  it('puts the values in the order of the definition and rounds floats', () => {
    expect(reader.read({ s: 'x', f: 0.1, i: 3, l: 9_007_199_254_740_991, b: true, extra: 1 })).toEqual([3, 9_007_199_254_740_991, Math.fround(0.1), true, 'x']);
  });
  it('takes missing values as null', () => {
    expect(reader.read({ i: 1 })).toEqual([1, null, null, null, null]);
  });
  it('takes a long beyond 2^53 as digits', () => {
    expect(reader.read({ l: '9223372036854775807' })?.[1]).toBe(9_223_372_036_854_775_807n);
  });
  it.each([
    [{ i: 1.5 }, "'i' of 'S' is int, found number 1.5"],
    [{ i: 3_000_000_000 }, "'i' of 'S' is int, found number 3000000000"],
    [{ l: 1e300 }, "'l' of 'S' is long, found number 1e+300"],
    [{ s: 5 }, "'s' of 'S' is string, found number 5"],
    [{ b: 'true' }, "'b' of 'S' is bool, found the string 'true'"],
    [{ f: {} }, "'f' of 'S' is float, found an object"],
    [null, "an event of 'S' is an object, found null"],
    [[1], "an event of 'S' has 5 values, found 1"],
  ])('refuses %j', (object, reason) => {
    expect(reader.read(object)).toBeUndefined();
    expect(reader.error).toBe(reason);
  });
});
