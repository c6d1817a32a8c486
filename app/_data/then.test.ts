import { describe, expect, it } from 'vitest';
import { thenParser } from './then.ts';

describe('the moment of an address', () => {
  it.each([
    ['2026-11-27T16:00:00.000Z', 1_795_795_200_000],
    ['1795795200000', 1_795_795_200_000],
  ])('is read from %s', (text, at) => {
    expect(thenParser.at.parse(text)?.getTime()).toBe(at);
  });

  it('is written so that people can read it', () => {
    expect(thenParser.at.serialize(new Date(1_795_795_200_000))).toBe('2026-11-27T16:00:00.000Z');
  });

  it('is none where it is no moment', () => {
    expect(thenParser.at.parse('yesterday')).toBeNull();
  });
});
