import { quantile } from '@selvedge/edge-runtime/protocol';
import { joinIntervals } from './interval.ts';
import type { IntervalFigures } from './interval.ts';
import type { Point } from './schema.ts';

/** Kept for this long, by who they are of: see docs/decisions. Milliseconds. */
export const retention = {
  node: { 10: 2 * 3_600_000, 60: 48 * 3_600_000 },
  fleet: { 10: 24 * 3_600_000, 60: 30 * 86_400_000 },
  all: { 10: 24 * 3_600_000, 60: 30 * 86_400_000 },
} as const;

/** Of spreads, by their step: those of a quarter of an hour outlive the longest bake, which is a day. */
export const spreadRetention = { 60: 2 * 3_600_000, 900: 30 * 3_600_000 } as const;

const pointsMax = 1000;
const stepsSeconds = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];

/** The smallest step, in seconds, that is at least what was asked for and gives no more than `most` points. */
export function chooseStep(spanMs: number, asked: number | undefined, most = pointsMax): number {
  const needed = Math.max(asked ?? 10, spanMs / 1000 / most);
  return stepsSeconds.find((step) => step >= needed) ?? 86_400;
}

/** Which of the two kept resolutions gives points of this step, from this moment on. */
export function resolutionFor(kind: keyof typeof retention, stepSeconds: number, from: number, now: number): 10 | 60 {
  return stepSeconds >= 60 || from < now - retention[kind][10] ? 60 : 10;
}

/**
 * Intervals as points of equal step, oldest first; a step of which nothing was reported is a gap. Rates are over the time that
 * was reported, so a step that is half a gap shows what was measured in the other half.
 */
export function toPoints(intervals: readonly { at: number; figures: IntervalFigures }[], from: number, to: number, stepMs: number, intervalMs: number): Point[] {
  const sums = new Map<number, { figures: IntervalFigures; intervals: number }>();
  for (const { at, figures } of intervals) {
    const slot = Math.floor(at / stepMs) * stepMs;
    const sum = sums.get(slot);
    sums.set(slot, sum === undefined ? { figures, intervals: 1 } : { figures: joinIntervals(sum.figures, figures), intervals: sum.intervals + 1 });
  }
  const points: Point[] = [];
  for (let at = Math.floor(from / stepMs) * stepMs; at < to; at += stepMs) {
    const sum = sums.get(at);
    points.push(sum === undefined ? { kind: 'gap', at } : toPoint(at, sum.figures, (sum.intervals * intervalMs) / 1000));
  }
  return points;
}

function toPoint(at: number, figures: IntervalFigures, seconds: number): Point {
  return {
    kind: 'point',
    at,
    events: figures.events / seconds,
    predictions: figures.predictions / seconds,
    detections: figures.detections / seconds,
    actions: figures.actions / seconds,
    p50: quantile(figures.latency, 0.5) ?? null,
    p99: quantile(figures.latency, 0.99) ?? null,
    lag: figures.lag,
    buffered: figures.buffered,
  };
}
