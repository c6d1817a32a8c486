import { Preview, recordingOf, type PlainEvent } from '@selvedge/edge-runtime/cep/preview';
import { expect, it } from 'vitest';
import { drawablesOf, prepareValues } from './values-over-time.ts';

const text = `define stream Readings (device string, at long, flow double);
@detection(title='Low', severity='warning') define stream Low (flow double);
from Readings[flow < 4.0] select flow insert into Low;`;
const start = Date.UTC(2026, 10, 23);

function resultOf(events: readonly PlainEvent[]) {
  const preview = new Preview(text, recordingOf(events));
  while (!preview.step(1000));
  return preview.result();
}

const reading = (second: number, flow: number): PlainEvent => ({ stream: 'Readings', at: start + second * 1000, data: { device: 'a', at: start + second * 1000, flow } });

it('draws the numbers that are fed first, and no time', () => {
  const result = resultOf(Array.from({ length: 10 }, (_, index) => reading(index, index)));
  expect(drawablesOf(result.streams, result).map(({ stream, range }) => `${stream} ${range.name}`)).toEqual(['Readings flow', 'Low flow']);
});

it('has one line where a step has one value, with what was told of marked together where it is near', () => {
  const result = resultOf(Array.from({ length: 100 }, (_, index) => reading(index, index === 20 || index === 21 || index === 80 ? 3 : 9)));
  const [flow] = drawablesOf(result.streams, result);
  if (flow === undefined) throw new Error('flow is drawn');
  const prepared = prepareValues(flow, result.streams.filter((one) => one.output), result);
  expect(prepared.lines.map((line) => [line.name, line.segments.length])).toEqual([['flow', 1]]);
  expect(prepared.markers.map(({ label }) => label)).toEqual(['Low × 2', 'Low']);
});

it('goes through both values of a step that has two, where few have', () => {
  const result = resultOf(Array.from({ length: 1145 }, (_, index) => reading(index, index === 600 ? 90 : 5 + (index % 2))));
  const [flow] = drawablesOf(result.streams, result);
  if (flow === undefined) throw new Error('flow is drawn');
  const prepared = prepareValues(flow, [], result);
  expect(prepared.lines.map((line) => [line.name, line.segments.length])).toEqual([['flow', 1]]);
  expect(prepared.rows.length).toBeGreaterThan(1_000);
  expect(Math.max(...prepared.rows.map((row) => row.values['flow'] ?? 0))).toBe(90);
});

it('has the lowest and the highest where steps have several', () => {
  const result = resultOf(Array.from({ length: 5000 }, (_, index) => reading(index, index === 2500 ? 90 : 5 + (index % 2))));
  const [flow] = drawablesOf(result.streams, result);
  if (flow === undefined) throw new Error('flow is drawn');
  const prepared = prepareValues(flow, [], result);
  expect(prepared.lines.map((line) => line.name).sort()).toEqual(['highest', 'lowest']);
  expect(Math.max(...prepared.rows.map((row) => row.values['highest'] ?? 0))).toBe(90);
});
