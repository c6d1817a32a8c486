import type { Row } from '../../api.ts';
import { byTime, type Match, type Slot, type Taken } from './match.ts';
import { Step, type StepSetting } from './step.ts';

/** The two sides of `attribute == earlier.attribute`: what the event has, and what a match asks for. */
export interface StepKey {
  ofEvent(row: Row): unknown;
  ofMatch(slots: readonly Slot[]): unknown;
}

/** The two sides of `attribute > earlier.attribute`, or of `<`: an event beyond no match's value is offered to none. */
export interface StepBound extends StepKey {
  /** 1 when the event's value has to be above that of the match, -1 when below. */
  direction: 1 | -1;
}

/** The matches that ask for one value, oldest first. */
interface Bucket {
  matches: Match[];
  /** The value that is the easiest to get beyond, of those that wait; undefined when none can be. */
  easiest: number | bigint | undefined;
}

/** Matches that have left are dropped from the queue when it holds so many more than wait. */
const GONE_MAX = 64;

/**
 * A pattern step whose filter asks for an equal value: matches wait by the value they ask for, so that an event is
 * offered to those alone that can take it. The filter is still tested whole.
 */
export class IndexedStep extends Step {
  private readonly key: StepKey;
  private readonly bound: StepBound | undefined;
  /** All that wait, oldest first, with those between them that have left: what `within` looks at. */
  private queue: Match[] = [];
  private head = 0;
  private count = 0;
  private readonly buckets = new Map<unknown, Bucket>();

  constructor(slot: number, key: StepKey, bound: StepBound | undefined, setting: StepSetting, test: ConstructorParameters<typeof Step>[2]) {
    super(slot, setting, test, false);
    this.key = key;
    this.bound = bound;
  }

  override held(): readonly Match[] {
    return this.queue.slice(this.head).filter((match) => match.indexedIn === this);
  }

  override hold(matches: readonly Match[]): void {
    this.reset();
    for (const match of matches) this.put(match);
  }

  override update(): void {
    const { arriving } = this;
    if (arriving.length === 0) return;
    if (arriving.length > 1) arriving.sort(byTime);
    for (const match of arriving) this.put(match);
    arriving.length = 0;
  }

  override reset(): void {
    for (const match of this.held()) match.indexedIn = undefined;
    this.queue = [];
    this.head = 0;
    this.count = 0;
    this.buckets.clear();
  }

  private put(match: Match): void {
    if (match.indexedIn === this) return;
    match.indexedIn = this;
    this.count++;
    this.queue.push(match);
    if (this.queue.length > 2 * this.count + GONE_MAX) this.compact();
    const key = this.key.ofMatch(match.slots) ?? null;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) this.buckets.set(key, (bucket = { matches: [], easiest: undefined }));
    bucket.matches.push(match);
    if (this.bound !== undefined) this.ease(bucket, this.bound, match);
  }

  private ease(bucket: Bucket, bound: StepBound, match: Match): void {
    const value = bound.ofMatch(match.slots);
    if (typeof value !== 'number' && typeof value !== 'bigint') return;
    const { easiest } = bucket;
    if (easiest === undefined || (bound.direction === 1 ? value < easiest : value > easiest)) bucket.easiest = value;
  }

  private compact(): void {
    this.queue = this.queue.filter((match, index) => index >= this.head && match.indexedIn === this);
    this.head = 0;
  }

  private leave(match: Match): void {
    match.indexedIn = undefined;
    this.count--;
  }

  protected override expireWaiting(time: number, give: (match: Match) => void): void {
    const { queue } = this;
    for (let match = queue[this.head]; match !== undefined; match = queue[this.head]) {
      if (match.indexedIn === this) {
        if (!this.isOver(match, time)) return;
        give(match);
        this.leave(match);
        this.dropFirst(match);
      }
      this.head++;
    }
    this.queue = [];
    this.head = 0;
  }

  private dropFirst(match: Match): void {
    const key = this.key.ofMatch(match.slots) ?? null;
    const bucket = this.buckets.get(key);
    if (bucket === undefined || bucket.matches[0] !== match) return;
    bucket.matches.shift();
    if (bucket.matches.length === 0) this.buckets.delete(key);
  }

  override receive(event: Taken, ended: Match[]): void {
    const key = this.key.ofEvent(event.r);
    const bucket = key == null ? undefined : this.buckets.get(key);
    if (bucket === undefined || !this.reaches(event.r, bucket)) return;
    const { slot, bound } = this;
    const { matches } = bucket;
    let kept = 0;
    bucket.easiest = undefined;
    for (let index = 0; index < matches.length; index++) {
      const match = matches[index];
      if (match === undefined || match.indexedIn !== this) continue;
      match.slots[slot] = event;
      this.offer(match, event);
      if (this.end.returned) {
        this.end.returned = false;
        match.endIn(ended);
      }
      if (this.changed) this.leave(match);
      else {
        match.slots[slot] = null;
        matches[kept++] = match;
        if (bound !== undefined) this.ease(bucket, bound, match);
      }
    }
    matches.length = kept;
    if (kept === 0) this.buckets.delete(key);
  }

  /** Whether the event's value can be beyond that of any match; an equal one is left to the filter. */
  private reaches(row: Row, { easiest }: Bucket): boolean {
    const { bound } = this;
    if (bound === undefined) return true;
    const value = bound.ofEvent(row);
    if (easiest === undefined || (typeof value !== 'number' && typeof value !== 'bigint')) return false;
    return bound.direction === 1 ? value >= easiest : value <= easiest;
  }
}
