import { RowColumns, type Column } from '../row-columns.ts';
import type { Place } from './place-order.ts';

/** Each takes eight bytes a slot, so no more than this. */
const CARRIED_MAX = 4;

/**
 * Copies of some of a table's columns, in the order of the slots of its index. What is read by slot is on its way from memory while
 * the slot itself still is; what is read by place has to wait for the slot to say which.
 */
export class CarriedColumns {
  private readonly rows: RowColumns;
  private readonly valueAt: (place: Place, attribute: number) => unknown;
  private readonly attributes: number[] = [];

  constructor(slots: number, valueAt: (place: Place, attribute: number) => unknown) {
    this.rows = new RowColumns(0, slots);
    this.valueAt = valueAt;
  }

  /** What generated code reads values from, by slot: the list stays, the columns in it do not. */
  get columns(): readonly Column[] {
    return this.rows.columns;
  }

  /** Which column an attribute is carried in; undefined where there are enough already. A new one has yet to be filled. */
  columnOf(attribute: number): number | undefined {
    const known = this.attributes.indexOf(attribute);
    if (known >= 0) return known;
    if (this.attributes.length === CARRIED_MAX) return undefined;
    this.rows.widen();
    return this.attributes.push(attribute) - 1;
  }

  /** The values of a place go to a slot. */
  put(slot: number, place: Place): void {
    this.attributes.forEach((attribute, column) => this.rows.setOne(slot, column, this.valueAt(place, attribute)));
  }

  move(from: number, to: number): void {
    this.columns.forEach((values, column) => this.rows.setOne(to, column, values[from]));
  }

  forget(slot: number): void {
    this.rows.forget(slot);
  }

  /** There are so many slots from now on, and nothing in them. */
  clear(slots: number): void {
    this.rows.clear(slots);
  }
}
