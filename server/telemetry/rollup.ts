import type { Sketch, Telemetry } from '@selvedge/edge-runtime/protocol';
import { countsOf, IntervalAccumulator, joinIntervals, levelsOf, noLevels } from './interval.ts';
import type { IntervalFigures, TelemetrySource } from './interval.ts';
import { SketchAccumulator } from './sketch-accumulator.ts';

export type ScopeKind = 'all' | 'fleet' | 'node';
export const shortStepMs = 10_000;
export const longStepMs = 60_000;

/** A finished interval as it goes to the database. `scope` is the id of the node, the fleet or the organization. */
export type BucketRow = { organizationId: string; scope: string; kind: ScopeKind; stepSeconds: 10 | 60; at: number; figures: IntervalFigures };

type ScopeKey = { organizationId: string; scope: string; kind: ScopeKind };
type Short = ScopeKey & { interval: IntervalAccumulator };
type Long = ScopeKey & { figures: IntervalFigures };

/**
 * Adds up what nodes report into intervals of ten seconds and of a minute, for each node, each fleet and each organization.
 *
 * 1. A message costs the same whatever the size of the fleet: it is added to three sums.
 * 2. Intervals are of the time of arrival, by one clock, so nodes whose clocks are wrong still add up.
 * 3. A finished interval is given out once, by `take`; who takes it must write it or give it back.
 */
export class TelemetryRollup {
  #shortAt: number;
  #short = new Map<string, Short>();
  #longAt: number;
  #long = new Map<string, Long>();
  /** The interval before the current one, of fleets and organizations only: the present's quantiles look back to it. */
  #previous = new Map<string, Sketch>();
  #finished: BucketRow[] = [];

  constructor(now: number) {
    this.#shortAt = floor(now, shortStepMs);
    this.#longAt = floor(now, longStepMs);
  }

  ingest(source: TelemetrySource, telemetry: Telemetry, now: number): void {
    this.#advance(now);
    const counts = countsOf(telemetry);
    const levels = levelsOf(telemetry);
    for (const key of scopesOf(source)) {
      let short = this.#short.get(key.scope);
      if (short === undefined) this.#short.set(key.scope, (short = { ...key, interval: new IntervalAccumulator() }));
      short.interval.add(source.nodeId, counts, levels, telemetry.latencyUs);
    }
  }

  /** The node's connection to this process ended: what it holds is its next process's to count. */
  forget(source: TelemetrySource): void {
    for (const { scope } of scopesOf(source)) this.#short.get(scope)?.interval.forgetLevels(source.nodeId);
  }

  /** Intervals that are over and were not taken before. */
  take(now: number): BucketRow[] {
    this.#advance(now);
    const rows = this.#finished;
    this.#finished = [];
    return rows;
  }

  /**
   * Ends the intervals under way, for a process that stops: what it began is written and the next process adds to it. What nodes
   * hold is the next one's to count.
   */
  takeAll(now: number): BucketRow[] {
    this.#advance(now);
    const over = this.#finished;
    this.#finished = [];
    this.#endShort();
    this.#endLong();
    return [...over, ...this.take(now).map((row) => ({ ...row, figures: { ...row.figures, ...noLevels } }))];
  }

  /** Latencies of the last ten to twenty seconds, of these scopes together. */
  recentLatency(scopes: readonly string[]): Sketch {
    const recent = new SketchAccumulator();
    for (const scope of scopes) {
      const previous = this.#previous.get(scope);
      if (previous !== undefined) recent.add(previous);
      const current = this.#short.get(scope);
      if (current !== undefined) recent.add(current.interval.latency.toSketch());
    }
    return recent.toSketch();
  }

  #advance(now: number): void {
    if (now >= this.#shortAt + shortStepMs) {
      this.#endShort();
      this.#shortAt = floor(now, shortStepMs);
    }
    if (now >= this.#longAt + longStepMs) {
      this.#endLong();
      this.#longAt = floor(now, longStepMs);
    }
  }

  #endShort(): void {
    this.#previous = new Map();
    for (const { interval, ...key } of this.#short.values()) {
      const figures = interval.figures();
      this.#finished.push({ ...key, stepSeconds: 10, at: this.#shortAt, figures });
      const long = this.#long.get(key.scope);
      this.#long.set(key.scope, { ...key, figures: long === undefined ? figures : joinIntervals(long.figures, figures) });
      if (key.kind !== 'node') this.#previous.set(key.scope, figures.latency);
    }
    this.#short = new Map();
  }

  #endLong(): void {
    for (const { figures, ...key } of this.#long.values()) this.#finished.push({ ...key, stepSeconds: 60, at: this.#longAt, figures });
    this.#long = new Map();
  }
}

function scopesOf(source: TelemetrySource): ScopeKey[] {
  const { organizationId, nodeId, fleetId } = source;
  const keys: ScopeKey[] = [
    { organizationId, scope: nodeId, kind: 'node' },
    { organizationId, scope: organizationId, kind: 'all' },
  ];
  if (fleetId !== null) keys.push({ organizationId, scope: fleetId, kind: 'fleet' });
  return keys;
}

function floor(time: number, step: number): number {
  return Math.floor(time / step) * step;
}
