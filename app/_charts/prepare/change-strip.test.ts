import { expect, test } from 'vitest';
import { prepareChangeStrip } from './change-strip.ts';

test('one scale for all rows, with no change and the bound in it', () => {
  const strip = prepareChangeStrip([{ label: 'wave', values: [{ name: 'a', value: 4 }] }, { label: 'control', values: [{ name: 'b', value: 1 }] }], 2, 680);
  expect(strip.ticks.map(({ value }) => value)).toEqual([1, 2, 5]);
  expect(strip.ticks[0]?.at).toBe(0);
  expect(strip.ticks.at(-1)?.at).toBe(1);
  expect(strip.bound).toBeCloseTo(Math.log(2) / Math.log(5), 6);
  expect(strip.rows[0]?.marks[0]?.at).toBeGreaterThan(strip.rows[1]?.marks[0]?.at ?? 1);
});

test('nodes that changed alike stand on one another', () => {
  const { rows } = prepareChangeStrip([{ label: 'wave', values: ['a', 'b', 'c'].map((name) => ({ name, value: 1 })) }], 2, 680);
  expect(rows[0]).toMatchObject({ highest: 3, marks: [{ stack: 0 }, { stack: 1 }, { stack: 2 }] });
});

test('what is out of all measure stands at the edge, and nothing but equal values has a scale still', () => {
  const wild = prepareChangeStrip([{ label: 'wave', values: [{ name: 'a', value: 0 }, { name: 'b', value: 1e9 }] }], 2, 680);
  expect(wild.rows[0]?.marks.map(({ at }) => at)).toEqual([0, 1]);
  expect(prepareChangeStrip([{ label: 'wave', values: [] }], 1, 680).ticks).toEqual([{ value: 1, at: 0 }]);
});

test('on a narrow screen it keeps within the room: labels above, fewer ticks with no change among them, and marks still apart', () => {
  const wild = [{ label: 'wave', values: [0.02, 0.9, 1, 1.02, 90].map((value) => ({ name: String(value), value })) }];
  const strip = prepareChangeStrip(wild, 2, 326);
  expect(strip).toMatchObject({ width: 326, labelsAbove: true });
  expect(strip.left + strip.plot).toBeLessThan(326);
  expect(strip.ticks.map(({ value }) => value)).toContain(1);
  expect(strip.ticks.length).toBeLessThan(prepareChangeStrip(wild, 2, 1000).ticks.length);
  for (const [index, tick] of strip.ticks.entries()) if (index > 0) expect((tick.at - (strip.ticks[index - 1]?.at ?? 0)) * strip.plot).toBeGreaterThanOrEqual(44);
  // Two that differ by two in a hundred are nearer than a mark is wide, and stand on one another.
  expect(strip.rows[0]?.highest).toBe(2);
  expect(prepareChangeStrip(wild, 2, 680)).toMatchObject({ labelsAbove: false });
});
