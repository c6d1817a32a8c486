import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearRegex, linearRegex } from './linear-regex.ts';
import { quoteRegex } from './parse.ts';

/** Expressions whose meaning is the same in JavaScript, as text. */
const pattern = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '\\b', '^', '$', '(?:)', '1', '[a-c1]'),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => left + right),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(?:${left}|${right})`),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(${left}|${right})`),
    // A body that can be empty is repeated otherwise in JavaScript than in Java.
    fc.tuple(fc.constantFrom('a', '.', '[ab]', '(?:ab)', '(?:a|bc)', '(b|ba)'), fc.constantFrom('?', '??', '{2}', '{1,2}', '{0,2}?', '{2,}')).map(([one, count]) => one + count),
    fc.constantFrom('a*', 'b+', '.*?', '[ab]+?', '(?:ab)*', '(?:a|bc)+'),
  ),
})).node;

describe('a linear regular expression', () => {
  it('finds what JavaScript finds', () => {
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), maxLength: 12 }), (text, input) => {
        const ours = new LinearRegex(text).find(input);
        const theirs = new RegExp(text).exec(input);
        expect(ours === undefined ? undefined : [ours[0], input.slice(ours[0], ours[1])]).toEqual(theirs === null ? undefined : [theirs.index, theirs[0]]);
        const whole = new RegExp(`^(?:${text})$`).test(input);
        expect(new LinearRegex(text).whole(input) !== undefined).toBe(whole);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes a quoted text as it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(new LinearRegex(quoteRegex(text)).whole(text)?.slice(0, 2)).toEqual([0, text.length]);
      }),
    );
  });

  it('never throws anything but a reason, whatever the pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab.*+?{}[]()|\\^$-,12dwpQEiux<:=!'), maxLength: 20 }), fc.string({ maxLength: 10 }), (text, input) => {
        const made = linearRegex(text);
        if ('wrong' in made) expect(made.wrong).not.toBe('');
        else made.find(input);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['(a*)*b', '(a|a)*b', '(a|aa)+$', '(.*)(.*)(.*)(.*)(.*)b', 'a?{30}a{30}'.replace('a?{30}', '(?:a?){30}'), '([a-z]+)+b'])('%s takes no longer on a text made for it', (text) => {
    const regex = new LinearRegex(text);
    expect(regex.whole('a'.repeat(5000) + 'c')).toBeUndefined();
  });

  it('keeps what its groups took', () => {
    expect(new LinearRegex('(\\w+)@(\\w+)(\\.com)?').find('to bob@home now')).toEqual([3, 11, 3, 6, 7, 11, -1, -1]);
    expect(new LinearRegex('(a)|(b)').find('b')).toEqual([0, 1, -1, -1, 0, 1]);
    expect(new LinearRegex('(?i)HELLO').whole('hello')).toBeDefined();
    expect(new LinearRegex('(?i)[^a]').whole('A')).toBeUndefined();
    expect(new LinearRegex('(?s)a.b').whole('a\nb')).toBeDefined();
    expect(new LinearRegex('(?m)^b$').find('a\nb\nc')?.slice(0, 2)).toEqual([2, 3]);
    expect(new LinearRegex('\\p{Lu}\\p{L}*').find('über Österreich')?.slice(0, 2)).toEqual([5, 15]);
    expect(new LinearRegex('.').find('😀')).toEqual([0, 2]);
  });

  it.each([
    ['(?=a)', 'looking ahead or behind, at 1, cannot be run in linear time'],
    ['(a)\\1', 'what refers back to a group, at 4, cannot be run in linear time'],
    ['a*+', 'possessive repetitions such as the one before 3 cannot be run in linear time'],
    ['[', 'the [ at 1 is not closed'],
    ['(a', 'the ( at 1 is not closed'],
    ['a)', 'the ) at 2 closes nothing'],
    ['*a', 'the * at 1 repeats nothing'],
    ['a{3,2}', 'the count at 2 is not between 0 and 1000'],
    ['[b-a]', 'the range b-a goes backwards'],
    ['\\p{Foo}', 'there is no class \\p{Foo}'],
    ['((((a{100}){100}){100}){100})', 'it stands for more than 10000 steps'],
  ])('%s is refused', (text, wrong) => {
    expect(linearRegex(text)).toEqual({ wrong });
  });
});
