import { describe, expect, it } from 'vitest';
import { chosen, extentOf, noSelection, rangeOf, selectionBound } from './selection.ts';

const many = Array.from({ length: selectionBound + 20 }, (_, index) => `row ${index}`);

describe('a selection', () => {
  it('gains and loses keys, and leaves the one before as it was', () => {
    const two = chosen(noSelection, ['a', 'b'], true);
    expect([...two]).toEqual(['a', 'b']);
    expect([...chosen(two, ['a', 'c'], false)]).toEqual(['b']);
    expect(two.size).toBe(2);
    expect(noSelection.size).toBe(0);
  });

  it('has no more than its bound, and lets go of what it has then', () => {
    const full = chosen(noSelection, many, true);
    expect(full.size).toBe(selectionBound);
    expect(full.has('row 0')).toBe(true);
    expect(chosen(full, ['one more'], true).has('one more')).toBe(false);
    expect(chosen(full, many, false).size).toBe(0);
  });
});

describe('a range', () => {
  const keys = ['a', 'b', 'c', 'd'];
  it.each([
    { from: 'b', to: 'd', range: ['b', 'c', 'd'] },
    { from: 'c', to: 'a', range: ['c', 'b', 'a'] },
    { from: 'b', to: 'b', range: ['b'] },
    { from: null, to: 'c', range: ['c'] },
    { from: 'gone', to: 'c', range: ['c'] },
  ])('from $from to $to is $range', ({ from, to, range }) => {
    expect(rangeOf(keys, from, to)).toEqual(range);
  });
});

describe('the extent', () => {
  it.each([
    { has: [], extent: 'none' },
    { has: ['elsewhere'], extent: 'none' },
    { has: ['a'], extent: 'some' },
    { has: ['a', 'b'], extent: 'all' },
  ])('of $has among two is $extent', ({ has, extent }) => {
    expect(extentOf(new Set(has), ['a', 'b'])).toBe(extent);
  });

  it('of no rows is none, and of more rows than may be chosen is all when the bound is reached', () => {
    expect(extentOf(new Set(['a']), [])).toBe('none');
    expect(extentOf(chosen(noSelection, many, true), many)).toBe('all');
  });
});
