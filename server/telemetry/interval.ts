import { emptySketch } from '@selvedge/edge-runtime/protocol';
import type { Sketch, Telemetry } from '@selvedge/edge-runtime/protocol';
import { SketchAccumulator } from './sketch-accumulator.ts';

/** Whose telemetry it is; the fleet is the one that the node is in now. */
export type TelemetrySource = { organizationId: string; nodeId: string; fleetId: string | null };

/** What `telemetry_buckets` keeps of a scope and an interval, apart from its key. Counts are of the interval, latencies microseconds. */
export type IntervalFigures = {
  events: number;
  predictions: number;
  detections: number;
  actions: number;
  refused: number;
  deadLetters: number;
  lag: number | null;
  buffered: number;
  oldestAt: number | null;
  latency: Sketch;
};

/** The counts of one telemetry message, summed over sources and models. */
export type Counts = Pick<IntervalFigures, 'events' | 'predictions' | 'detections' | 'actions' | 'refused' | 'deadLetters'>;
/** What a node holds at the end of an interval. */
export type Levels = Pick<IntervalFigures, 'lag' | 'buffered' | 'oldestAt'>;

/** No node counts further in one message: whatever one says, the sum of all stays a number that the database takes. */
const countMax = 1e12;
/** The end of the year 9999. */
const latestTime = 253_402_300_799_999;

function bounded(count: number): number {
  return Math.min(count, countMax);
}

export function countsOf(telemetry: Telemetry): Counts {
  let [events, refused, predictions] = [0, 0, 0];
  for (const source of telemetry.sources) {
    events += source.received;
    refused += source.refused;
  }
  for (const model of telemetry.models) predictions += model.predictions;
  return {
    events: bounded(events),
    refused: bounded(refused),
    predictions: bounded(predictions),
    detections: bounded(telemetry.detections),
    actions: bounded(telemetry.actions),
    deadLetters: bounded(telemetry.deadLetters),
  };
}

export function levelsOf(telemetry: Telemetry): Levels {
  let lag: number | null = null;
  for (const source of telemetry.sources) if (source.lag !== undefined) lag = (lag ?? 0) + source.lag;
  const { records, oldestAt } = telemetry.buffer;
  return { lag: lag === null ? null : bounded(lag), buffered: bounded(records), oldestAt: oldestAt === undefined ? null : Math.min(oldestAt, latestTime) };
}

/** Sums up one scope over one interval. Levels are taken from each node's latest message and added over the nodes. */
export class IntervalAccumulator {
  readonly latency = new SketchAccumulator();
  readonly #counts: Counts = { events: 0, predictions: 0, detections: 0, actions: 0, refused: 0, deadLetters: 0 };
  readonly #levels = new Map<string, Levels>();

  add(nodeId: string, counts: Counts, levels: Levels, latency: Sketch): void {
    this.addCounts(counts);
    this.#levels.set(nodeId, levels);
    this.latency.add(latency);
  }

  /** The node went to another process, or away: what it held is not counted here. */
  forgetLevels(nodeId: string): void {
    this.#levels.delete(nodeId);
  }

  addCounts(counts: Counts): void {
    this.#counts.events += counts.events;
    this.#counts.predictions += counts.predictions;
    this.#counts.detections += counts.detections;
    this.#counts.actions += counts.actions;
    this.#counts.refused += counts.refused;
    this.#counts.deadLetters += counts.deadLetters;
  }

  figures(): IntervalFigures {
    return { ...this.#counts, ...sumLevels(this.#levels.values()), latency: this.latency.toSketch() };
  }
}

/** What nobody holds. */
export const noLevels: Levels = { lag: null, buffered: 0, oldestAt: null };

/** An interval in which nothing happened. */
export const noFigures: IntervalFigures = { events: 0, predictions: 0, detections: 0, actions: 0, refused: 0, deadLetters: 0, ...noLevels, latency: emptySketch() };

function sumLevels(levels: Iterable<Levels>): Levels {
  const sum: Levels = { ...noLevels };
  for (const { lag, buffered, oldestAt } of levels) {
    if (lag !== null) sum.lag = (sum.lag ?? 0) + lag;
    sum.buffered += buffered;
    if (oldestAt !== null) sum.oldestAt = Math.min(sum.oldestAt ?? oldestAt, oldestAt);
  }
  return sum;
}

/** Two intervals of one scope, one after the other: counts add up, the levels are the later one's, the lag the higher. */
export function joinIntervals(earlier: IntervalFigures, later: IntervalFigures): IntervalFigures {
  return { ...addIntervals(earlier, later), lag: earlier.lag === null ? later.lag : Math.max(earlier.lag, later.lag ?? 0), buffered: later.buffered, oldestAt: later.oldestAt };
}

/** The same interval of two scopes that share no node, or of the nodes of two processes: all of it adds up. */
export function addIntervals(one: IntervalFigures, other: IntervalFigures): IntervalFigures {
  const latency = new SketchAccumulator();
  latency.add(one.latency);
  latency.add(other.latency);
  return {
    events: one.events + other.events,
    predictions: one.predictions + other.predictions,
    detections: one.detections + other.detections,
    actions: one.actions + other.actions,
    refused: one.refused + other.refused,
    deadLetters: one.deadLetters + other.deadLetters,
    ...sumLevels([one, other]),
    latency: latency.toSketch(),
  };
}
