import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Long } from '../../runtime/java-number.ts';
import type { Aggregator } from './aggregator.ts';

/** `min` (side -1) and `max` (side 1): the front of a queue that holds only values that can still come to matter. */
export class Extreme implements Aggregator {
  private readonly side: number;
  private readonly queue: Long[] | undefined;
  private best: Long | null = null;
  private head = 0;

  constructor(side: -1 | 1, tracksLeaving: boolean) {
    this.side = side;
    this.queue = tracksLeaving ? [] : undefined;
  }

  add(value: Long | null): Long | null {
    if (value == null) return this.best;
    const { queue } = this;
    if (queue !== undefined) {
      for (let last = queue[queue.length - 1]; queue.length > this.head && last !== undefined && this.beats(value, last); last = queue[queue.length - 1]) queue.pop();
      queue.push(value);
    }
    if (this.best === null || this.beats(value, this.best)) this.best = value;
    return this.best;
  }

  remove(value: Long | null): Long | null {
    if (value == null) return this.best;
    const { queue } = this;
    if (queue === undefined) {
      if (this.best === value) this.best = null;
      return this.best;
    }
    if (queue[this.head] === value) this.head++;
    else {
      const found = queue.indexOf(value, this.head);
      if (found >= 0) queue.splice(found, 1);
    }
    if (this.head > 32 && this.head * 2 > queue.length) {
      queue.splice(0, this.head);
      this.head = 0;
    }
    this.best = queue[this.head] ?? null;
    return this.best;
  }

  private beats(value: Long, other: Long): boolean {
    return this.side < 0 ? value < other : value > other;
  }

  reset(): void {
    if (this.queue !== undefined) this.queue.length = 0;
    this.head = 0;
    this.best = null;
  }
  get empty(): boolean {
    return this.best === null && (this.queue === undefined || this.queue.length === this.head);
  }
  save(writer: BinaryWriter): void {
    writer.value(this.best);
    writer.list(this.queue?.slice(this.head) ?? []);
  }
  load(reader: BinaryReader): void {
    this.best = longOrNull(reader.value());
    const values = reader.list();
    this.head = 0;
    if (this.queue === undefined) return;
    this.queue.length = 0;
    for (const one of values) this.queue.push(typeof one === 'bigint' ? one : Number(one));
  }
}

function longOrNull(value: unknown): Long | null {
  return value === null ? null : typeof value === 'bigint' ? value : Number(value);
}

/** The extreme of all events ever seen; a leaving event counts like an arriving one, as in Siddhi. */
export class ExtremeForever implements Aggregator {
  private readonly side: number;
  private best: Long | null = null;

  constructor(side: -1 | 1) {
    this.side = side;
  }
  add(value: Long | null): Long | null {
    if (value != null && (this.best === null || (this.side < 0 ? value < this.best : value > this.best))) this.best = value;
    return this.best;
  }
  remove(value: Long | null): Long | null {
    return this.add(value);
  }
  /** "Forever" ends where a batch does: Siddhi drops all of its aggregators' state there. */
  reset(): void {
    this.best = null;
  }
  get empty(): boolean {
    return this.best === null;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.best);
  }
  load(reader: BinaryReader): void {
    this.best = longOrNull(reader.value());
  }
}
