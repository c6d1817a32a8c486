import { expect, test } from 'vitest';
import { figure, quantity } from './quantity.ts';

test('numbers in sentences can be read at a glance', () => {
  expect([figure(0), figure(999), figure(10_000), figure(1_234_567)]).toEqual(['0', '999', '10,000', '1,234,567']);
  expect([quantity(0, 'node'), quantity(1, 'node'), quantity(10_000, 'node')]).toEqual(['0 nodes', '1 node', '10,000 nodes']);
  expect(quantity(2, 'entry', 'entries')).toBe('2 entries');
});
