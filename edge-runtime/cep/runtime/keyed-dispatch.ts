import type { Row } from '../api.ts';
import type { ConstantBound } from '../plan/conjuncts.ts';
import type { Receiver } from './receiver.ts';

/** Values up to here are looked up in an array instead of a map. */
const DENSE_MAX = 65_536;

/** A query under a value, and the one after it in the text under the same value. */
class Entry {
  readonly receiver: Receiver;
  readonly order: number;
  /** An attribute that has to be at least, or at most, `limit`; -1 when the query asks for no such thing. */
  readonly index: number;
  readonly sign: 1 | -1;
  readonly limit: number;
  next: Entry | undefined = undefined;

  constructor(receiver: Receiver, order: number, bound: ConstantBound | undefined) {
    this.receiver = receiver;
    this.order = order;
    this.index = bound?.index ?? -1;
    this.sign = bound?.sign ?? 1;
    this.limit = bound?.limit ?? 0;
  }

  /** Whether the query's filter can still hold for an event. What is missing is within no bound. */
  mayTake(row: Row): boolean {
    if (this.index < 0) return true;
    const value = row[this.index];
    if (typeof value !== 'number') return value != null;
    return this.sign === 1 ? value >= this.limit : value <= this.limit;
  }
}

/** An event of a chunk, and a query that may take it. */
interface Hit {
  entry: Entry;
  timestamp: number;
  row: Row;
}

/**
 * Finds the queries that an event concerns by one of its values, however many there are. A bound of the filter stands
 * beside the query, so that most events end here without touching anything else of it.
 */
export class KeyedDispatch implements Receiver {
  readonly index: number;
  private readonly byValue = new Map<unknown, Entry>();
  private readonly dense: (Entry | undefined)[] = [];
  /**
   * The easiest bound under each dense value, side by side; infinity where there is no query. Only while all queries with a
   * bound have it on one attribute and in one direction, which rules made from one form have.
   */
  private readonly easiest: number[] = [];
  private shared: { index: number; sign: 1 | -1 } | 'none yet' | 'mixed' = 'none yet';
  /** Queries ever added, the last of them, and the entries that are there. */
  private count = 0;
  private last: Receiver | undefined;
  private entries = 0;

  constructor(index: number) {
    this.index = index;
  }

  /** A query may be added under several values, one after the other. */
  add(value: unknown, receiver: Receiver, bound: ConstantBound | undefined): void {
    if (receiver !== this.last) this.count++;
    this.last = receiver;
    const entry = new Entry(receiver, this.count, bound);
    this.entries++;
    this.note(value, bound);
    let last = this.find(value);
    if (last === undefined) this.put(value, entry);
    else {
      while (last.next !== undefined) last = last.next;
      last.next = entry;
    }
  }

  get empty(): boolean {
    return this.entries === 0;
  }

  /** Takes a query away under one value. What is said of the others' bounds stays true. */
  remove(value: unknown, receiver: Receiver): void {
    let first = this.find(value);
    for (; first?.receiver === receiver; this.entries--) first = first.next;
    for (let entry = first; entry !== undefined; entry = entry.next) for (; entry.next?.receiver === receiver; this.entries--) entry.next = entry.next.next;
    if (first === undefined) this.byValue.delete(value);
    if (!isDense(value)) {
      if (first !== undefined) this.byValue.set(value, first);
      return;
    }
    this.dense[value] = first;
    let least = Number.POSITIVE_INFINITY;
    for (let entry = first; entry !== undefined; entry = entry.next) least = Math.min(least, entry.index < 0 ? Number.NEGATIVE_INFINITY : entry.sign * entry.limit);
    this.easiest[value] = least;
  }

  private note(value: unknown, bound: ConstantBound | undefined): void {
    if (bound !== undefined && this.shared === 'none yet') this.shared = { index: bound.index, sign: bound.sign };
    else if (bound !== undefined && this.shared !== 'mixed' && (this.shared === 'none yet' || this.shared.index !== bound.index || this.shared.sign !== bound.sign)) this.shared = 'mixed';
    if (!isDense(value)) return;
    while (this.easiest.length <= value) this.easiest.push(Number.POSITIVE_INFINITY);
    const least = bound === undefined ? Number.NEGATIVE_INFINITY : bound.sign * bound.limit;
    this.easiest[value] = Math.min(least, this.easiest[value] ?? least);
  }

  /** Whether no query under a value can take the event, as far as the bounds side by side tell. */
  private isBeyondAll(value: unknown, row: Row): boolean {
    const { shared } = this;
    if (typeof shared === 'string' || !isDense(value)) return false;
    const bounded = row[shared.index];
    return typeof bounded === 'number' && !(shared.sign * bounded >= (this.easiest[value] ?? Number.POSITIVE_INFINITY));
  }

  private put(value: unknown, entry: Entry): void {
    if (!isDense(value)) {
      this.byValue.set(value, entry);
      return;
    }
    while (this.dense.length <= value) this.dense.push(undefined);
    this.dense[value] = entry;
  }

  private find(value: unknown): Entry | undefined {
    return isDense(value) ? this.dense[value] : this.byValue.get(value);
  }

  one(timestamp: number, row: Row): void {
    const value = row[this.index];
    if (this.isBeyondAll(value, row)) return;
    for (let entry = this.find(value); entry !== undefined; entry = entry.next) {
      if (entry.mayTake(row)) entry.receiver.one(timestamp, row);
    }
  }

  /** Each query gets its own part of the chunk, in the order of the text. */
  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    const hits: Hit[] = [];
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? [];
      const value = row[this.index];
      if (this.isBeyondAll(value, row)) continue;
      for (let entry = this.find(value); entry !== undefined; entry = entry.next) if (entry.mayTake(row)) hits.push({ entry, timestamp: timestamps[at] ?? 0, row });
    }
    if (hits.length > 1) hits.sort((left, right) => left.entry.order - right.entry.order);
    for (let first = 0, next = 0; first < hits.length; first = next) {
      const hit = hits[first];
      if (hit === undefined) return;
      const { receiver } = hit.entry;
      for (next = first + 1; hits[next]?.entry.receiver === receiver; ) next++;
      if (next === first + 1) receiver.one(hit.timestamp, hit.row);
      else {
        const part = hits.slice(first, next);
        receiver.many(part.map((one) => one.timestamp), part.map((one) => one.row), 0, part.length);
      }
    }
  }
}

function isDense(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < DENSE_MAX && Number.isInteger(value);
}
