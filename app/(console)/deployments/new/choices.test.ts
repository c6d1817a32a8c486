import { describe, expect, test } from 'vitest';
import { formatChosen, parseChosen, suggestRules, versionsOf } from './choices.ts';

describe('rules chosen for a deployment', () => {
  test('survive the address', () => {
    const chosen = new Map([['valve-watch', 8], ['plant/silence', 3]]);
    expect(parseChosen(formatChosen(chosen))).toEqual(new Map([['plant/silence', 3], ['valve-watch', 8]]));
  });

  test('ignore what is no reference', () => expect(parseChosen(['x', '@3', 'a@0', 'b@x', 'c@1.5'])).toEqual(new Map()));

  test('begin with what the fleet runs, at the newest version that any of its nodes reports', () => {
    expect(suggestRules([{ name: 'a', version: 2 }, { name: 'a', version: 1 }], null)).toEqual(new Map([['a', 2]]));
  });

  test('have the newest version of the rule that one came from', () => {
    expect(suggestRules([{ name: 'a', version: 2 }], { name: 'a', version: 5 })).toEqual(new Map([['a', 5]]));
  });

  test('can be of any recent version, and of the chosen one however old', () => {
    expect(versionsOf(3, 2)).toEqual([3, 2, 1]);
    expect(versionsOf(undefined, 2)).toEqual([2, 1]);
    expect(versionsOf(400, 7).at(-1)).toBe(7);
    expect(versionsOf(400, 7)).toHaveLength(51);
  });
});
