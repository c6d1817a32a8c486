import { normalDistance } from '../../mathematics/normal.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Stateful } from '../stage.ts';

/** Events of the last so many milliseconds say how many came in time. */
const LOOKS_BACK_MS = 10_000_000_000;
/** And never more than so many of them. */
const TIMES_MAX = 20_000;
/** How strongly the share follows what is missing, and how that changes. */
const PROPORTIONAL = 0.5;
const DERIVATIVE = 0.8;

export interface AdaptiveSetting {
  /** Events between two looks. */
  batch: number;
  /** The relative error that an aggregate over the values may have. */
  errorMax: number;
  /** In so many cases of one. */
  confidence: number;
}

/**
 * How much of the longest delay is worth waiting for (Ji and others, "Quality-driven processing of sliding window
 * aggregates over out-of-order data streams"): as little as keeps an aggregate over a value within an error. After each
 * batch of events the share of them that has to come in time is compared with the share that did.
 */
export class AdaptiveSlack implements Stateful {
  /** The share of the longest delay that is waited. */
  share = 1;
  private readonly setting: AdaptiveSetting;
  private readonly critical: number;
  private values: number[] = [];
  private times: number[] = [];
  private count = 0;
  private waited = 0;
  private error = 0;
  private before = 0;

  constructor(setting: AdaptiveSetting) {
    this.setting = setting;
    this.critical = normalDistance(1 - setting.confidence);
  }

  /** An event came, in time or not. */
  see(time: number, value: unknown): void {
    this.times.push(time);
    if (this.times.length > 2 * TIMES_MAX) this.times = this.times.slice(-TIMES_MAX);
    if (typeof value === 'number' || typeof value === 'bigint') this.values.push(Number(value));
  }

  /** An event was taken while `slack` was waited at most. */
  took(time: number, slack: number): void {
    if (++this.count <= this.setting.batch) return;
    this.count = 0;
    const error = this.wanted() - (this.waited === 0 ? 1 : this.covered(time));
    this.share = Math.abs(this.before + PROPORTIONAL * error + DERIVATIVE * (error - this.error));
    this.error = error;
    this.before = this.share;
    this.waited = Math.min(Math.floor(this.share * slack + 0.5), slack);
    this.values = [];
  }

  /** The least share of events with which the error is kept: the least root of either of two quadratic inequalities. */
  private wanted(): number {
    const { values, critical, setting } = this;
    const { errorMax } = setting;
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    const variance = values.reduce((sum, one) => sum + (mean - one) * (mean - one), 0) / values.length;
    const spread = Math.sqrt((mean * mean + variance * variance) / (values.length * (mean * mean)));
    const width = critical * critical * (spread * spread);
    const [least, most] = [1 - errorMax, 1 + errorMax];
    const roots = [leastRoot(1 + width, -2 * least - width, least * least), leastRoot(1 + width, -2 * most - width, most * most)];
    return Math.min(...roots.filter((one) => one !== undefined), roots.every((one) => one === undefined) ? 0 : Number.POSITIVE_INFINITY);
  }

  /** The share of the events of a window that were there when it would have ended. */
  private covered(time: number): number {
    const high = time - this.waited;
    const low = high - LOOKS_BACK_MS;
    let [inTime, all] = [0, 0];
    let [begun, over] = [false, false];
    const looked = this.times.slice(-TIMES_MAX);
    for (const one of looked) {
      begun ||= low <= one;
      over ||= high <= one;
      if (!begun || one < low || one > high) continue;
      all++;
      if (!over) inTime++;
    }
    this.times = looked.filter((one) => one > low);
    return all === 0 ? 1 : inTime / all;
  }

  save(writer: BinaryWriter): void {
    for (const list of [this.values, this.times]) writer.list(list);
    for (const number of [this.share, this.count, this.waited, this.error, this.before]) writer.double(number);
  }

  load(reader: BinaryReader): void {
    this.values = reader.list().map(Number);
    this.times = reader.list().map(Number);
    this.share = reader.double();
    this.count = reader.double();
    this.waited = reader.double();
    this.error = reader.double();
    this.before = reader.double();
  }
}

function leastRoot(a: number, b: number, c: number): number | undefined {
  const inside = b * b - 4 * a * c;
  return inside >= 0 ? (-b - Math.sqrt(inside)) / (2 * a) : undefined;
}
