import { expect, test } from 'vitest';
import { prepareChangeStrip } from './change-strip.ts';

test('one scale for all rows, with no change and the bound in it', () => {
  const strip = prepareChangeStrip([{ label: 'wave', values: [{ name: 'a', value: 4 }] }, { label: 'control', values: [{ name: 'b', value: 1 }] }], 2);
  expect(strip.ticks.map(({ value }) => value)).toEqual([1, 2, 5]);
  expect(strip.ticks[0]?.at).toBe(0);
  expect(strip.ticks.at(-1)?.at).toBe(1);
  expect(strip.bound).toBeCloseTo(Math.log(2) / Math.log(5), 6);
  expect(strip.rows[0]?.marks[0]?.at).toBeGreaterThan(strip.rows[1]?.marks[0]?.at ?? 1);
});

test('nodes that changed alike stand on one another', () => {
  const { rows } = prepareChangeStrip([{ label: 'wave', values: ['a', 'b', 'c'].map((name) => ({ name, value: 1 })) }], 2);
  expect(rows[0]).toMatchObject({ highest: 3, marks: [{ stack: 0 }, { stack: 1 }, { stack: 2 }] });
});

test('what is out of all measure stands at the edge, and nothing but equal values has a scale still', () => {
  const wild = prepareChangeStrip([{ label: 'wave', values: [{ name: 'a', value: 0 }, { name: 'b', value: 1e9 }] }], 2);
  expect(wild.rows[0]?.marks.map(({ at }) => at)).toEqual([0, 1]);
  expect(prepareChangeStrip([{ label: 'wave', values: [] }], 1).ticks).toEqual([{ value: 1, at: 0 }]);
});
