import { describe, expect, it } from 'vitest';
import { colourSeries } from './colours.ts';
import { niceTicks, spreadLabels, tickDecimals, timeTicks } from './scale.ts';
import { prepareTimeSeries } from './time-series.ts';
import { unitFor, withSuffix } from './units.ts';

describe('axes', () => {
  it('chooses round ticks that cover the values', () => {
    expect(niceTicks(0, 812)).toEqual([0, 250, 500, 750, 1000]);
    expect(niceTicks(0, 8.8)).toEqual([0, 2.5, 5, 7.5, 10]);
    expect(niceTicks(0, 0)).toEqual([0, 1]);
    expect(niceTicks(61, 64)).toEqual([61, 62, 63, 64]);
    expect(niceTicks(2.1, 2.1).length).toBeGreaterThan(2);
    expect(niceTicks(-3, -3)[0]).toBeLessThan(-3);
    expect(tickDecimals([0.4, 0.405, 0.41])).toBe(3);
    expect(tickDecimals([0, 250, 500])).toBe(0);
  });
  it('puts time ticks at round times of the reader', () => {
    const from = Date.UTC(2026, 0, 1, 10, 17);
    const ticks = timeTicks(from, from + 3_600_000, 6);
    expect(ticks.map((at) => new Date(at).getUTCMinutes())).toEqual([20, 30, 40, 50, 0, 10]);
    expect(timeTicks(from, from + 328 * 86_400_000, 6).length).toBeLessThanOrEqual(6);
    expect(timeTicks(from, from + 5 * 86_400_000, 6, 3_600_000).every((at) => new Date(at + 3_600_000).getUTCHours() === 0)).toBe(true);
  });
});

describe('labels at the ends of lines', () => {
  it('stay where they want to be when there is room', () => expect(spreadLabels([10, 60], 13, 0, 100)).toEqual([10, 60]));
  it('move apart and never leave the plot', () => {
    const placed = spreadLabels([98, 97, 99], 13, 0, 100);
    expect(Math.max(...placed)).toBeLessThanOrEqual(100);
    const sorted = [...placed].sort((a, b) => a - b);
    expect(sorted.every((y, index) => index === 0 || y - (sorted[index - 1] ?? 0) >= 13)).toBe(true);
    expect(placed.indexOf(Math.min(...placed))).toBe(1);
  });
});

it('keeps the height at which a line ended before a gap, where its name stands', () => {
  const points = [{ at: 1000, value: 3 }, { at: 2000, value: 4 }, { at: 3000, value: null }];
  const [line] = prepareTimeSeries({ quantity: 'plain', from: 0, to: 3000, step: 1000, series: [{ key: 'a', name: 'a', points }] }).lines;
  expect([line?.last, line?.lastMeasured]).toEqual([null, 4]);
});

describe('colours', () => {
  it('gives a series the same colour whatever stands beside it, unless two collide', () => {
    expect(colourSeries(['events', 'detections']).get('detections')).toBe(colourSeries(['detections']).get('detections'));
    const six = colourSeries(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(new Set(six.values()).size).toBe(6);
    expect(colourSeries(['flow', 'pressure'])).toEqual(colourSeries(['pressure', 'flow']));
  });
});

describe('time series', () => {
  const base = { quantity: 'microseconds', from: 0, to: 10_000, step: 1000 } as const;
  it('leaves a gap where nothing was measured', () => {
    const prepared = prepareTimeSeries({ ...base, series: [{ key: 'p99', name: 'p99', points: [{ at: 0, value: 6400 }, { at: 1000, value: 6500 }, { at: 5000, value: 6600 }] }] });
    expect(prepared.rows.map((row) => [row.at, row.values['p99']])).toEqual([[0, 6.4], [1000, 6.5], [5000, 6.6]]);
    expect(prepared.lines[0]?.segments).toEqual([{ from: 0, to: 1000 }, { from: 5000, to: 5000 }]);
    expect(prepared.unit.words).toBe('milliseconds');
    expect(prepared.lines[0]?.last).toBe(6.6);
    expect(prepared.lines[0]?.lastMeasured).toBe(6.6);
  });
  it('draws the largest and says how many it left out', () => {
    const series = ['a', 'b', 'c'].map((key, index) => ({ key, name: key, points: [{ at: 1, value: index }] }));
    const prepared = prepareTimeSeries({ ...base, quantity: 'plain', series, top: 2 });
    expect(prepared.lines.map((line) => line.key)).toEqual(['c', 'b']);
    expect(prepared.left).toBe(1);
  });
  it('drops markers and points outside its range and knows when it is empty', () => {
    const prepared = prepareTimeSeries({ ...base, series: [{ key: 'a', name: 'a', points: [{ at: 99_999, value: 3 }] }], markers: [{ at: 20_000, label: 'late' }, { at: 10, label: 'in' }] });
    expect(prepared.empty).toBe(true);
    expect(prepared.markers.map((marker) => marker.label)).toEqual(['in']);
  });
  it('draws series that were measured at other moments without breaking them', () => {
    const prepared = prepareTimeSeries({ ...base, quantity: 'plain', series: [{ key: 'a', name: 'a', points: [{ at: 0, value: 1 }, { at: 1000, value: 2 }] }, { key: 'b', name: 'b', points: [{ at: 500, value: 1 }, { at: 1500, value: 2 }] }] });
    expect(prepared.lines.map((line) => line.segments.length)).toEqual([1, 1]);
  });
  it('names one of several markers that stand close together', () => {
    const prepared = prepareTimeSeries({ ...base, quantity: 'plain', series: [], markers: [{ at: 1000, label: 'started' }, { at: 1200, label: 'done' }, { at: 9900, label: 'last' }] });
    expect(prepared.markers.map((marker) => marker.labelSide)).toEqual([null, 'right', 'left']);
  });
  it('lets no label reach into another’s room', () => {
    const prepared = prepareTimeSeries({ ...base, quantity: 'plain', series: [], markers: [{ at: 1000, label: 'first' }, { at: 6000, label: 'ran-sites-west: started' }, { at: 9900, label: 'pump-loop: Succeeded' }] });
    expect(prepared.markers.map((marker) => marker.labelSide)).toEqual(['right', null, 'left']);
  });
  it('treats what is not a number as a gap', () => {
    const prepared = prepareTimeSeries({ ...base, quantity: 'plain', series: [{ key: 'a', name: 'a', points: [{ at: 1, value: Number.NaN }] }] });
    expect(prepared.rows[0]?.values['a']).toBeNull();
    expect(prepared.lines[0]?.segments).toEqual([]);
  });
});

it('keeps one unit for a chart', () => {
  expect(unitFor('perSecond', 812_000).suffix).toBe('k/s');
  expect(unitFor('perSecond', 8).suffix).toBe('/s');
  expect(unitFor('perSecond', 0).suffix).toBe('/s');
  expect(unitFor('perSecond', 0.1)).toMatchObject({ words: 'a minute', divisor: 1 / 60 });
  expect(unitFor('perSecond', 0.001).suffix).toBe('/h');
  expect(withSuffix('6.4', { suffix: 'ms' })).toBe('6.4 ms');
  expect(withSuffix('30', { suffix: '/s' })).toBe('30/s');
});
