import type { Row } from '../../api.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { KeyOrder } from '../java-order.ts';
import { KeyIndex } from './key-index.ts';
import { PlaceOrder, type Place } from './place-order.ts';
import { RowColumns, type Column } from '../row-columns.ts';
import type { Renewable } from '../stage.ts';
import { readChangedRows, readChangesHead, TableChanges } from './table-changes.ts';
import { TableNumbers } from './table-numbers.ts';
import { readTable, TableSlices } from './table-slices.ts';
import { ValueIndex } from './value-index.ts';

/** Separates the parts of a key of several attributes; no text of an event is likely to hold it. */
const KEY_SEPARATOR = '\u0001';

export interface TableForm {
  width: number;
  primaryKey: readonly number[];
  indexes: readonly number[];
  /** In which order rows are walked through, by their primary keys. */
  order: KeyOrder | undefined;
  /** Rows are asked for what they were made of, which is known by the row that came. */
  keepsRows: boolean;
}

/**
 * A table in memory, in columns: a row is a place in them, and is made as an object for who takes it away. Rows are in the order in
 * which they came or in that of the primary key, by which or by an index they are found.
 */
export class Table implements Renewable {
  private readonly primaryKey: readonly number[];
  private readonly order: KeyOrder | undefined;
  private readonly places = new PlaceOrder();
  private readonly rows: RowColumns;
  private readonly kept: Row[] | undefined;
  /** Of a table without a primary key it is empty. */
  readonly byKey = new KeyIndex((place) => this.keyAt(place), (place, attribute) => this.rows.columns[attribute]?.[place]);
  private readonly byIndex: ReadonlyMap<number, ValueIndex>;
  /** All places in the order of their keys, until one comes or goes. */
  private walked: readonly Place[] | undefined;
  /** Rows that were not taken since one with their primary key was there already. */
  refused = 0;
  private readonly numbers: TableNumbers;
  private changes: TableChanges | undefined;
  private slices: TableSlices | undefined;

  constructor({ width, primaryKey, indexes, order, keepsRows }: TableForm) {
    this.primaryKey = primaryKey;
    this.order = order;
    this.rows = new RowColumns(width, this.places.capacity);
    this.kept = keepsRows ? [] : undefined;
    this.byIndex = new Map(indexes.map((column) => [column, new ValueIndex()]));
    this.numbers = new TableNumbers(this.places);
  }

  get size(): number {
    return this.places.size;
  }

  /** What generated code reads values from: the list stays, the columns in it do not. */
  get columns(): readonly Column[] {
    return this.rows.columns;
  }

  /** All places, in the order of the primary key or the oldest first. */
  all(): Iterable<Place> {
    return this.order === undefined ? this.places : (this.walked ??= this.inOrder(this.order));
  }

  private inOrder(order: KeyOrder): Place[] {
    const places = [...this.places];
    return order(places.map((place) => this.primaryKey.map((column) => this.rows.columns[column]?.[place]))).flatMap((at) => places[at] ?? []);
  }

  withKey(values: readonly unknown[]): readonly Place[] {
    const key = joined(values);
    const place = equalsNothing(key) ? -1 : this.byKey.find(key);
    return place < 0 ? [] : [place];
  }

  withIndex(column: number, value: unknown): Iterable<Place> {
    return equalsNothing(value) ? [] : (this.byIndex.get(column)?.find(value) ?? []);
  }

  row(place: Place): Row {
    return this.kept?.[place] ?? this.rows.get(place);
  }

  add(row: Row): void {
    if (this.primaryKey.length > 0 && this.byKey.find(this.keyOf(row)) >= 0) this.refused++;
    else this.enter(row);
  }

  private enter(row: Row): void {
    const { places, rows } = this;
    const { capacity } = places;
    const place = places.take();
    if (places.capacity > capacity) rows.grow(places.capacity);
    this.put(place, row);
    this.numbers.came(place);
    if (this.primaryKey.length > 0) this.byKey.add(this.keyOf(row), place);
    for (const [column, index] of this.byIndex) index.add(row[column], place);
    this.walked = undefined;
    this.changes?.touched(place);
  }

  private put(place: Place, row: Row): void {
    this.rows.set(place, row);
    if (this.kept !== undefined) this.kept[place] = row;
  }

  remove(place: Place): void {
    this.walked = undefined;
    this.changes?.removed(place);
    this.slices?.removed(place);
    if (this.primaryKey.length > 0) this.byKey.remove(this.keyAt(place));
    for (const [column, index] of this.byIndex) index.remove(this.rows.columns[column]?.[place], place);
    this.rows.forget(place);
    this.places.give(place);
  }

  /** Gives places other rows; when two rows would then have one primary key, all of them stay as they were. */
  replaceAll(places: readonly Place[], rows: readonly Row[]): void {
    if (this.primaryKey.length > 0 && !this.leavesKeysApart(places, rows)) this.refused += places.length;
    else places.forEach((place, index) => this.replace(place, rows[index] ?? []));
  }

  /** Whether every row in its turn finds its new primary key free, as Siddhi asks it. */
  private leavesKeysApart(places: readonly Place[], rows: readonly Row[]): boolean {
    const [only] = places;
    if (only !== undefined && places.length === 1) {
      const after = this.keyOf(rows[0] ?? []);
      return after === this.keyAt(only) || this.byKey.find(after) < 0;
    }
    const freed = new Set<unknown>();
    const taken = new Set<unknown>();
    return places.every((place, index) => {
      const [before, after] = [this.keyAt(place), this.keyOf(rows[index] ?? [])];
      if (before === after) return true;
      freed.add(before);
      taken.delete(before);
      if (taken.has(after) || (this.byKey.find(after) >= 0 && !freed.has(after))) return false;
      taken.add(after);
      return true;
    });
  }

  private replace(place: Place, row: Row): void {
    if (this.primaryKey.length > 0) {
      const [before, after] = [this.keyAt(place), this.keyOf(row)];
      if (before !== after) {
        this.walked = undefined;
        this.byKey.remove(before);
        this.byKey.add(after, place);
      }
    }
    this.change(place, row);
    this.changes?.touched(place);
  }

  /** Another row, of which the primary key is seen to elsewhere. */
  private change(place: Place, row: Row): void {
    for (const [column, index] of this.byIndex) {
      const before = this.rows.columns[column]?.[place];
      if (before === row[column]) continue;
      index.remove(before, place);
      index.add(row[column], place);
    }
    this.put(place, row);
    if (this.primaryKey.length > 0) this.byKey.changed(this.keyOf(row));
  }

  private keyOf(row: Row): unknown {
    return joined(this.primaryKey.map((column) => row[column]));
  }

  private keyAt(place: Place): unknown {
    return joined(this.primaryKey.map((column) => this.rows.columns[column]?.[place]));
  }

  /** Rows have the numbers by which increments name them as they are when they are loaded again. */
  save(writer: BinaryWriter): void {
    [this.changes, this.slices] = [undefined, undefined];
    this.numbers.forget();
    writer.value(this.refused);
    writer.count(this.size);
    for (const place of this.places) writer.value(this.row(place));
  }

  load(reader: BinaryReader): void {
    this.clear();
    const refused = Number(reader.value());
    for (let left = reader.count(); left > 0; left--) {
      const row = reader.value();
      if (Array.isArray(row)) this.add(row);
    }
    this.refused = refused;
  }

  private clear(): void {
    for (const place of this.places) this.rows.forget(place);
    this.places.clear();
    this.byKey.clear();
    for (const index of this.byIndex.values()) index.clear();
    this.numbers.forget();
    [this.walked, this.changes, this.slices] = [undefined, undefined, undefined];
  }

  follow(): void {
    this.numbers.begin();
    this.numbers.settle();
    this.changes = new TableChanges(this.numbers.next, (place) => this.numbers.of(place));
  }

  saveChanges(writer: BinaryWriter): boolean {
    if (this.changes === undefined || this.changes.isTooMany(this.size)) return false;
    this.changes.save(writer, { refused: this.refused, next: this.numbers.next }, (place) => writer.value(this.row(place)));
    this.follow();
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    const { numbers } = this;
    const { refused, next, gone } = readChangesHead(reader);
    this.refused = refused;
    numbers.begin();
    for (const number of gone) {
      const place = numbers.takeOut(number);
      if (place !== undefined) this.remove(place);
    }
    const replaced: { place: Place; row: Row }[] = [];
    readChangedRows(reader, (number, row) => {
      const place = numbers.placeOf(number);
      if (place !== undefined) replaced.push({ place, row });
    });
    this.loadReplaced(replaced);
    readChangedRows(reader, (number, row) => this.loadNumbered(number, row));
    numbers.next = next;
  }

  private loadNumbered(number: number, row: Row): void {
    this.numbers.next = number;
    this.enter(row);
  }

  renew(): void {
    this.slices = new TableSlices(this.places, this.numbers);
  }

  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    return this.slices?.save(writer, bytesMax, (place) => this.row(place)) ?? true;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    this.clear();
    const { rows, next, refused } = readTable(slices, changes);
    this.numbers.begin();
    for (const [number, row] of rows) this.loadNumbered(number, row);
    this.numbers.next = next;
    this.refused = refused;
  }

  /** All at once: two rows may have changed their keys with each other. */
  private loadReplaced(replaced: readonly { place: Place; row: Row }[]): void {
    this.walked = undefined;
    if (this.primaryKey.length > 0) for (const { place } of replaced) this.byKey.remove(this.keyAt(place));
    for (const { place, row } of replaced) {
      if (this.primaryKey.length > 0) this.byKey.add(this.keyOf(row), place);
      this.change(place, row);
    }
  }
}

/** A missing value, and what is no number; a table may have a row with either as its key all the same. */
export function equalsNothing(value: unknown): boolean {
  return value == null || Number.isNaN(value);
}

function joined(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values.map((one) => String(one)).join(KEY_SEPARATOR);
}
