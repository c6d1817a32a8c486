import type { Row } from '../api.ts';
import type { Receiver } from './receiver.ts';
import type { KeyReader } from './partition-keys.ts';

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

  many(timestamps: readonly number[], rows: readonly Row[]): void {
    for (const receiver of this.receivers) receiver.many(timestamps, rows);
  }
}

/** Something with ways in: a key's copies of the queries. */
interface Ways {
  readonly ways: readonly Receiver[];
}

/** Events of a partitioned stream on their way to the copies of their keys. */
export class KeyedEntry implements Receiver {
  private readonly reader: KeyReader;
  private readonly find: (key: unknown) => Ways;
  private readonly slot: number;

  constructor(reader: KeyReader, find: (key: unknown) => Ways, slot: number) {
    this.reader = reader;
    this.find = find;
    this.slot = slot;
  }

  one(timestamp: number, row: Row): void {
    const { reader } = this;
    if (reader.kind === 'value') {
      const key = reader.keyOf(timestamp, row);
      if (key !== null && key !== undefined) this.find(key).ways[this.slot]?.one(timestamp, row);
    } else for (const key of reader.keysOf(timestamp, row)) this.find(key).ways[this.slot]?.one(timestamp, row);
  }

  many(timestamps: readonly number[], rows: readonly Row[]): void {
    inRuns(this.reader, timestamps, rows, (key) => this.find(key).ways[this.slot]);
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

  many(timestamps: readonly number[], rows: readonly Row[]): void {
    inRuns(this.reader, timestamps, rows, () => this.way);
  }
}

/** Events of a stream that has no key in the partition: every key that lives gets them. */
export class EveryKeyEntry<T extends Ways> implements Receiver {
  private readonly living: () => readonly T[];
  private readonly enter: (one: T) => void;
  private readonly slot: number;

  constructor(living: () => readonly T[], enter: (one: T) => void, slot: number) {
    this.living = living;
    this.enter = enter;
    this.slot = slot;
  }

  one(timestamp: number, row: Row): void {
    for (const one of this.living()) {
      this.enter(one);
      one.ways[this.slot]?.one(timestamp, row);
    }
  }

  many(timestamps: readonly number[], rows: readonly Row[]): void {
    for (const one of this.living()) {
      this.enter(one);
      one.ways[this.slot]?.many(timestamps, rows);
    }
  }
}

/** Cuts a chunk where the key changes, as Siddhi does; events without a key are left out and cut nothing. */
function inRuns(reader: KeyReader, timestamps: readonly number[], rows: readonly Row[], wayOf: (key: unknown) => Receiver | undefined): void {
  let run: { key: unknown; timestamps: number[]; rows: Row[] } | undefined;
  const send = (): void => {
    const [first] = run?.rows ?? [];
    if (run === undefined || first === undefined) return;
    if (run.rows.length === 1) wayOf(run.key)?.one(run.timestamps[0] ?? 0, first);
    else wayOf(run.key)?.many(run.timestamps, run.rows);
  };
  const take = (key: unknown, timestamp: number, row: Row): void => {
    if (run === undefined || run.key !== key) {
      send();
      run = { key, timestamps: [], rows: [] };
    }
    run.timestamps.push(timestamp);
    run.rows.push(row);
  };
  for (let index = 0; index < rows.length; index++) {
    const timestamp = timestamps[index] ?? 0;
    const row = rows[index] ?? [];
    if (reader.kind === 'ranges') for (const key of reader.keysOf(timestamp, row)) take(key, timestamp, row);
    else {
      const key = reader.keyOf(timestamp, row);
      if (key !== null && key !== undefined) take(key, timestamp, row);
    }
  }
  send();
}
