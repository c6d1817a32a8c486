import type { Row } from '../api.ts';
import type { Bound } from '../held-api.ts';
import type { Stateful } from '../operators/stage.ts';
import type { EventTimePlan } from '../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';

/** Events that wait for their time; beyond it the oldest go on, and time with them. */
const HELD_MAX = 100_000;

interface Held {
  time: number;
  /** The order of arrival, which decides between events of one time. */
  order: number;
  stream: string;
  row: Row;
}

interface Source {
  plan: EventTimePlan;
  newest: number;
  /** When its last event arrived, by the clock of the host. */
  arrivedAt: number;
  idle: boolean;
  late: number;
}

/** What the gate in front of an app needs of it. */
export interface Behind {
  readonly now: number;
  moveTo(time: number): void;
  deliver(stream: string, timestamp: number, row: Row): void;
  fail(stream: string, timestamp: number, row: Row, reason: string): void;
}

/**
 * Event time: holds events back until none that is not late can come before them, and moves the app's clock by them and not
 * by their arrival. The watermark is the least of the streams' newest times less what they allow; it never goes back. An idle
 * stream holds nothing back, and when all are idle, everything goes on.
 */
export class EventTime implements Stateful {
  private sources: ReadonlyMap<string, Source>;
  private readonly behind: Behind;
  /** A binary heap by time and arrival. */
  private heap: Held[] = [];
  private watermark = Number.NEGATIVE_INFINITY;
  private wall = Number.NEGATIVE_INFINITY;
  private order = 0;
  private forced = 0;

  constructor(plans: readonly EventTimePlan[], behind: Behind) {
    this.sources = new Map(plans.map((plan) => [plan.stream, sourceOf(plan)]));
    this.behind = behind;
  }

  /** Goes on with other streams. What waits of one that is gone goes with it; one that is as it was goes on, and others begin idle. */
  change(plans: readonly EventTimePlan[]): void {
    const former = this.sources;
    const same = (plan: EventTimePlan): Source | undefined => {
      const known = former.get(plan.stream);
      return known !== undefined && JSON.stringify(known.plan) === JSON.stringify(plan) ? known : undefined;
    };
    this.sources = new Map(plans.map((plan) => [plan.stream, same(plan) ?? sourceOf(plan)]));
    const gone = [...former].filter(([stream, source]) => this.sources.get(stream) !== source);
    if (gone.length === 0) return;
    // Nothing waits for a stream that is gone.
    const waiting = this.heap.filter(({ stream }) => this.sources.get(stream) === former.get(stream));
    this.heap = [];
    for (const one of waiting) this.push(one);
    this.release(this.possible());
  }

  send(stream: string, arrival: number, row: Row): void {
    this.wall = Math.max(this.wall, arrival);
    const source = this.sources.get(stream);
    if (source === undefined) {
      // It has no time of its own, so it happens now, whenever that is.
      this.behind.deliver(stream, Number.isFinite(this.watermark) ? this.behind.now : arrival, row);
      return;
    }
    const { plan } = source;
    const given = row[plan.column];
    const time = typeof given === 'bigint' ? Number(given) : given;
    if (typeof time !== 'number' || !Number.isFinite(time)) {
      this.behind.fail(stream, arrival, row, `It has no event time: '${plan.attribute}' is ${given === undefined ? 'missing' : String(given)}.`);
      return;
    }
    source.arrivedAt = this.wall;
    source.idle = false;
    if (time < this.watermark) {
      if (plan.late === undefined) source.late++;
      else this.behind.deliver(plan.late, time, row);
      return;
    }
    source.newest = Math.max(source.newest, time);
    this.push({ time, order: this.order++, stream, row });
    if (this.heap.length > HELD_MAX) {
      this.forced++;
      this.release(this.heap[0]?.time ?? time);
    }
    this.release(this.possible());
  }

  /** The host's clock goes on without an event. */
  advance(wall: number): void {
    this.wall = Math.max(this.wall, wall);
    for (const source of this.sources.values()) if (this.wall - source.arrivedAt >= source.plan.idleMs) source.idle = true;
    this.release(this.possible());
  }

  /** When the host's clock has to be moved for something to go on; undefined when only events can make it. */
  nextTimer(): number | undefined {
    let next: number | undefined;
    for (const { newest, arrivedAt, idle, plan } of this.sources.values()) {
      if (idle || (this.heap.length === 0 && newest <= this.watermark)) continue;
      next = Math.min(next ?? Number.POSITIVE_INFINITY, arrivedAt + plan.idleMs);
    }
    return next;
  }

  bounds(): Bound[] {
    const late = [...this.sources.values()].filter(({ plan }) => plan.late === undefined).map(({ plan, late: dropped }) => ({ what: `late events of ${plan.stream}`, held: 0, max: 0, dropped }));
    return [...late, { what: 'events waiting for their time', held: this.heap.length, max: HELD_MAX, dropped: this.forced }];
  }

  /** How far time may go: as far as the slowest stream that is not idle, or as far as any has been when all are. */
  private possible(): number {
    let [slowest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const source of this.sources.values()) {
      newest = Math.max(newest, source.newest);
      if (!source.idle) slowest = Math.min(slowest, source.newest - source.plan.latenessMs);
    }
    return slowest === Number.POSITIVE_INFINITY ? newest : slowest;
  }

  private release(until: number): void {
    if (until <= this.watermark) return;
    this.watermark = until;
    for (let first = this.heap[0]; first !== undefined && first.time <= this.watermark; first = this.heap[0]) {
      this.shift();
      this.behind.moveTo(first.time);
      this.behind.deliver(first.stream, first.time, first.row);
    }
    this.behind.moveTo(this.watermark);
  }

  private push(held: Held): void {
    const { heap } = this;
    let at = heap.push(held) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above];
      if (other === undefined || !isBefore(held, other)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = held;
  }

  private shift(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[at * 2 + 1], heap[at * 2 + 2]];
      const least = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (least === undefined || !isBefore(least, last)) break;
      heap[at] = least;
      at = at * 2 + (least === right ? 2 : 1);
    }
    heap[at] = last;
  }

  save(writer: BinaryWriter): void {
    for (const number of [this.watermark, this.wall, this.order, this.forced]) writer.double(number);
    for (const { newest, arrivedAt, idle, late } of this.sources.values()) for (const number of [newest, arrivedAt, idle ? 1 : 0, late]) writer.double(number);
    writer.list(this.heap.toSorted((left, right) => (isBefore(left, right) ? -1 : 1)).flatMap(({ time, order, stream, row }) => [time, order, stream, row]));
  }

  load(reader: BinaryReader): void {
    [this.watermark, this.wall, this.order, this.forced] = [reader.double(), reader.double(), reader.double(), reader.double()];
    for (const source of this.sources.values()) {
      [source.newest, source.arrivedAt] = [reader.double(), reader.double()];
      source.idle = reader.double() === 1;
      source.late = reader.double();
    }
    const flat = reader.list();
    this.heap = [];
    for (let index = 0; index + 3 < flat.length; index += 4) {
      const row = flat[index + 3];
      this.push({ time: Number(flat[index]), order: Number(flat[index + 1]), stream: String(flat[index + 2]), row: Array.isArray(row) ? row : [] });
    }
  }
}

function sourceOf(plan: EventTimePlan): Source {
  return { plan, newest: Number.NEGATIVE_INFINITY, arrivedAt: Number.NEGATIVE_INFINITY, idle: true, late: 0 };
}

function isBefore(left: Held, right: Held): boolean {
  return left.time < right.time || (left.time === right.time && left.order < right.order);
}
