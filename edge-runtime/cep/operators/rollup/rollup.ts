import type { Row } from '../../api.ts';
import type { Duration } from '../../language/syntax.ts';
import { momentOf, nextStart, startOf } from '../../plan/aggregation-time.ts';
import type { AggregationPlan } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Clock } from '../../runtime/timers.ts';
import type { Stateful } from '../stage.ts';
import { RollupStore } from './rollup-store.ts';

/** How the values of an event are found, made from the plan's expressions. */
export interface RollupCode {
  time: ((timestamp: number, row: Row) => unknown) | undefined;
  key(timestamp: number, row: Row): unknown;
  group(timestamp: number, row: Row): readonly unknown[];
  arguments: readonly ((timestamp: number, row: Row) => unknown)[];
}

/** Half open: from `start` up to, not including, `end`. */
export interface TimeRange {
  start: number;
  end: number;
  duration: Duration;
}

interface Level {
  duration: Duration;
  /** What came since the last one ended. */
  open: RollupStore;
  /** Where the open part ends, by the timestamps of the events. */
  ends: number;
  closed: RollupStore;
}

/**
 * `define aggregation`. An event changes the finest level alone; when a second (minute, …) is over, what came in it is
 * put aside and taken into the next coarser level. Each row stands under the time of its events, whenever they came, so
 * that late events are counted where they belong. What is read is put together from what was put aside and what is open.
 */
export class Rollup implements Stateful {
  readonly plan: AggregationPlan;
  private readonly code: RollupCode;
  private readonly clock: Clock;
  private readonly levels: readonly Level[];
  private readonly purges: boolean;
  private purgeAt = Number.NaN;

  /** With `purges` off nothing is ever removed. */
  constructor(plan: AggregationPlan, code: RollupCode, clock: Clock, purges: boolean) {
    this.plan = plan;
    this.code = code;
    this.clock = clock;
    this.purges = purges && plan.purge !== undefined;
    const kinds = plan.columns.map((one) => one.kind);
    this.levels = plan.durations.map((duration) => ({ duration, open: new RollupStore(kinds), ends: Number.NEGATIVE_INFINITY, closed: new RollupStore(kinds) }));
  }

  /** Takes an event in. Throws when it has no time that can be read. */
  add(timestamp: number, row: Row): void {
    const { code, levels } = this;
    const [root] = levels;
    if (root === undefined) return;
    // Without a time of their own, events count in the order in which they come.
    const time = code.time === undefined ? this.clock.now : this.timeIn(code.time(timestamp, row));
    if (timestamp >= root.ends) this.close(timestamp);
    // Late ones among them belong to the second that is open.
    const start = startOf(root.duration, code.time === undefined ? Math.max(timestamp, root.ends - 1) : time);
    const key = code.key(timestamp, row) ?? null;
    const { open } = root;
    const found = open.find(start, key);
    const at = found >= 0 ? found : open.open(start, key, code.group(timestamp, row));
    for (let index = 0; index < code.arguments.length; index++) {
      const argument = code.arguments[index];
      if (argument !== undefined) open.column(index)?.add(at, argument(timestamp, row), time);
    }
    if (this.purges) this.purge();
  }

  private timeIn(value: unknown): number {
    const time = typeof value === 'string' ? momentOf(value) : value === null || value === undefined ? undefined : Number(value);
    if (time === undefined) throw new TypeError(`'${this.plan.name}' has no use for an event without a time, found ${value === undefined ? 'null' : JSON.stringify(value)}.`);
    return time;
  }

  /** Ends every level whose time is over, the finest first. */
  private close(timestamp: number): void {
    for (let index = 0; index < this.levels.length; index++) {
      const level = this.levels[index];
      if (level === undefined || timestamp < level.ends) return;
      level.ends = nextStart(level.duration, startOf(level.duration, timestamp));
      if (level.open.size === 0) continue;
      const above = this.levels[index + 1];
      // What ends one level may open the next for the first time; that one ends by the same clock.
      above?.open.take(level.open, (time) => startOf(above.duration, time));
      level.closed.take(level.open, (time) => time);
      level.open.clear();
    }
  }

  private purge(): void {
    const { purge } = this.plan;
    const { now } = this.clock;
    if (purge === undefined || now < this.purgeAt) return;
    // At the first event nothing is old yet; after that at whole intervals, whenever one is noticed to be over.
    const due = Number.isNaN(this.purgeAt) ? undefined : now - (now - this.purgeAt) % purge.every;
    this.purgeAt = (due ?? now) + purge.every;
    if (due === undefined) return;
    for (const level of this.levels) {
      const kept = purge.retention[level.duration];
      if (kept !== undefined) level.closed.forgetBefore(due - kept);
    }
  }

  /** The rows of a range, oldest first, those of one time in the order in which their groups came. */
  rows(range: TimeRange): Row[] {
    if (this.purges && !Number.isNaN(this.purgeAt)) this.purge();
    const timeOf = (time: number): number => startOf(range.duration, time);
    // What stands under its arrival is wanted by the time of the row that it becomes a part of.
    const byArrival = this.code.time === undefined;
    const wanted = (time: number): boolean => {
      const standing = byArrival ? timeOf(time) : time;
      return standing >= range.start && standing < range.end;
    };
    const found = new RollupStore(this.plan.columns.map((one) => one.kind));
    for (const level of this.levels) {
      if (level.duration === range.duration) found.take(level.closed, timeOf, wanted);
      found.take(level.open, timeOf, wanted);
      if (level.duration === range.duration) break;
    }
    const order = Array.from({ length: found.size }, (_, row) => row).sort((left, right) => found.timeOf(left) - found.timeOf(right) || left - right);
    return order.map((row) => this.output(found, row));
  }

  private output(store: RollupStore, row: number): Row {
    return this.plan.outputs.map((one) => {
      switch (one.from) {
        case 'time':
          return store.timeOf(row);
        case 'group':
          return store.groupOf(row)[one.index] ?? null;
        case 'column':
          return store.column(one.index)?.result(row) ?? null;
        case 'mean': {
          const count = Number(store.column(one.count)?.result(row));
          return count === 0 ? null : Number(store.column(one.sum)?.result(row)) / count;
        }
      }
    });
  }

  save(writer: BinaryWriter): void {
    writer.double(this.purgeAt);
    for (const level of this.levels) {
      writer.double(level.ends);
      level.open.save(writer);
      level.closed.save(writer);
    }
  }

  load(reader: BinaryReader): void {
    this.purgeAt = reader.double();
    for (const level of this.levels) {
      level.ends = reader.double();
      level.open.load(reader);
      level.closed.load(reader);
    }
  }
}
