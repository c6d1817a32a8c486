import { expect, test } from 'vitest';
import { figure, quantity, span, volume } from './quantity.ts';

test('numbers in sentences can be read at a glance', () => {
  expect([figure(0), figure(999), figure(10_000), figure(1_234_567)]).toEqual(['0', '999', '10,000', '1,234,567']);
  expect([quantity(0, 'node'), quantity(1, 'node'), quantity(10_000, 'node')]).toEqual(['0 nodes', '1 node', '10,000 nodes']);
  expect(quantity(2, 'entry', 'entries')).toBe('2 entries');
});

test('lengths of time and volumes in the units that fit', () => {
  expect([0, 59, 60, 5400, 86_400, 100_000].map(span)).toEqual(['0 s', '59 s', '1 min', '1 h 30 min', '1 day', '1 day 3 h']);
  expect([0, 999, 1500, 12_000_000, 1_400_000_000].map(volume)).toEqual(['0 B', '999 B', '1.5 kB', '12 MB', '1.4 GB']);
});
