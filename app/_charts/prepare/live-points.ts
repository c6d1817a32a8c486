import type { Point, Series, TelemetryNow } from '../../../server/telemetry/schema.ts';

/**
 * A series with what is known of the present added to its end: samples of the same interval are averaged, latencies keep their
 * worst. `samplesInStep` is how many samples the last interval already holds. Where no node reports there is nothing to add: that is a gap.
 */
export function addPresent(series: Series, now: TelemetryNow, samplesInStep: number): Series {
  if (now.nodes === 0) return series;
  const at = Math.floor(now.at / series.stepMs) * series.stepMs;
  const last = series.points.at(-1);
  if (last && last.at > at) return series;
  const before = last && last.at === at && last.kind === 'point' ? last : null;
  const kept = last && last.at === at ? series.points.slice(0, -1) : series.points;
  const weight = before ? 1 / (samplesInStep + 1) : 1;
  const mean = (old: number | undefined, value: number) => (old === undefined ? value : old + (value - old) * weight);
  const worst = (old: number | null | undefined, value: number | null) => (old == null ? value : value === null ? old : Math.max(old, value));
  const point: Point = {
    kind: 'point',
    at,
    events: mean(before?.events, now.events),
    predictions: mean(before?.predictions, now.predictions),
    detections: mean(before?.detections, now.detections),
    actions: mean(before?.actions, now.actions),
    p50: before?.p50 == null ? now.latency.p50 : now.latency.p50 === null ? before.p50 : mean(before.p50, now.latency.p50),
    p99: worst(before?.p99, now.latency.p99),
    lag: now.lag,
    buffered: now.buffered,
  };
  return { ...series, points: [...kept, point].slice(-pointsMax) };
}

/** A page that stays open must not grow without end. */
const pointsMax = 1200;

export type Figure = 'events' | 'predictions' | 'detections' | 'actions' | 'p50' | 'p99' | 'lag' | 'buffered';

/** One figure of a series as a line; a gap stays a gap. */
export function lineOf(series: Series | undefined, figure: Figure): { at: number; value: number | null }[] {
  return (series?.points ?? []).map((point) => ({ at: point.at, value: point.kind === 'gap' ? null : point[figure] }));
}
