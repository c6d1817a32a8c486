import type { BinaryWriter } from '../runtime/binary.ts';
import type { TableEntry } from './table-entry.ts';

/** So many are followed in any table; in a large one half as many as it has rows. */
const FOLLOWED_MIN = 10_000;

/** What has changed in a table since it was last written: never more than it had rows then and has now, should nobody ever ask. */
export class TableChanges {
  /** Entries from this number on came since. */
  private readonly from: number;
  private readonly changed = new Set<TableEntry>();
  private readonly gone: number[] = [];

  constructor(from: number) {
    this.from = from;
  }

  /** It came, or has another row. */
  touched(entry: TableEntry): void {
    this.changed.add(entry);
  }

  removed(entry: TableEntry): void {
    this.changed.delete(entry);
    if (entry.number < this.from) this.gone.push(entry.number);
  }

  /** Writing it whole costs less. */
  isTooMany(rows: number): boolean {
    return this.changed.size + this.gone.length > Math.max(FOLLOWED_MIN, rows / 2);
  }

  /** The numbers of what left, then numbers and rows of what is another, then of what came, in its order. */
  save(writer: BinaryWriter): void {
    writer.count(this.gone.length);
    for (const number of this.gone) writer.count(number);
    const replaced = [...this.changed].filter((entry) => entry.number < this.from);
    const came = [...this.changed].filter((entry) => entry.number >= this.from);
    for (const list of [replaced, came]) {
      writer.count(list.length);
      for (const { number, row } of list) {
        writer.count(number);
        writer.value(row);
      }
    }
  }
}
