import type { Stateful } from '../operators/stage.ts';
import type { Receiver } from './receiver.ts';
import type { Alarm } from './timers.ts';

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
