import type { Row } from '../api.ts';

/** Something that takes events of a stream: a query, or an output. */
export interface Receiver {
  /** A chunk of one event. */
  one(timestamp: number, row: Row): void;
  /** A chunk of several events, never empty. The arrays are not changed by either side. */
  many(timestamps: readonly number[], rows: readonly Row[]): void;
}
