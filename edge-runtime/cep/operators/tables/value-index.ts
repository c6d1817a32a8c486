import type { Place } from './place-order.ts';

/** Places by a value that several may have; of one value in the order in which they came to it. */
export class ValueIndex {
  /** Most values of many indexes have one place, which then stands by itself. */
  private readonly byValue = new Map<unknown, Place | Set<Place>>();

  find(value: unknown): Iterable<Place> {
    const held = this.byValue.get(value);
    return held === undefined ? [] : typeof held === 'number' ? [held] : held;
  }

  add(value: unknown, place: Place): void {
    const held = this.byValue.get(value);
    if (held === undefined) this.byValue.set(value, place);
    else if (typeof held === 'number') this.byValue.set(value, new Set([held, place]));
    else held.add(place);
  }

  remove(value: unknown, place: Place): void {
    const held = this.byValue.get(value);
    if (held === place) this.byValue.delete(value);
    else if (held instanceof Set) {
      held.delete(place);
      if (held.size === 0) this.byValue.delete(value);
    }
  }

  clear(): void {
    this.byValue.clear();
  }
}
