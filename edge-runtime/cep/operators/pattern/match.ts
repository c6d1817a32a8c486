import type { Row } from '../../api.ts';

/** An event that a step took, in the form that generated code reads: time and row. */
export interface Taken {
  t: number;
  r: Row;
}

/** What a step holds: one event, the list of a counted step, or nothing yet. */
export type Slot = Taken | Taken[] | null;

/** The time of a match that holds no event yet. */
export const NO_TIME = -1;

/** What a match was when it was last written, in which writing that was, and its place among all there. */
export interface Written {
  turn: number;
  place: number;
  time: number;
  expired: boolean;
  slots: Slot[];
}

/**
 * An unfinished match. Steps may hold the same one together: a counted step goes on collecting while the next step
 * waits already, and both sides of `and` wait for the same match.
 */
export class Match {
  slots: Slot[];
  /** The time of the event taken last. */
  time = NO_TIME;
  /** `within` is over; it was told once. */
  expired = false;
  /** Where it waits by a key; a match that has left there is still in its lists for a while. */
  waitsIn: object | undefined = undefined;
  /** Set while somebody follows the pattern. */
  written: Written | undefined = undefined;
  /** The matches that came to their end together with this one. */
  private endedIn: Match[] | undefined = undefined;

  constructor(slots: Slot[]) {
    this.slots = slots;
  }

  /** A match of its own with what was taken before slot `from`. */
  branch(from: number): Match {
    const copy = new Match(this.slots.slice());
    for (let index = from; index < copy.slots.length; index++) copy.slots[index] = null;
    copy.time = this.time;
    return copy;
  }

  /** Its `within` is over; false when that was known. */
  giveUp(): boolean {
    if (this.expired) return false;
    this.expired = true;
    return true;
  }

  /** Comes to its end among others. A step may hold a match twice; it ends once, at its first place. */
  endIn(ended: Match[]): void {
    if (this.endedIn === ended) return;
    this.endedIn = ended;
    ended.push(this);
  }

  first(slot: number): Taken | null {
    const held = this.slots[slot] ?? null;
    return Array.isArray(held) ? (held[0] ?? null) : held;
  }

  last(slot: number): Taken | null {
    const held = this.slots[slot] ?? null;
    return Array.isArray(held) ? (held.at(-1) ?? null) : held;
  }
}

/** By time, with those that hold nothing last; equal ones stay in order. */
export function byTime(left: Match, right: Match): number {
  if (left.time === right.time) return 0;
  if (left.time === NO_TIME) return 1;
  if (right.time === NO_TIME) return -1;
  return left.time - right.time;
}
