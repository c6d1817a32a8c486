import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type JsonValue } from './canonical-json.ts';

/** The same by the letter of RFC 8785. */
function byTheLetter(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(byTheLetter).join(',')}]`;
  const members = Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, member] as const])).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${byTheLetter(member)}`).join(',')}}`;
}

// Keys that look like numbers come first in a JavaScript object, wherever they were put.
const values = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.array(tie('value')), fc.dictionary(fc.oneof(fc.string(), fc.integer({ min: 0, max: 20 }).map(String)), fc.option(tie('value'), { nil: undefined }))),
})).value;

test('a value has one text, in whatever order its members were put in', () => {
  fc.assert(fc.property(values, (value) => {
    expect(canonicalJson(value)).toBe(byTheLetter(value));
  }));
});

test('a text that was read gives itself', () => {
  fc.assert(fc.property(values, (value) => {
    const text = canonicalJson(value);
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  }));
});

test('what no text can hold is refused, in whatever order it comes', () => {
  const deep = Array.from({ length: 65 }).reduce<JsonValue>((inner) => [inner], 1);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, deep]) for (const value of [bad, [bad], { a: bad }, { b: 1, a: bad }]) expect(() => canonicalJson(value)).toThrow(RangeError);
});
