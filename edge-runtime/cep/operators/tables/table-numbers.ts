import type { Place, PlaceOrder } from './place-order.ts';

/**
 * The numbers by which the increments of a snapshot name a table's rows: in the order of the snapshot, and ascending for what comes
 * after it. Rows have none until somebody asks.
 */
export class TableNumbers {
  /** The number of the next row that comes. */
  next = 0;
  private readonly places: PlaceOrder;
  private numbers: Float64Array | undefined;
  /** By number, while changes are loaded. */
  private named: (Place | undefined)[] | undefined;

  constructor(places: PlaceOrder) {
    this.places = places;
  }

  /** Numbers what is there, unless it has numbers. */
  begin(): void {
    if (this.numbers !== undefined) return;
    this.numbers = new Float64Array(this.places.capacity);
    this.next = 0;
    for (const place of this.places) this.numbers[place] = this.next++;
  }

  /** No more changes are loaded for now. */
  settle(): void {
    this.named = undefined;
  }

  forget(): void {
    [this.numbers, this.named] = [undefined, undefined];
  }

  of(place: Place): number {
    return this.numbers?.[place] ?? 0;
  }

  came(place: Place): void {
    if (this.numbers === undefined) return;
    if (place >= this.numbers.length) {
      const longer = new Float64Array(this.places.capacity);
      longer.set(this.numbers);
      this.numbers = longer;
    }
    if (this.named !== undefined) this.named[this.next] = place;
    this.numbers[place] = this.next++;
  }

  /** The place of a number that an increment names; undefined when there is none. */
  placeOf(number: number): Place | undefined {
    if (this.named === undefined) {
      this.named = [];
      for (const place of this.places) this.named[this.of(place)] = place;
    }
    return this.named[number];
  }

  /** The same of a row that leaves: its number names nothing from now on. */
  takeOut(number: number): Place | undefined {
    const place = this.placeOf(number);
    if (this.named !== undefined) this.named[number] = undefined;
    return place;
  }
}
