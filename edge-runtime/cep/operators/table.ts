import type { TableEntry } from './table-entry.ts';
import type { Row } from '../api.ts';
import type { BinaryReader, BinaryWriter } from '../runtime/binary.ts';
import type { KeyOrder } from './java-order.ts';
import type { Incremental } from './stage.ts';
import { TableChanges } from './table-changes.ts';

/** Separates the parts of a key of several attributes; no text of an event is likely to hold it. */
const KEY_SEPARATOR = '\u0001';

/** A table in memory, in the order in which rows came or in that of its primary key, by which or by an index rows are found. */
export class Table implements Incremental {
  private readonly primaryKey: readonly number[];
  private readonly entries = new Set<TableEntry>();
  private readonly byKey = new Map<unknown, TableEntry>();
  private readonly byIndex: ReadonlyMap<number, Map<unknown, Set<TableEntry>>>;
  private readonly order: KeyOrder | undefined;
  /** All entries in the order of their keys, until one comes or goes. */
  private walked: readonly TableEntry[] | undefined;
  /** Rows that were not taken since one with their primary key was there already. */
  refused = 0;
  private numbers = 0;
  private changes: TableChanges | undefined;
  /** By their numbers, while changes are being loaded. */
  private numbered: (TableEntry | undefined)[] | undefined;

  constructor(primaryKey: readonly number[], indexes: readonly number[], order?: KeyOrder) {
    this.primaryKey = primaryKey;
    this.order = order;
    this.byIndex = new Map(indexes.map((column) => [column, new Map()]));
  }

  get size(): number {
    return this.entries.size;
  }

  /** All rows, in the order of the primary key or the oldest first. */
  all(): Iterable<TableEntry> {
    return this.order === undefined ? this.entries : (this.walked ??= this.inOrder(this.order));
  }

  private inOrder(order: KeyOrder): TableEntry[] {
    const entries = [...this.entries];
    return order(entries.map(({ row }) => this.primaryKey.map((column) => row[column]))).flatMap((place) => entries[place] ?? []);
  }

  withKey(values: readonly unknown[]): Iterable<TableEntry> {
    const found = this.byKey.get(joined(values));
    return found === undefined ? [] : [found];
  }

  /** The row with a primary key of one attribute. */
  rowWithKey(value: unknown): Row | undefined {
    return this.byKey.get(value)?.row;
  }

  withIndex(column: number, value: unknown): Iterable<TableEntry> {
    return this.byIndex.get(column)?.get(value) ?? [];
  }

  add(row: Row): void {
    if (this.primaryKey.length > 0) {
      const key = this.keyOf(row);
      if (this.byKey.has(key)) {
        this.refused++;
        return;
      }
      const entry = { row, number: this.numbers++ };
      this.byKey.set(key, entry);
      this.enter(entry);
    } else this.enter({ row, number: this.numbers++ });
  }

  remove(entry: TableEntry): void {
    this.walked = undefined;
    this.changes?.removed(entry);
    this.entries.delete(entry);
    if (this.primaryKey.length > 0) this.byKey.delete(this.keyOf(entry.row));
    for (const [column, index] of this.byIndex) {
      const set = index.get(entry.row[column]);
      set?.delete(entry);
      if (set?.size === 0) index.delete(entry.row[column]);
    }
  }

  /** Gives entries other rows; when two rows would then have one primary key, all of them stay as they were. */
  replaceAll(entries: readonly TableEntry[], rows: readonly Row[]): void {
    if (this.primaryKey.length > 0 && !this.leavesKeysApart(entries, rows)) this.refused += entries.length;
    else entries.forEach((entry, index) => this.replace(entry, rows[index] ?? entry.row));
  }

  /** Whether every entry in its turn finds its new primary key free, as Siddhi asks it. */
  private leavesKeysApart(entries: readonly TableEntry[], rows: readonly Row[]): boolean {
    const [only] = entries;
    if (only !== undefined && entries.length === 1) {
      const after = this.keyOf(rows[0] ?? only.row);
      return after === this.keyOf(only.row) || !this.byKey.has(after);
    }
    const freed = new Set<unknown>();
    const taken = new Set<unknown>();
    return entries.every((entry, index) => {
      const [before, after] = [this.keyOf(entry.row), this.keyOf(rows[index] ?? entry.row)];
      if (before === after) return true;
      freed.add(before);
      taken.delete(before);
      if (taken.has(after) || (this.byKey.has(after) && !freed.has(after))) return false;
      taken.add(after);
      return true;
    });
  }

  private replace(entry: TableEntry, row: Row): void {
    if (this.primaryKey.length > 0) {
      const [before, after] = [this.keyOf(entry.row), this.keyOf(row)];
      if (before !== after) {
        this.walked = undefined;
        this.byKey.delete(before);
        this.byKey.set(after, entry);
      }
    }
    for (const [column, index] of this.byIndex) {
      if (entry.row[column] === row[column]) continue;
      index.get(entry.row[column])?.delete(entry);
      addTo(index, row[column], entry);
    }
    entry.row = row;
    this.changes?.touched(entry);
  }

  private enter(entry: TableEntry): void {
    this.walked = undefined;
    this.changes?.touched(entry);
    this.entries.add(entry);
    for (const [column, index] of this.byIndex) addTo(index, entry.row[column], entry);
  }

  private keyOf(row: Row): unknown {
    return joined(this.primaryKey.map((column) => row[column]));
  }

  /** Numbers the entries as they are when they are loaded again. */
  save(writer: BinaryWriter): void {
    this.changes = undefined;
    this.numbers = 0;
    writer.value(this.refused);
    writer.count(this.entries.size);
    for (const entry of this.entries) {
      entry.number = this.numbers++;
      writer.value(entry.row);
    }
  }

  load(reader: BinaryReader): void {
    for (const entry of [...this.entries]) this.remove(entry);
    [this.changes, this.numbered, this.numbers] = [undefined, undefined, 0];
    const refused = Number(reader.value());
    for (let left = reader.count(); left > 0; left--) {
      const row = reader.value();
      if (Array.isArray(row)) this.add(row);
    }
    this.refused = refused;
  }

  follow(): void {
    this.numbered = undefined;
    this.changes = new TableChanges(this.numbers);
  }

  saveChanges(writer: BinaryWriter): boolean {
    if (this.changes === undefined || this.changes.isTooMany(this.size)) return false;
    writer.value(this.refused);
    writer.count(this.numbers);
    this.changes.save(writer);
    this.follow();
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    this.refused = Number(reader.value());
    const numbers = reader.count();
    const numbered = (this.numbered ??= numberedOf(this.entries));
    for (let left = reader.count(); left > 0; left--) {
      const entry = numbered[reader.count()];
      if (entry !== undefined) this.remove(entry);
    }
    const replaced: { entry: TableEntry; row: Row }[] = [];
    for (let left = reader.count(); left > 0; left--) {
      const [entry, row] = [numbered[reader.count()], reader.value()];
      if (entry !== undefined && Array.isArray(row)) replaced.push({ entry, row });
    }
    this.loadReplaced(replaced);
    for (let left = reader.count(); left > 0; left--) {
      const [number, row] = [reader.count(), reader.value()];
      if (!Array.isArray(row)) continue;
      const entry = { row, number };
      if (this.primaryKey.length > 0) this.byKey.set(this.keyOf(row), entry);
      this.enter(entry);
      numbered[number] = entry;
    }
    this.numbers = numbers;
  }

  /** All at once: two rows may have changed their keys with each other. */
  private loadReplaced(replaced: readonly { entry: TableEntry; row: Row }[]): void {
    if (this.primaryKey.length > 0) for (const { entry } of replaced) this.byKey.delete(this.keyOf(entry.row));
    for (const { entry, row } of replaced) {
      if (this.primaryKey.length > 0) this.byKey.set(this.keyOf(row), entry);
      this.walked = undefined;
      for (const [column, index] of this.byIndex) {
        if (entry.row[column] === row[column]) continue;
        index.get(entry.row[column])?.delete(entry);
        addTo(index, row[column], entry);
      }
      entry.row = row;
    }
  }
}

function numberedOf(entries: Iterable<TableEntry>): (TableEntry | undefined)[] {
  const numbered: (TableEntry | undefined)[] = [];
  for (const entry of entries) numbered[entry.number] = entry;
  return numbered;
}

function joined(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values.map((one) => String(one)).join(KEY_SEPARATOR);
}

function addTo(index: Map<unknown, Set<TableEntry>>, value: unknown, entry: TableEntry): void {
  const set = index.get(value);
  if (set === undefined) index.set(value, new Set([entry]));
  else set.add(entry);
}
