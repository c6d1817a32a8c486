import type { IntervalFigures } from './interval.ts';
import { decodeSketch } from './sketch-codec.ts';

/** The figures of an interval as Postgres has them: counts exact beyond what a double holds, the latency sketch packed. */
export interface StoredFigures {
  events: bigint;
  predictions: bigint;
  detections: bigint;
  actions: bigint;
  refused: bigint;
  deadLetters: bigint;
  lag: bigint | null;
  buffered: bigint;
  oldestAt: Date | null;
  latency: Uint8Array;
}

export function figuresOf(row: StoredFigures): IntervalFigures {
  return {
    events: Number(row.events),
    predictions: Number(row.predictions),
    detections: Number(row.detections),
    actions: Number(row.actions),
    refused: Number(row.refused),
    deadLetters: Number(row.deadLetters),
    lag: row.lag === null ? null : Number(row.lag),
    buffered: Number(row.buffered),
    oldestAt: row.oldestAt?.getTime() ?? null,
    latency: decodeSketch(row.latency),
  };
}
