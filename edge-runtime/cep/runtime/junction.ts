import { eachAlone, type Receiver } from './receiver.ts';
import type { Row } from '../api.ts';
import type { StreamBatch } from '../engine-api.ts';
import type { ConstantKey } from '../plan/conjuncts.ts';
import { KeyedDispatch } from './keyed-dispatch.ts';

/** Takes events and does nothing. */
export const NOWHERE: Receiver = {
  one: () => undefined,
  many: () => undefined,
  apart: () => NOWHERE,
};

/** Collects what a stream brought while a batch runs, so that its listeners hear it once. */
export interface BatchBook {
  /** Set while `sendBatch` runs. */
  collecting: boolean;
  dirty: Junction[];
}

/** A stream at run time: hands each chunk to its queries in the order of the text, then to its listeners. */
export class Junction implements Receiver {
  readonly name: string;
  private readonly book: BatchBook;
  private receivers: Receiver[] = [];
  private only: Receiver | undefined;
  private batchListeners: ((batch: StreamBatch) => void)[] = [];
  private eventListeners: ((timestamp: number, row: Row) => void)[] = [];
  private collected: StreamBatch | undefined;

  constructor(name: string, book: BatchBook) {
    this.name = name;
    this.book = book;
  }

  /** Whether nobody takes its events. */
  get idle(): boolean {
    return this.receivers.length + this.batchListeners.length + this.eventListeners.length === 0;
  }

  /** The returned function ends it. */
  subscribe(receiver: Receiver): () => void {
    this.receivers.push(receiver);
    this.refresh();
    return () => this.drop(receiver);
  }

  /** Subscribes a query that only takes events with certain values in one place; neighbours of that kind share an index. The returned function ends it. */
  subscribeKeyed(key: ConstantKey, receiver: Receiver): () => void {
    const last = this.receivers.at(-1);
    const dispatch = last instanceof KeyedDispatch && last.index === key.index ? last : new KeyedDispatch(key.index);
    if (dispatch !== last) this.receivers.push(dispatch);
    for (const value of key.values) dispatch.add(value, receiver, key.bound);
    this.refresh();
    return () => {
      for (const value of key.values) dispatch.remove(value, receiver);
      if (dispatch.empty) this.drop(dispatch);
    };
  }

  onBatch(listener: (batch: StreamBatch) => void): () => void {
    this.batchListeners = [...this.batchListeners, listener];
    this.refresh();
    return () => {
      this.batchListeners = this.batchListeners.filter((one) => one !== listener);
      this.refresh();
    };
  }

  onEvent(listener: (timestamp: number, row: Row) => void): () => void {
    this.eventListeners = [...this.eventListeners, listener];
    this.refresh();
    return () => {
      this.eventListeners = this.eventListeners.filter((one) => one !== listener);
      this.refresh();
    };
  }

  one(timestamp: number, row: Row): void {
    const { only } = this;
    if (only !== undefined) {
      only.one(timestamp, row);
      return;
    }
    for (const receiver of this.receivers) receiver.one(timestamp, row);
    for (const listener of this.eventListeners) listener(timestamp, row);
    if (this.batchListeners.length === 0) return;
    if (this.book.collecting) {
      const batch = this.collect();
      batch.timestamps.push(timestamp);
      batch.rows.push(row);
    } else this.tell({ stream: this.name, timestamps: [timestamp], rows: [row] });
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    if (this.only !== undefined) {
      this.only.many(timestamps, rows, from, to);
      return;
    }
    for (const receiver of this.receivers) receiver.many(timestamps, rows, from, to);
    for (const listener of this.eventListeners) {
      for (let index = from; index < to; index++) listener(timestamps[index] ?? 0, rows[index] ?? []);
    }
    if (this.batchListeners.length === 0) return;
    if (this.book.collecting) {
      const batch = this.collect();
      for (let index = from; index < to; index++) {
        batch.timestamps.push(timestamps[index] ?? 0);
        batch.rows.push(rows[index] ?? []);
      }
    } else this.tell({ stream: this.name, timestamps: timestamps.slice(from, to), rows: rows.slice(from, to) });
  }

  apart(ahead: number): Receiver | undefined {
    return this.only?.apart?.(ahead);
  }

  /** Tells the listeners what came since the batch began. */
  flush(): void {
    const batch = this.collected;
    this.collected = undefined;
    if (batch !== undefined) this.tell(batch);
  }

  /** Into another list: an event may be on its way through this one. */
  private drop(receiver: Receiver): void {
    this.receivers = this.receivers.filter((one) => one !== receiver);
    this.refresh();
  }

  private collect(): StreamBatch {
    if (this.collected === undefined) {
      this.collected = { stream: this.name, timestamps: [], rows: [] };
      this.book.dirty.push(this);
    }
    return this.collected;
  }

  private tell(batch: StreamBatch): void {
    for (const listener of this.batchListeners) listener(batch);
  }

  /** Most streams have one taker, and an event then goes to it without a look at the others. */
  private refresh(): void {
    const [first] = this.receivers;
    const [listener] = this.eventListeners;
    this.only = undefined;
    if (this.batchListeners.length > 0 || this.receivers.length + this.eventListeners.length !== 1) return;
    if (first !== undefined) this.only = first;
    else if (listener !== undefined) this.only = eachAlone(listener);
  }
}
