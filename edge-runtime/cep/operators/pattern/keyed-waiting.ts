import type { Row } from '../../api.ts';
import type { Match, Slot, Taken } from './match.ts';
import type { Trial, Waiting } from './waiting.ts';

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

/** The matches that ask for one value, oldest first from `head` on. */
interface Bucket {
  matches: Match[];
  head: number;
  /** The value that is the easiest to get beyond, of those that wait; undefined when none can be. */
  easiest: number | bigint | undefined;
}

/** Matches that have left are dropped from the queue when it holds so many more than wait, and from a bucket behind so many. */
const GONE_MAX = 64;

/**
 * Matches by the value that they ask for: a step whose filter asks for an equal value offers an event to those alone that
 * can take it. The filter is still tested whole.
 */
export class KeyedWaiting implements Waiting {
  private readonly key: StepKey;
  private readonly bound: StepBound | undefined;
  /** All that wait, oldest first, with those between them that have left: what `within` looks at. */
  private queue: Match[] = [];
  private head = 0;
  private readonly buckets = new Map<unknown, Bucket>();
  size = 0;

  constructor(key: StepKey, bound?: StepBound) {
    this.key = key;
    this.bound = bound;
  }

  has(match: Match): boolean {
    return match.waitsIn === this;
  }

  get oldest(): Match | undefined {
    const { queue } = this;
    for (let match = queue[this.head]; match !== undefined; match = queue[++this.head]) if (match.waitsIn === this) return match;
    this.queue = [];
    this.head = 0;
    return undefined;
  }

  add(match: Match): void {
    if (match.waitsIn === this) return;
    match.waitsIn = this;
    this.size++;
    this.queue.push(match);
    if (this.queue.length > 2 * this.size + GONE_MAX) this.compact();
    const key = this.key.ofMatch(match.slots) ?? null;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) this.buckets.set(key, (bucket = { matches: [], head: 0, easiest: undefined }));
    bucket.matches.push(match);
    if (this.bound !== undefined) ease(bucket, this.bound, match);
  }

  dropOldest(): void {
    const { oldest } = this;
    if (oldest === undefined) return;
    this.remove(oldest);
    this.head++;
  }

  /** Takes one out of any place. */
  remove(match: Match): void {
    if (match.waitsIn !== this) return;
    this.leave(match);
    const key = this.key.ofMatch(match.slots) ?? null;
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return;
    const { matches } = bucket;
    if (matches[bucket.head] === match) bucket.head++;
    else {
      const at = matches.indexOf(match, bucket.head);
      if (at >= 0) matches.splice(at, 1);
    }
    if (bucket.head === matches.length) this.buckets.delete(key);
    else if (bucket.head > GONE_MAX && bucket.head * 2 > matches.length) {
      bucket.matches = matches.slice(bucket.head);
      bucket.head = 0;
    }
  }

  offer(event: Taken, ended: Match[], trial: Trial): void {
    const key = this.key.ofEvent(event.r);
    const bucket = key == null ? undefined : this.buckets.get(key);
    if (bucket === undefined || !this.reaches(event.r, bucket)) return;
    const { bound } = this;
    const { matches } = bucket;
    let kept = 0;
    bucket.easiest = undefined;
    for (let index = bucket.head; index < matches.length; index++) {
      const match = matches[index];
      if (match === undefined || match.waitsIn !== this) continue;
      if (!trial.stays(match, event, ended)) this.leave(match);
      else {
        matches[kept++] = match;
        if (bound !== undefined) ease(bucket, bound, match);
      }
    }
    matches.length = kept;
    bucket.head = 0;
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

  held(): readonly Match[] {
    return this.queue.slice(this.head).filter((match) => match.waitsIn === this);
  }

  clear(): void {
    for (const match of this.held()) match.waitsIn = undefined;
    this.queue = [];
    this.head = 0;
    this.size = 0;
    this.buckets.clear();
  }

  private compact(): void {
    this.queue = this.queue.filter((match, index) => index >= this.head && match.waitsIn === this);
    this.head = 0;
  }

  private leave(match: Match): void {
    match.waitsIn = undefined;
    this.size--;
  }
}

function ease(bucket: Bucket, bound: StepBound, match: Match): void {
  const value = bound.ofMatch(match.slots);
  if (typeof value !== 'number' && typeof value !== 'bigint') return;
  const { easiest } = bucket;
  if (easiest === undefined || (bound.direction === 1 ? value < easiest : value > easiest)) bucket.easiest = value;
}
