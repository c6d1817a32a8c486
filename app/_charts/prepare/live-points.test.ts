import { describe, expect, it } from 'vitest';
import type { Series, TelemetryNow } from '../../../server/telemetry/schema.ts';
import { addPresent, lineOf } from './live-points.ts';

const empty: Series = { stepMs: 10_000, points: [], markers: [] };
const present = (at: number, events: number, p99: number | null): TelemetryNow => ({
  at, events, predictions: 0, detections: 0, actions: 0, latency: { p50: null, p99 }, lag: null, buffered: 0, lost: 0, nodes: 1, streams: [], models: [],
});

describe('the present at the end of a series', () => {
  it('averages the samples of one interval and keeps its worst latency', () => {
    const one = addPresent(empty, present(12_000, 100, 5000), 0);
    const two = addPresent(one, present(14_000, 200, 4000), 1);
    expect(two.points).toHaveLength(1);
    expect(two.points[0]).toMatchObject({ at: 10_000, events: 150, p99: 5000 });
  });
  it('begins a new interval in its time and leaves out what came too late', () => {
    const one = addPresent(empty, present(12_000, 100, null), 0);
    const two = addPresent(one, present(20_001, 7, null), 0);
    expect(two.points.map((point) => point.at)).toEqual([10_000, 20_000]);
    expect(addPresent(two, present(11_000, 9, null), 0)).toBe(two);
  });
  it('adds nothing while no node reports', () => expect(addPresent(empty, { ...present(12_000, 0, null), nodes: 0 }, 0)).toBe(empty));
  it('is bounded', () => {
    let series = empty;
    for (let step = 0; step < 1300; step++) series = addPresent(series, present(step * 10_000, 1, null), 0);
    expect(series.points).toHaveLength(1200);
  });
  it('keeps gaps', () => {
    expect(lineOf({ ...empty, points: [{ kind: 'gap', at: 0 }] }, 'events')).toEqual([{ at: 0, value: null }]);
  });
});
