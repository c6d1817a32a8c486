import type { Row } from '../api.ts';

/** One row's place in a table; the row in it is replaced, never changed, since others may still look at it. */
export interface TableEntry {
  row: Row;
  /** Tells it from all others, ascending in the order of coming. */
  number: number;
}
