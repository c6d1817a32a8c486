import type { NextState, RuleState } from '../../store/checkpoint.ts';

/** What is to be written of a rule's state, and for how many bytes the pause after the checkpoint is to make up. */
export interface SavedState extends NextState {
  restBytes: number;
}

/** So many increments are read at a start at most; each costs a little also where little changed. */
const incrementsMax = 1000;

/**
 * What is kept of a rule's state: a snapshot and increments upon it. Another snapshot takes their place when they weigh as much
 * as it does. So no more than twice the state is kept and read at a start, and no more than twice what changed is written. An
 * increment makes up for the snapshot to come as well as for itself, so that a large snapshot is not followed by a long pause.
 */
export class StateChain {
  #snapshotBytes = 0;
  #incrementBytes = 0;
  #increments = 0;

  /** Nothing is kept that an increment could be put upon, or enough of them are. */
  get isFull(): boolean {
    return this.#incrementBytes >= this.#snapshotBytes || this.#increments >= incrementsMax;
  }

  /** Goes on from what is kept. */
  resume({ snapshot, increments }: RuleState): void {
    this.#snapshotBytes = snapshot.length;
    this.#increments = increments.length;
    this.#incrementBytes = increments.reduce((sum, one) => sum + one.length, 0);
  }

  begin(snapshot: Uint8Array): SavedState {
    const restBytes = Math.max(0, snapshot.length - this.#incrementBytes);
    this.resume({ snapshot, increments: [] });
    return { increments: 0, written: snapshot, restBytes };
  }

  add(increment: Uint8Array): SavedState {
    this.#increments += 1;
    this.#incrementBytes += increment.length;
    return { increments: this.#increments, written: increment, restBytes: 2 * increment.length };
  }

  /** Nothing changed since. */
  stay(): SavedState {
    return { increments: this.#increments, written: undefined, restBytes: 0 };
  }
}
