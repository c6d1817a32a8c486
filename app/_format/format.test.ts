import { describe, expect, it } from 'vitest';
import { inSentenceCase, shortDigest } from './names.ts';
import { bytes, count, inWords, percent, plural, rate, short, steady, tick, valuesText } from './number.ts';
import { absolute, areOfSeveralDays, clockMilliseconds, date, duration, microseconds, relative } from './time.ts';

describe('numbers', () => {
  it('keeps what a person can use of a large number', () => {
    expect(count(41_212)).toBe('41,212');
    expect(short(812_400)).toEqual({ figure: '812', scale: 'k' });
    expect(short(9_999)).toEqual({ figure: '9,999', scale: '' });
    expect(short(Number.NaN)).toEqual({ figure: '–', scale: '' });
    expect(inWords(70_100_000_000)).toBe('70.1 billion');
    expect(inWords(9_000)).toBe('9,000');
    expect(tick(1200)).toBe('1.2K');
  });
  it('keeps zeros where digits stand below each other', () => {
    expect([4300, 52_100, 812].map((value) => microseconds(value, steady))).toEqual(['4.30 ms', '52.1 ms', '812 µs']);
  });
  it('puts the values of an event into a line', () => {
    expect(valuesText({ loop: 'loop-1', at: 1_795_901_240_302, flow: 54.8501, score: 0.999958, valve: null })).toBe('loop loop-1, at 1795901240302, flow 54.9, score 1');
  });
  it('says rates, sizes and shares with their units', () => {
    expect(rate(0.42)).toBe('0.42/s');
    expect(rate(81_320)).toBe('81.3 k/s');
    expect(bytes(4_200_000)).toBe('4.2 MB');
    expect(bytes(999)).toBe('999 B');
    expect(percent(0.0412)).toBe('4.12 %');
    expect(plural(1, 'node')).toBe('1 node');
    expect(plural(2, 'entry', 'entries')).toBe('2 entries');
  });
});

describe('times', () => {
  it('gives a length in its two largest units', () => {
    expect(duration(850)).toBe('850 ms');
    expect(duration(59_999)).toBe('59 s');
    expect(duration(9_000_000)).toBe('2 h 30 min');
    expect(duration(26 * 60_000)).toBe('26 min');
    expect(duration(-5)).toBe('0 ms');
    expect(duration(86_400_000 * 9)).toBe('9 days');
  });
  it('tells before from after', () => {
    expect(relative(1_000_000, 1_000_000)).toBe('just now');
    expect(relative(0, 26 * 60_000)).toBe('26 min ago');
    expect(relative(86_400_000 * 9 + 1, 0)).toBe('in 9 days');
  });
  it('fits microseconds', () => {
    expect(microseconds(6400)).toBe('6.4 ms');
    expect(microseconds(412)).toBe('412 µs');
    expect(microseconds(2_500_000)).toBe('2.5 s');
  });
});

describe('names', () => {
  it('shortens digests and reads stream names aloud', () => {
    expect(shortDigest(`sha256:${'9f31c2a4'.repeat(8)}`)).toBe('9f31c2a4');
    expect(inSentenceCase('ValveClosing')).toBe('Valve closing');
    expect(inSentenceCase('pump_too-hot')).toBe('Pump too hot');
  });
});

describe('moments', () => {
  it('are told by UTC where the reader is not known, the same everywhere', () => {
    const at = Date.UTC(2026, 10, 23, 11, 12, 4, 218);
    expect(absolute(at, 'UTC')).toBe('23 Nov 2026, 11:12:04 UTC');
    expect(clockMilliseconds(at, 'UTC')).toBe('11:12:04.218');
    expect(clockMilliseconds(-1, 'UTC')).toBe('23:59:59.999');
    expect(date(at, 'UTC')).toBe('23 Nov 2026');
  });
  it('need their day when they are of several', () => {
    const noon = Date.UTC(2026, 10, 23, 12);
    expect(areOfSeveralDays([noon, noon + 3_600_000], 'UTC')).toBe(false);
    expect(areOfSeveralDays([noon, noon + 13 * 3_600_000], 'UTC')).toBe(true);
    expect(areOfSeveralDays([], 'UTC')).toBe(false);
  });
});
