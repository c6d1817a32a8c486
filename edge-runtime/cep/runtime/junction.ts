import type { Row, StreamBatch } from '../api.ts';

/** Something that takes events of a stream: a query, or an output. */
export interface Receiver {
  /** A chunk of one event. */
  one(timestamp: number, row: Row): void;
  /** A chunk of several events, never empty. The arrays are not changed by either side. */
  many(timestamps: readonly number[], rows: readonly Row[]): void;
}

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

  subscribe(receiver: Receiver): void {
    this.receivers.push(receiver);
    this.refresh();
  }

  /** Subscribes a query that only takes events with one value in one place; neighbours of that kind share an index. */
  subscribeKeyed(index: number, value: unknown, receiver: Receiver): void {
    const last = this.receivers.at(-1);
    const dispatch = last instanceof KeyedDispatch && last.index === index ? last : new KeyedDispatch(index);
    if (dispatch !== last) this.receivers.push(dispatch);
    dispatch.add(value, receiver);
    this.refresh();
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

  many(timestamps: readonly number[], rows: readonly Row[]): void {
    for (const receiver of this.receivers) receiver.many(timestamps, rows);
    for (const listener of this.eventListeners) {
      for (let index = 0; index < rows.length; index++) listener(timestamps[index] ?? 0, rows[index] ?? []);
    }
    if (this.batchListeners.length === 0) return;
    if (this.book.collecting) {
      const batch = this.collect();
      for (let index = 0; index < rows.length; index++) {
        batch.timestamps.push(timestamps[index] ?? 0);
        batch.rows.push(rows[index] ?? []);
      }
    } else this.tell({ stream: this.name, timestamps: [...timestamps], rows: [...rows] });
  }

  /** Tells the listeners what came since the batch began. */
  flush(): void {
    const batch = this.collected;
    this.collected = undefined;
    if (batch !== undefined) this.tell(batch);
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

  private refresh(): void {
    const [first] = this.receivers;
    const alone = this.receivers.length === 1 && this.batchListeners.length === 0 && this.eventListeners.length === 0;
    this.only = alone ? first : undefined;
  }
}

/** Finds the queries that an event concerns by one of its values, however many there are. */
class KeyedDispatch implements Receiver {
  readonly index: number;
  private readonly byValue = new Map<unknown, { order: number; receiver: Receiver }[]>();
  private size = 0;

  constructor(index: number) {
    this.index = index;
  }

  add(value: unknown, receiver: Receiver): void {
    const entry = { order: this.size++, receiver };
    const list = this.byValue.get(value);
    if (list === undefined) this.byValue.set(value, [entry]);
    else list.push(entry);
  }

  one(timestamp: number, row: Row): void {
    const list = this.byValue.get(row[this.index]);
    if (list === undefined) return;
    for (const { receiver } of list) receiver.one(timestamp, row);
  }

  /** Each query gets its own part of the chunk, in the order of the text. */
  many(timestamps: readonly number[], rows: readonly Row[]): void {
    const parts = new Map<Receiver, { order: number; times: number[]; rows: Row[] }>();
    rows.forEach((row, at) => {
      for (const { order, receiver } of this.byValue.get(row[this.index]) ?? []) {
        let part = parts.get(receiver);
        if (part === undefined) parts.set(receiver, (part = { order, times: [], rows: [] }));
        part.times.push(timestamps[at] ?? 0);
        part.rows.push(row);
      }
    });
    for (const [receiver, part] of [...parts].sort((left, right) => left[1].order - right[1].order)) {
      const [first] = part.rows;
      if (part.rows.length === 1 && first !== undefined) receiver.one(part.times[0] ?? 0, first);
      else receiver.many(part.times, part.rows);
    }
  }
}
