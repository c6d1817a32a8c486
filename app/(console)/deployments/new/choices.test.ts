import { describe, expect, test } from 'vitest';
import { formatChosen, parseChosen, suggestRules } from './choices.ts';

describe('rules chosen for a deployment', () => {
  test('survive the address', () => {
    const chosen = new Map([['valve-watch', 8], ['plant/silence', 3]]);
    expect(parseChosen(formatChosen(chosen))).toEqual(new Map([['plant/silence', 3], ['valve-watch', 8]]));
  });

  test('ignore what is no reference', () => expect(parseChosen(['x', '@3', 'a@0', 'b@x', 'c@1.5'])).toEqual(new Map()));

  test('begin with what the fleet runs, at the newest version that any of its nodes reports', () => {
    expect(suggestRules([{ name: 'a', version: 2 }, { name: 'a', version: 1 }], [], null)).toEqual(new Map([['a', 2]]));
  });
});
