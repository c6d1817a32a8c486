import type { Row } from '../../api.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Place } from './place-order.ts';

/** So many are followed in any table; in a large one half as many as it has rows. */
const FOLLOWED_MIN = 10_000;

/** What has changed in a table since it was last written: never more than it had rows then and has now, should nobody ever ask. */
export class TableChanges {
  /** Rows with numbers from this one on came since. */
  private readonly from: number;
  private readonly numberOf: (place: Place) => number;
  private readonly changed = new Set<Place>();
  private readonly came = new Set<Place>();
  private readonly gone: number[] = [];

  constructor(from: number, numberOf: (place: Place) => number) {
    this.from = from;
    this.numberOf = numberOf;
  }

  /** It came, or has other values. */
  touched(place: Place): void {
    if (this.numberOf(place) < this.from) this.changed.add(place);
    else this.came.add(place);
  }

  removed(place: Place): void {
    if (this.changed.delete(place) || !this.came.delete(place)) this.gone.push(this.numberOf(place));
  }

  /** Writing it whole costs less. */
  isTooMany(rows: number): boolean {
    return this.changed.size + this.came.size + this.gone.length > Math.max(FOLLOWED_MIN, rows / 2);
  }

  /** After what the table itself says: the numbers of what left, then numbers and rows of what is another, then of what came, in its order. */
  save(writer: BinaryWriter, table: { refused: number; next: number }, saveRow: (place: Place) => void): void {
    writer.value(table.refused);
    writer.count(table.next);
    writer.count(this.gone.length);
    for (const number of this.gone) writer.count(number);
    for (const list of [this.changed, this.came]) {
      writer.count(list.size);
      for (const place of list) {
        writer.count(this.numberOf(place));
        saveRow(place);
      }
    }
  }
}

/** What changes begin with: how many rows were not taken, ever; the number of the next row that comes; and the numbers of what left. */
export function readChangesHead(reader: BinaryReader): { refused: number; next: number; gone: number[] } {
  return { refused: Number(reader.value()), next: reader.count(), gone: Array.from({ length: reader.count() }, () => reader.count()) };
}

/** Reads the rows of changes of one kind, each with its number. */
export function readChangedRows(reader: BinaryReader, take: (number: number, row: Row) => void): void {
  for (let left = reader.count(); left > 0; left--) {
    const [number, row] = [reader.count(), reader.value()];
    if (Array.isArray(row)) take(number, row);
  }
}
