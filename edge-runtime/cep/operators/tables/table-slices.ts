import type { Row } from '../../api.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Place, PlaceOrder } from './place-order.ts';
import { readChangedRows, readChangesHead } from './table-changes.ts';
import type { TableNumbers } from './table-numbers.ts';

/** Which rows of a table are yet to be written in slices: those that there were in the beginning, in their order. */
export class TableSlices {
  private readonly places: PlaceOrder;
  private readonly numbers: TableNumbers;
  /** Rows that came since have numbers from this one on. */
  private readonly end: number;
  private next: Place | undefined;

  constructor(places: PlaceOrder, numbers: TableNumbers) {
    this.places = places;
    this.numbers = numbers;
    this.end = numbers.next;
    this.next = places.oldest;
  }

  /** The row at a place is about to leave. */
  removed(place: Place): void {
    if (place === this.next) this.next = this.places.following(place);
  }

  /** Writes rows with their numbers; true when all are written. */
  save(writer: BinaryWriter, bytesMax: number, rowAt: (place: Place) => Row): boolean {
    for (let some = false; this.next !== undefined && this.numbers.of(this.next) < this.end && (!some || writer.size < bytesMax); some = true) {
      writer.count(1);
      writer.count(this.numbers.of(this.next));
      writer.value(rowAt(this.next));
      this.next = this.places.following(this.next);
    }
    writer.count(0);
    return this.next === undefined || this.numbers.of(this.next) >= this.end;
  }
}

/** The rows that slices of a table and changes since lead to, in their order, by their numbers. */
export function readTable(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): { rows: [number, Row][]; next: number; refused: number } {
  const rows = new Map<number, Row>();
  for (const reader of slices) {
    while (reader.count() === 1) {
      const [number, row] = [reader.count(), reader.value()];
      if (Array.isArray(row)) rows.set(number, row);
    }
  }
  let [next, refused] = [0, 0];
  const set = (number: number, row: Row): void => void rows.set(number, row);
  // Whatever a slice has of a row, the last change of it says so again.
  for (const reader of changes) {
    const head = readChangesHead(reader);
    ({ next, refused } = head);
    for (const number of head.gone) rows.delete(number);
    readChangedRows(reader, set);
    readChangedRows(reader, set);
  }
  return { rows: [...rows].sort(([left], [right]) => left - right), next, refused };
}
