import type { Row } from '../../api.ts';

/** Numbers side by side, or anything at all. */
type Column = Float64Array | unknown[];

/**
 * Rows as columns: a large window's rows take a third of the memory, and what a window holds for long is no longer many
 * small objects that the garbage collector has to move. A row taken out again is a new one with the same values.
 */
export class RowColumns {
  private readonly columns: Column[];
  private readonly capacity: number;

  constructor(width: number, capacity: number) {
    this.capacity = capacity;
    this.columns = Array.from({ length: width }, () => new Float64Array(capacity));
  }

  set(at: number, row: Row): void {
    const { columns } = this;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index];
      const value = row[index];
      if (column instanceof Float64Array && typeof value === 'number') column[at] = value;
      else if (Array.isArray(column)) column[at] = value;
      else this.loosen(index)[at] = value;
    }
  }

  get(at: number): Row {
    const { columns } = this;
    const row: unknown[] = [];
    for (let index = 0; index < columns.length; index++) row.push(columns[index]?.[at]);
    return row;
  }

  /** A column in which something that is no number has come. */
  private loosen(index: number): unknown[] {
    const loose: unknown[] = Array.from(this.columns[index] ?? []);
    while (loose.length < this.capacity) loose.push(null);
    this.columns[index] = loose;
    return loose;
  }
}
