import { CarriedColumns } from './carried-columns.ts';
import type { Place } from './place-order.ts';

/** A slot is three numbers: a place with the kind of its key, and the key's two words. */
const SLOT = 3;
const INITIAL_SLOTS = 16;
/** How full the slots get before they double. */
const LOAD = 0.7;
/** A key stands at most so many slots behind where it belongs; one for which there is no room is in the map. So keys chosen to fall together cost no more than a map does. */
const PROBES_MAX = 64;

const SHORT_TEXT = 0;
const LONG_TEXT = 1;
const INTEGER = 2;
const FRACTION = 3;
const KIND_BITS = 2;
const KIND = 3;

/** Texts up to this length, of characters that fit into a byte, are held whole in the two words. */
const SHORT_MAX = 8;

const number = new Float64Array(1);
const words = new Int32Array(number.buffer);

/**
 * Finds places by keys, in one array that is looked into at one point for most keys: numbers and short texts stand there whole, of
 * longer texts 64 bits of a hash, and only where those agree the text itself is looked at. A map of V8's waits for memory four times
 * as often: for its bucket, its entry, the text and what the entry names. What is neither text nor number is in a map.
 */
export class KeyIndex {
  private readonly keyAt: (place: Place) => unknown;
  private slots = new Int32Array(INITIAL_SLOTS * SLOT);
  private mask = INITIAL_SLOTS - 1;
  private count = 0;
  /** Keys without a slot. */
  private readonly others = new Map<unknown, Place>();
  readonly carried: CarriedColumns;
  /** What the key asked for last comes to. */
  private kind = SHORT_TEXT;
  private low = 0;
  private high = 0;

  /** `keyAt` gives the key of what is at a place, `valueAt` an attribute of it. */
  constructor(keyAt: (place: Place) => unknown, valueAt: (place: Place, attribute: number) => unknown = () => undefined) {
    this.keyAt = keyAt;
    this.carried = new CarriedColumns(INITIAL_SLOTS, valueAt);
  }

  /** The place of a key; -1 when there is none. */
  find(key: unknown): Place {
    const slot = this.slotOf(key);
    return slot < 0 ? this.withoutSlot(key) : this.placeIn(slot);
  }

  /** The slot of a key; -1 when it has none, and is perhaps held without. */
  slotOf(key: unknown): number {
    if (!this.pack(key)) return -1;
    const { slots, mask, kind, low, high } = this;
    for (let at = homeOf(low, high) & mask, left = PROBES_MAX; left > 0; at = (at + 1) & mask, left--) {
      const word = slots[at * SLOT] ?? 0;
      if (word === 0) return -1;
      if (slots[at * SLOT + 1] !== low || slots[at * SLOT + 2] !== high || (word & KIND) !== kind) continue;
      if (kind !== LONG_TEXT || this.keyAt((word >>> KIND_BITS) - 1) === key) return at;
    }
    return -1;
  }

  placeIn(slot: number): Place {
    return ((this.slots[slot * SLOT] ?? 0) >>> KIND_BITS) - 1;
  }

  /** The place of a key that has no slot; -1 when there is none. */
  withoutSlot(key: unknown): Place {
    return this.others.size === 0 ? -1 : (this.others.get(key) ?? -1);
  }

  /** In which column by slot an attribute stands from now on; undefined where enough do already. */
  carry(attribute: number): number | undefined {
    const column = this.carried.columnOf(attribute);
    for (let at = 0; at <= this.mask; at++) if (this.slots[at * SLOT] !== 0) this.carried.put(at, this.placeIn(at));
    return column;
  }

  /** The row with a key has other values. */
  changed(key: unknown): void {
    if (this.carried.columns.length === 0) return;
    const slot = this.slotOf(key);
    if (slot >= 0) this.carried.put(slot, this.placeIn(slot));
  }

  /** Puts a key in that is not there. */
  add(key: unknown, place: Place): void {
    if (this.count + 1 > (this.mask + 1) * LOAD) this.grow();
    const slot = this.pack(key) ? this.put(((place + 1) << KIND_BITS) | this.kind, this.low, this.high) : -1;
    if (slot < 0) this.others.set(key, place);
    else {
      this.count++;
      this.carried.put(slot, place);
    }
  }

  remove(key: unknown): void {
    const slot = this.slotOf(key);
    if (slot < 0) this.others.delete(key);
    else {
      this.close(slot);
      this.count--;
    }
  }

  clear(): void {
    this.slots = new Int32Array(INITIAL_SLOTS * SLOT);
    this.mask = INITIAL_SLOTS - 1;
    this.count = 0;
    this.others.clear();
    this.carried.clear(INITIAL_SLOTS);
  }

  /** The slot that was taken; -1 when there was no room. */
  private put(word: number, low: number, high: number): number {
    const { slots, mask } = this;
    for (let at = homeOf(low, high) & mask, left = PROBES_MAX; left > 0; at = (at + 1) & mask, left--) {
      if (slots[at * SLOT] !== 0) continue;
      slots[at * SLOT] = word;
      slots[at * SLOT + 1] = low;
      slots[at * SLOT + 2] = high;
      return at;
    }
    return -1;
  }

  /** Empties a slot; what stands behind it for want of room moves up. */
  private close(at: number): void {
    const { slots, mask } = this;
    let hole = at;
    for (let next = (at + 1) & mask; ((next - hole) & mask) < PROBES_MAX && slots[next * SLOT] !== 0; next = (next + 1) & mask) {
      const home = homeOf(slots[next * SLOT + 1] ?? 0, slots[next * SLOT + 2] ?? 0) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots.copyWithin(hole * SLOT, next * SLOT, (next + 1) * SLOT);
      this.carried.move(next, hole);
      hole = next;
    }
    slots[hole * SLOT] = 0;
    this.carried.forget(hole);
  }

  private grow(): void {
    const { slots } = this;
    this.slots = new Int32Array(slots.length * 2);
    this.mask = this.mask * 2 + 1;
    this.carried.clear(this.mask + 1);
    for (let at = 0; at < slots.length; at += SLOT) {
      const word = slots[at] ?? 0;
      if (word === 0) continue;
      const slot = this.put(word, slots[at + 1] ?? 0, slots[at + 2] ?? 0);
      const place = (word >>> KIND_BITS) - 1;
      if (slot >= 0) this.carried.put(slot, place);
      else {
        this.others.set(this.keyAt(place), place);
        this.count--;
      }
    }
  }

  /** Makes the words of a key; false when it has none. */
  private pack(key: unknown): boolean {
    if (typeof key === 'string') return (key.length <= SHORT_MAX && this.packShort(key)) || this.packLong(key);
    if (typeof key !== 'number' || Number.isNaN(key)) return false;
    if (key === (key | 0)) return this.packed(INTEGER, key | 0, 0);
    number[0] = key;
    return this.packed(FRACTION, words[0] ?? 0, words[1] ?? 0);
  }

  private packShort(key: string): boolean {
    let low = 0;
    let high = 0;
    for (let index = 0; index < key.length; index++) {
      const code = key.charCodeAt(index);
      // A text that ends in such a character would be taken for a shorter one.
      if (code === 0 || code > 255) return false;
      if (index < 4) low |= code << (index * 8);
      else high |= code << ((index - 4) * 8);
    }
    return this.packed(SHORT_TEXT, low, high);
  }

  private packLong(key: string): true {
    let low = key.length;
    let high = 0;
    for (let index = 0; index < key.length; index++) {
      const code = key.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = (Math.imul(high, 31) + code) | 0;
    }
    return this.packed(LONG_TEXT, low, high);
  }

  private packed(kind: number, low: number, high: number): true {
    this.kind = kind;
    this.low = low;
    this.high = high;
    return true;
  }
}

/** Where a key belongs, of 2^32 slots. */
export function homeOf(low: number, high: number): number {
  let home = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77);
  home = Math.imul(home ^ (home >>> 15), 0x2c1b3c6d);
  return home ^ (home >>> 13);
}
