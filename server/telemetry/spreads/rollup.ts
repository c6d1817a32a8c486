import type { Telemetry } from '@selvedge/edge-runtime/protocol';
import type { TelemetrySource } from '../interval.ts';
import { decodeSpreads, encodeSpreads } from './codec.ts';
import { addSpreads, spreadsOf } from './model-spread.ts';
import type { ModelSpread, SpreadRow, SpreadStep } from './model-spread.ts';

type Sum = Pick<SpreadRow, 'organizationId' | 'packed'>;

/**
 * Adds up how the models of each node spread, by the minute and by the quarter of an hour. Like `TelemetryRollup` it goes by
 * the time of arrival, and gives a finished interval out once. Sums are packed between messages: ten thousand nodes take megabytes
 * then, and twenty times as much as objects.
 */
export class SpreadRollup {
  readonly #under: Record<SpreadStep, { at: number; sums: Map<string, Sum> }>;
  #finished: SpreadRow[] = [];

  constructor(now: number) {
    this.#under = { 60: { at: floor(now, 60), sums: new Map() }, 900: { at: floor(now, 900), sums: new Map() } };
  }

  ingest({ organizationId, nodeId }: TelemetrySource, telemetry: Telemetry, now: number): void {
    const spreads = spreadsOf(telemetry);
    if (spreads.length === 0) return;
    this.#advance(now);
    this.#add(60, nodeId, organizationId, spreads);
  }

  /** Intervals that are over and were not taken before. */
  take(now: number): SpreadRow[] {
    this.#advance(now);
    const rows = this.#finished;
    this.#finished = [];
    return rows;
  }

  /** Ends the intervals under way as well, for a process that stops: the next one's part is added to what was written. */
  takeAll(now: number): SpreadRow[] {
    this.#advance(now);
    this.#end(60);
    this.#end(900);
    return this.take(now);
  }

  #add(step: SpreadStep, nodeId: string, organizationId: string, spreads: readonly ModelSpread[]): void {
    const { sums } = this.#under[step];
    const sum = sums.get(nodeId);
    sums.set(nodeId, { organizationId, packed: encodeSpreads(addSpreads(sum === undefined ? [] : decodeSpreads(sum.packed), spreads)) });
  }

  #advance(now: number): void {
    for (const step of [60, 900] as const) {
      const at = floor(now, step);
      if (at <= this.#under[step].at) continue;
      this.#end(step);
      this.#under[step].at = at;
    }
  }

  #end(stepSeconds: SpreadStep): void {
    const { at, sums } = this.#under[stepSeconds];
    for (const [nodeId, sum] of sums) {
      this.#finished.push({ ...sum, nodeId, stepSeconds, at });
      if (stepSeconds === 60) this.#add(900, nodeId, sum.organizationId, decodeSpreads(sum.packed));
    }
    this.#under[stepSeconds].sums = new Map();
  }
}

function floor(time: number, stepSeconds: SpreadStep): number {
  return Math.floor(time / (stepSeconds * 1000)) * stepSeconds * 1000;
}
