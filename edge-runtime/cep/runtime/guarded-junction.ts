import type { Row } from '../api.ts';
import { reasonOf } from './faults.ts';
import { type BatchBook, Junction } from './junction.ts';

/**
 * A stream with a fault stream: what fails while its takers run, and was not caught by a stream in between, goes on there with
 * the reason behind it. A chunk of several events fails as a whole, since it is worked on as a whole.
 */
export class GuardedJunction extends Junction {
  private readonly faults: Junction;

  constructor(name: string, book: BatchBook, faults: Junction) {
    super(name, book);
    this.faults = faults;
  }

  override one(timestamp: number, row: Row): void {
    try {
      super.one(timestamp, row);
    } catch (failure) {
      this.faults.one(timestamp, [...row, reasonOf(failure)]);
    }
  }

  override apart(): undefined {
    return undefined;
  }

  override many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    try {
      super.many(timestamps, rows, from, to);
    } catch (failure) {
      this.faults.many(timestamps.slice(from, to), rows.slice(from, to).map((row) => [...row, reasonOf(failure)]), 0, to - from);
    }
  }
}

/** A junction for each stream, window and trigger of an app, by name. */
export function makeJunctions(streams: readonly { readonly name: string; readonly kind: string }[], book: BatchBook): Map<string, Junction> {
  const carrying = streams.filter(({ kind }) => kind !== 'table' && kind !== 'aggregation');
  const faults = new Map(carrying.filter(({ name }) => name.startsWith('!')).map(({ name }) => [name, new Junction(name, book)] as const));
  return new Map(
    carrying.map(({ name }) => {
      const fault = faults.get(`!${name}`);
      return [name, faults.get(name) ?? (fault === undefined ? new Junction(name, book) : new GuardedJunction(name, book, fault))] as const;
    }),
  );
}
