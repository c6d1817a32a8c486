import type { Row } from '../api.ts';

/** Numbers side by side, or anything at all. */
export type Column = Float64Array | unknown[];

/**
 * Rows as columns: a large window's rows take a third of the memory, and what a window holds for long is no longer many
 * small objects that the garbage collector has to move. A row taken out again is a new one with the same values.
 */
export class RowColumns {
  /** The list stays; a column in it gives way to a longer or a looser one. */
  readonly columns: Column[];
  private capacity: number;

  constructor(width: number, capacity: number) {
    this.capacity = capacity;
    this.columns = Array.from({ length: width }, () => new Float64Array(capacity));
  }

  set(at: number, row: Row): void {
    const { columns } = this;
    for (let index = 0; index < columns.length; index++) this.setOne(at, index, row[index]);
  }

  get(at: number): Row {
    const { columns } = this;
    const row: unknown[] = [];
    for (let index = 0; index < columns.length; index++) row.push(columns[index]?.[at]);
    return row;
  }

  setOne(at: number, index: number, value: unknown): void {
    const column = this.columns[index];
    if (column instanceof Float64Array && typeof value === 'number') column[at] = value;
    else if (Array.isArray(column)) column[at] = value;
    else this.loosen(index)[at] = value;
  }

  /** Lets go of what a row held. */
  forget(at: number): void {
    for (const column of this.columns) if (Array.isArray(column)) column[at] = null;
  }

  /** One more column, with a zero in each row. */
  widen(): void {
    this.columns.push(new Float64Array(this.capacity));
  }

  /** There are so many places from now on, and nothing in them. */
  clear(capacity: number): void {
    this.capacity = capacity;
    for (let index = 0; index < this.columns.length; index++) this.columns[index] = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.capacity = capacity;
    this.columns.forEach((column, index) => {
      if (Array.isArray(column)) fill(column, capacity);
      else {
        const longer = new Float64Array(capacity);
        longer.set(column);
        this.columns[index] = longer;
      }
    });
  }

  /** A column in which something that is no number has come. */
  private loosen(index: number): unknown[] {
    const loose: unknown[] = Array.from(this.columns[index] ?? []);
    fill(loose, this.capacity);
    this.columns[index] = loose;
    return loose;
  }
}

function fill(column: unknown[], capacity: number): void {
  while (column.length < capacity) column.push(null);
}
