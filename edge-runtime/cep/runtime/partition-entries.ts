import type { Row } from '../api.ts';
import { handOn, LOOKED_AHEAD, type Receiver } from './receiver.ts';
import type { KeyOf, KeyReader } from './partition-keys.ts';

/** One after the other to all that listen. */
export class FanOut implements Receiver {
  private readonly receivers: Receiver[] = [];

  add(receiver: Receiver): void {
    this.receivers.push(receiver);
  }

  /** The only listener itself, where there is one. */
  simplest(): Receiver {
    const [only] = this.receivers;
    return this.receivers.length === 1 && only !== undefined ? only : this;
  }

  one(timestamp: number, row: Row): void {
    for (const receiver of this.receivers) receiver.one(timestamp, row);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    for (const receiver of this.receivers) receiver.many(timestamps, rows, from, to);
  }

  apart(ahead: number): Receiver | undefined {
    const [only] = this.receivers;
    return this.receivers.length === 1 ? only?.apart?.(ahead) : undefined;
  }
}

/** Events of a partitioned stream on their way to the copies of their keys. */
export class KeyedEntry implements Receiver {
  private readonly reader: KeyReader;
  private readonly find: (key: unknown) => Receiver;

  /** `find` gives the way in for a key. */
  constructor(reader: KeyReader, find: (key: unknown) => Receiver) {
    this.reader = reader;
    this.find = find;
  }

  one(timestamp: number, row: Row): void {
    const { reader } = this;
    if (reader.kind === 'value') {
      const key = reader.keyOf(timestamp, row);
      if (key !== null && key !== undefined) this.find(key).one(timestamp, row);
    } else for (const key of reader.keysOf(timestamp, row)) this.find(key).one(timestamp, row);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    inRuns(this.reader, timestamps, rows, from, to, this.find);
  }
}

/** The same where all keys share one copy, since nothing is remembered. */
export class SharedEntry implements Receiver {
  private readonly reader: KeyReader;
  private readonly way: Receiver;

  constructor(reader: KeyReader, way: Receiver) {
    this.reader = reader;
    this.way = way;
  }

  one(timestamp: number, row: Row): void {
    const { reader } = this;
    if (reader.kind === 'value') {
      const key = reader.keyOf(timestamp, row);
      if (key !== null && key !== undefined) this.way.one(timestamp, row);
    } else for (let left = reader.keysOf(timestamp, row).length; left > 0; left--) this.way.one(timestamp, row);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    const { reader, way } = this;
    if (reader.kind === 'value' && reader.alone && way.apart?.(LOOKED_AHEAD) !== undefined) this.withKeys(reader.keyOf, timestamps, rows, from, to);
    else inRuns(reader, timestamps, rows, from, to, () => way);
  }

  /** Where nobody sees how a chunk is cut, it is cut only at events without a key. */
  private withKeys(keyOf: KeyOf, timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    let begun = from;
    for (let index = from; index < to; index++) {
      if (keyOf(timestamps[index] ?? 0, rows[index] ?? []) != null) continue;
      handOn(this.way, timestamps, rows, begun, index);
      begun = index + 1;
    }
    handOn(this.way, timestamps, rows, begun, to);
  }
}

/** Events of a stream that has no key in the partition: every key that lives gets them. */
export class EveryKeyEntry<T> implements Receiver {
  private readonly living: () => readonly T[];
  private readonly enter: (one: T) => Receiver;

  /** `enter` puts a key's memory in and gives the way in. */
  constructor(living: () => readonly T[], enter: (one: T) => Receiver) {
    this.living = living;
    this.enter = enter;
  }

  one(timestamp: number, row: Row): void {
    for (const one of this.living()) this.enter(one).one(timestamp, row);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    for (const one of this.living()) this.enter(one).many(timestamps, rows, from, to);
  }
}

type WayOf = (key: unknown) => Receiver;

/** Cuts a chunk where the key changes, as Siddhi does; events without a key are left out and cut nothing. */
function inRuns(reader: KeyReader, timestamps: readonly number[], rows: readonly Row[], from: number, to: number, wayOf: WayOf): void {
  if (reader.kind === 'ranges') {
    gathered(reader.keysOf, timestamps, rows, from, to, wayOf);
    return;
  }
  const { keyOf } = reader;
  let current: unknown = null;
  let begun = from;
  for (let index = from; index < to; index++) {
    const key = keyOf(timestamps[index] ?? 0, rows[index] ?? []) ?? null;
    if (key === current) continue;
    if (key === null) {
      gathered((timestamp, row) => [keyOf(timestamp, row)].filter((one) => one != null), timestamps, rows, begun, to, wayOf);
      return;
    }
    if (current !== null) handOn(wayOf(current), timestamps, rows, begun, index);
    [current, begun] = [key, index];
  }
  if (current !== null) handOn(wayOf(current), timestamps, rows, begun, to);
}

/** The same where an event may be there several times or not at all. */
function gathered(keysOf: (timestamp: number, row: Row) => readonly unknown[], timestamps: readonly number[], rows: readonly Row[], from: number, to: number, wayOf: WayOf): void {
  const [keys, times, events]: [unknown[], number[], Row[]] = [[], [], []];
  for (let index = from; index < to; index++) {
    const [timestamp, row] = [timestamps[index] ?? 0, rows[index] ?? []];
    for (const key of keysOf(timestamp, row)) {
      keys.push(key);
      times.push(timestamp);
      events.push(row);
    }
  }
  for (let begun = 0, next = 0; begun < keys.length; begun = next) {
    for (next = begun + 1; next < keys.length && keys[next] === keys[begun]; ) next++;
    handOn(wayOf(keys[begun]), times, events, begun, next);
  }
}
