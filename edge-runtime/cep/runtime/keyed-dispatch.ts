import type { Row } from '../api.ts';
import type { Receiver } from './junction.ts';

/** Finds the queries that an event concerns by one of its values, however many there are. */
export class KeyedDispatch implements Receiver {
  readonly index: number;
  /** Most values are asked for by one query, which then stands here itself: one thing less to fetch for an event. */
  private readonly byValue = new Map<unknown, Receiver | Ordered>();
  private readonly orders = new Map<Receiver, number>();

  constructor(index: number) {
    this.index = index;
  }

  /** A query may be added under several values. */
  add(value: unknown, receiver: Receiver): void {
    if (!this.orders.has(receiver)) this.orders.set(receiver, this.orders.size);
    const known = this.byValue.get(value);
    if (known === undefined) this.byValue.set(value, receiver);
    else if (known instanceof Ordered) known.list.push(receiver);
    else this.byValue.set(value, new Ordered([known, receiver]));
  }

  one(timestamp: number, row: Row): void {
    const found = this.byValue.get(row[this.index]);
    if (found !== undefined) found.one(timestamp, row);
  }

  /** Each query gets its own part of the chunk, in the order of the text. */
  many(timestamps: readonly number[], rows: readonly Row[]): void {
    const parts = new Map<Receiver, { order: number; times: number[]; rows: Row[] }>();
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? [];
      const found = this.byValue.get(row[this.index]);
      if (found === undefined) continue;
      for (const receiver of found instanceof Ordered ? found.list : [found]) {
        let part = parts.get(receiver);
        if (part === undefined) parts.set(receiver, (part = { order: this.orders.get(receiver) ?? 0, times: [], rows: [] }));
        part.times.push(timestamps[at] ?? 0);
        part.rows.push(row);
      }
    }
    const inOrder = parts.size > 1 ? [...parts].sort((left, right) => left[1].order - right[1].order) : parts;
    for (const [receiver, part] of inOrder) {
      const [first] = part.rows;
      if (part.rows.length === 1 && first !== undefined) receiver.one(part.times[0] ?? 0, first);
      else receiver.many(part.times, part.rows);
    }
  }
}

/** Several queries under one value, in the order of the text. */
class Ordered {
  readonly list: Receiver[];

  constructor(list: Receiver[]) {
    this.list = list;
  }

  one(timestamp: number, row: Row): void {
    for (const receiver of this.list) receiver.one(timestamp, row);
  }
}
