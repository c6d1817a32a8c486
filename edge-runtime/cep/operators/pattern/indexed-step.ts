import type { Row } from '../../api.ts';
import { byTime, type Match, type Slot, type Taken } from './match.ts';
import { Step, type StepSetting } from './step.ts';

/** The two sides of `attribute == earlier.attribute`: what the event has, and what a match asks for. */
export interface StepKey {
  ofEvent(row: Row): unknown;
  ofMatch(slots: readonly Slot[]): unknown;
}

/**
 * A pattern step whose filter asks for an equal value: matches wait by the value they ask for, so that an event is
 * offered to those alone that can take it. The filter is still tested whole.
 */
export class IndexedStep extends Step {
  private readonly key: StepKey;
  /** All that wait, oldest first: what `within` looks at, and what says whether a match is still there. */
  private readonly present = new Set<Match>();
  private readonly buckets = new Map<unknown, Match[]>();

  constructor(slot: number, key: StepKey, setting: StepSetting, test: ConstructorParameters<typeof Step>[2]) {
    super(slot, setting, test);
    this.key = key;
  }

  override held(): readonly Match[] {
    return [...this.present];
  }

  override hold(matches: readonly Match[]): void {
    this.present.clear();
    this.buckets.clear();
    for (const match of matches) this.put(match);
  }

  override update(): void {
    if (this.arriving.length === 0) return;
    if (this.arriving.length > 1) this.arriving.sort(byTime);
    for (const match of this.arriving) this.put(match);
    this.arriving.length = 0;
  }

  override reset(): void {
    this.present.clear();
    this.buckets.clear();
  }

  private put(match: Match): void {
    const key = this.key.ofMatch(match.slots) ?? null;
    this.present.add(match);
    const bucket = this.buckets.get(key);
    if (bucket === undefined) this.buckets.set(key, [match]);
    else bucket.push(match);
  }

  protected override expireWaiting(time: number, give: (match: Match) => void): void {
    for (const match of this.present) {
      if (!this.isOver(match, time)) return;
      give(match);
      this.present.delete(match);
      const key = this.key.ofMatch(match.slots) ?? null;
      const bucket = this.buckets.get(key);
      if (bucket === undefined || bucket[0] !== match) continue;
      bucket.shift();
      if (bucket.length === 0) this.buckets.delete(key);
    }
  }

  override receive(event: Taken, ended: Match[]): void {
    const key = this.key.ofEvent(event.r);
    const bucket = key == null ? undefined : this.buckets.get(key);
    if (bucket === undefined) return;
    const { slot, present } = this;
    let kept = 0;
    for (let index = 0; index < bucket.length; index++) {
      const match = bucket[index];
      if (match === undefined || !present.has(match)) continue;
      match.slots[slot] = event;
      this.offer(match, event);
      if (this.end.returned) {
        this.end.returned = false;
        ended.push(match);
      }
      if (this.changed) present.delete(match);
      else {
        match.slots[slot] = null;
        bucket[kept++] = match;
      }
    }
    bucket.length = kept;
    if (kept === 0) this.buckets.delete(key);
  }
}
