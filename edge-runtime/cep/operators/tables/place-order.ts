/** Where something stands in arrays side by side: a whole number from 0. */
export type Place = number;

const NONE = -1;
const INITIAL_CAPACITY = 8;

/** Places in the order in which they were taken. One that was given back is the next to be taken. */
export class PlaceOrder implements Iterable<Place> {
  capacity = INITIAL_CAPACITY;
  size = 0;
  private before = new Int32Array(INITIAL_CAPACITY);
  /** What was taken after a place; of a free one the next free one. */
  private after = new Int32Array(INITIAL_CAPACITY);
  private first: Place = NONE;
  private last: Place = NONE;
  private free: Place = NONE;
  /** Places from here on were never taken. */
  private untouched = 0;

  take(): Place {
    let place = this.free;
    if (place !== NONE) this.free = this.after[place] ?? NONE;
    else {
      place = this.untouched++;
      if (place === this.capacity) this.grow();
    }
    this.before[place] = this.last;
    this.after[place] = NONE;
    if (this.last === NONE) this.first = place;
    else this.after[this.last] = place;
    this.last = place;
    this.size++;
    return place;
  }

  give(place: Place): void {
    const before = this.before[place] ?? NONE;
    const after = this.after[place] ?? NONE;
    if (before === NONE) this.first = after;
    else this.after[before] = after;
    if (after === NONE) this.last = before;
    else this.before[after] = before;
    this.after[place] = this.free;
    this.free = place;
    this.size--;
  }

  /** The place that was taken first of those that are; undefined when there is none. */
  get oldest(): Place | undefined {
    return this.first === NONE ? undefined : this.first;
  }

  /** The one that was taken next after a place. */
  following(place: Place): Place | undefined {
    const after = this.after[place] ?? NONE;
    return after === NONE ? undefined : after;
  }

  clear(): void {
    [this.first, this.last, this.free] = [NONE, NONE, NONE];
    [this.size, this.untouched] = [0, 0];
  }

  [Symbol.iterator](): Iterator<Place> {
    let next = this.first;
    return {
      next: () => {
        const place = next;
        if (place === NONE) return { done: true, value: undefined };
        next = this.after[place] ?? NONE;
        return { done: false, value: place };
      },
    };
  }

  private grow(): void {
    this.capacity *= 2;
    this.before = grown(this.before, this.capacity);
    this.after = grown(this.after, this.capacity);
  }
}

function grown(list: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(capacity);
  longer.set(list);
  return longer;
}
