import { expect, test } from 'vitest';
import { memoryOf } from './memory.ts';
import { markdownOf, spreadOf } from './table.ts';

test('a table is markdown under its title', () => {
  expect(markdownOf({ title: 'Cold start', about: 'Five times.', columns: ['median', 'worst'], rows: [['1.20 s', '1.90 s']] })).toBe(
    ['## Cold start', '', 'Five times.', '', '| median | worst |', '| --- | --- |', '| 1.20 s | 1.90 s |', ''].join('\n'),
  );
});

test.each([
  [[3, 1, 2], { median: 2, max: 3 }],
  [[4, 1], { median: 1, max: 4 }],
  [[7], { median: 7, max: 7 }],
])('of %j the middle and the worst are told', (measured, spread) => {
  expect(spreadOf(measured)).toEqual(spread);
});

test('of nothing nothing is told', () => {
  expect(() => spreadOf([])).toThrow('nothing was measured');
});

test('a process takes memory, and one without a Redis takes none for it', () => {
  const { agent, redis } = memoryOf(process.pid);
  expect(agent).toBeGreaterThan(1024 ** 2);
  expect(redis).toBe(0);
});
