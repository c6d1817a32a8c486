import { incrementHead, isIncrement } from '../../cep/index.ts';
import type { NextState, RuleState } from '../../store/checkpoint.ts';

/** What is to be written of a rule's state, and for how many bytes the pause after the checkpoint is to make up. */
export interface SavedState extends NextState {
  restBytes: number;
}

/** So many increments are read at a start, besides those of a renewal; each costs a little also where little changed. */
const incrementsMax = 1000;
/** A renewal that does not end is given up for a snapshot. */
const incrementsEver = 10 * incrementsMax;
/** So much of a renewal goes into a checkpoint at least, and as much as changed since the one before. */
const sliceBytesMin = 256 * 1024;

/** What takes the place of all before it: the bytes of what it begins with, and of what changed since. */
interface Base {
  first: number;
  bytes: number;
  changedBytes: number;
}

/**
 * What is kept of a rule's state: a snapshot and increments upon it. A renewal takes their place, slice by slice in the increments,
 * when they weigh as much as the snapshot or what the last renewal wrote. As much of it is written as changes meanwhile, so that no
 * more than about twice what changed is written, and no more than about five times the state is kept and read at a start.
 */
export class StateChain {
  #base: Base | undefined;
  #last = 0;
  /** What the renewal under way will leave. */
  #next: Base | undefined;
  #increment = { changedBytes: 0, sliceBytes: 0 };

  /** Another snapshot has to be written: nothing is kept, or too much of it. */
  get needsSnapshot(): boolean {
    return this.#base === undefined || this.#last - this.#base.first >= incrementsEver;
  }

  /** The next increment is to begin a renewal. */
  get isFull(): boolean {
    return this.#base !== undefined && (this.#base.changedBytes >= this.#base.bytes || this.#last - this.#base.first >= incrementsMax);
  }

  /** How many bytes of the renewal under way may still go into the next increment. */
  get sliceRoom(): number {
    return this.#next === undefined ? 0 : Math.max(0, Math.max(sliceBytesMin, this.#increment.changedBytes) - this.#increment.sliceBytes);
  }

  /** A slice of the renewal was written, for the next increment. */
  sliced(bytes: number): void {
    this.#increment.sliceBytes += bytes;
  }

  /** Goes on from what is kept; a renewal that had not ended is forgotten. */
  resume({ snapshot, increments }: RuleState): void {
    const first = isIncrement(snapshot) ? incrementHead(snapshot).ordinal : 0;
    const base = (this.#base = { first, bytes: snapshot.length, changedBytes: 0 });
    for (const one of increments) {
      const { from, sliceBytes } = incrementHead(one);
      const ofBase = first > 0 && from === first ? sliceBytes : 0;
      base.bytes += ofBase;
      base.changedBytes += one.length - ofBase;
    }
    this.#last = first + increments.length;
    this.#next = undefined;
  }

  begin(snapshot: Uint8Array): SavedState {
    this.resume({ snapshot, increments: [] });
    return { first: 0, increments: 0, written: snapshot, restBytes: snapshot.length };
  }

  add(increment: Uint8Array): SavedState {
    const { ordinal, from, ends, sliceBytes } = incrementHead(increment);
    const base = this.#base;
    if (base === undefined) throw new Error('an increment was made upon nothing');
    this.#last = ordinal;
    base.changedBytes += increment.length;
    this.#increment = { changedBytes: increment.length - sliceBytes, sliceBytes: 0 };
    if (from === ordinal) this.#next = { first: ordinal, bytes: increment.length, changedBytes: 0 };
    else if (this.#next !== undefined) {
      this.#next.bytes += sliceBytes;
      this.#next.changedBytes += increment.length - sliceBytes;
    }
    if (ends) [this.#base, this.#next] = [this.#next, undefined];
    return { ...this.stay(), written: increment, restBytes: increment.length };
  }

  /** Nothing changed since. */
  stay(): SavedState {
    return { first: this.#base?.first ?? 0, increments: this.#last, written: undefined, restBytes: 0 };
  }
}
