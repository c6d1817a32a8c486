import type { Stateful } from '../operators/stage.ts';
import type { Receiver } from './receiver.ts';
import type { Alarm } from './timers.ts';
import type { Touched } from './touched.ts';

/** The operators of a partition's queries, of one key or of all. */
export interface Copy {
  /** The ways in, in the order of the partition's streams. */
  readonly ways: Receiver[];
  readonly kept: Stateful[];
  readonly alarms: Alarm[];
}

/** One key of a partition. */
export interface Instance {
  readonly key: unknown;
  /** Counts the keys in the order in which they came. */
  readonly rank: number;
  copy: Copy;
  /** What its operators remember, where all keys share the operators. */
  memory: unknown;
  /** When an event of this key came last, in milliseconds since the partition's first; as such it is a small number, which weighs nothing of its own. */
  used: number;
  /** The last turn of following in which something of it may have changed. */
  touched: number;
  /** Neighbours in the order of use. */
  older: Instance | undefined;
  newer: Instance | undefined;
}

/** The keys of a partition in the order of their last event. */
export class UseOrder {
  oldest: Instance | undefined;
  newest: Instance | undefined;
  /** Where a walk from the oldest to the newest goes on, whoever moves meanwhile. */
  next: Instance | undefined;

  has(instance: Instance): boolean {
    return instance === this.newest || instance.newer !== undefined;
  }

  /** Goes on walking, so many keys at most. */
  *walk(max: number): Generator<Instance> {
    for (let left = max; left > 0 && this.next !== undefined; left--) {
      const one = this.next;
      this.next = one.newer;
      yield one;
    }
  }

  append(instance: Instance): void {
    instance.older = this.newest;
    instance.newer = undefined;
    if (this.newest === undefined) this.oldest = instance;
    else this.newest.newer = instance;
    this.newest = instance;
  }

  unlink(instance: Instance): void {
    const { older, newer } = instance;
    if (this.next === instance) this.next = newer;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    instance.newer = undefined;
  }
}

/** The keys of a partition, as far as their memory is concerned. */
export interface RememberedKeys {
  readonly instances: Map<unknown, Instance>;
  readonly byUse: UseOrder;
  readonly purging: Alarm;
  dropped: number;
  ranks: number;
  since: number | undefined;
  /** What changed in this turn of following, while somebody follows. */
  changes: Touched<Instance> | undefined;
  turn: number;
  /** What is remembered of each key, in the order of the operators. */
  readonly names: readonly string[];
  make(key: unknown, rank: number): Instance;
  enter(instance: Instance): void;
  forget(instance: Instance): void;
}
