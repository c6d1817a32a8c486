import { DueIndex } from './due-index.ts';
import type { Match, Taken } from './match.ts';
import type { StepSetting } from './step-setting.ts';
import type { Trial, Waiting } from './waiting.ts';

/** So many are looked at one after the other; more are found by their time. */
export const FEW = 16;

/** Gaps of so many that left are not worth closing. */
const GAPS = 32;

/** From when on a match has to be looked at. */
export type DueOf = (match: Match) => number;
const NEVER: DueOf = () => Number.POSITIVE_INFINITY;

/** Matches in the order in which they came. Where they are many, those whose time has come are found by it. */
export class MatchList implements Waiting {
  protected readonly setting: StepSetting;
  private readonly dueOf: DueOf;
  protected matches: (Match | undefined)[] = [];
  /** Places of which the match has left; nobody is before `head`. */
  private gaps = 0;
  private head = 0;
  /** By their places, which they keep while it is there; absent until it is asked for many. */
  private index: DueIndex | undefined;

  /** @param dueOf besides the end of its `within`, which is looked after; it never says too late */
  constructor(setting: StepSetting, dueOf = NEVER) {
    this.setting = setting;
    this.dueOf = dueOf;
  }

  get size(): number {
    return this.matches.length - this.gaps;
  }

  get oldest(): Match | undefined {
    const { matches } = this;
    while (this.head < matches.length && matches[this.head] === undefined) this.head++;
    return matches[this.head];
  }

  add(match: Match): void {
    this.index?.add(match, this.dueOf(match), this.matches.length);
    this.matches.push(match);
  }

  dropOldest(): void {
    if (this.oldest !== undefined) this.drop(this.head);
    this.closeGaps();
  }

  offer(event: Taken, ended: Match[], trial: Trial): void {
    const { matches } = this;
    if (this.index !== undefined) this.leaveGaps((match) => !trial.stays(match, event, ended));
    else {
      let kept = 0;
      for (let place = this.head; place < matches.length; place++) {
        const match = matches[place];
        if (match !== undefined && trial.stays(match, event, ended)) matches[kept++] = match;
      }
      this.cut(kept);
    }
  }

  /** Takes a match out wherever it is. */
  remove(match: Match): void {
    this.leaveGaps((one) => one === match);
  }

  /** Of those that may be due at `time`, those leave, oldest first, of which `leaves` is true. */
  takeDue(time: number, leaves: (match: Match) => boolean): void {
    const { matches } = this;
    if (matches.length > FEW) this.takeByTime(time, leaves);
    else if (matches.length > 0) {
      let kept = 0;
      for (let place = this.head; place < matches.length; place++) {
        const match = matches[place];
        if (match !== undefined && !leaves(match)) matches[kept++] = match;
      }
      this.cut(kept);
    }
  }

  private takeByTime(time: number, leaves: (match: Match) => boolean): void {
    const index = (this.index ??= this.indexed());
    for (const entry of index.take(time)) {
      if (this.matches[entry.place] !== entry.match) continue;
      if (leaves(entry.match)) this.drop(entry.place);
      else index.put(entry);
    }
    this.closeGaps();
  }

  private indexed(): DueIndex {
    const index = new DueIndex(this.setting);
    this.matches.forEach((match, place) => match && index.add(match, this.dueOf(match), place));
    return index;
  }

  held(): Match[] {
    return this.matches.filter((match) => match !== undefined);
  }

  clear(): void {
    if (this.matches.length > 0) this.cut(0);
  }

  private leaveGaps(leaves: (match: Match) => boolean): void {
    for (let place = this.head; place < this.matches.length; place++) {
      const match = this.matches[place];
      if (match !== undefined && leaves(match)) this.drop(place);
    }
    this.closeGaps();
  }

  private drop(place: number): void {
    this.matches[place] = undefined;
    this.gaps++;
  }

  private closeGaps(): void {
    if (this.gaps < GAPS || this.gaps * 2 < this.matches.length) return;
    this.matches = this.held();
    this.cut(this.matches.length);
  }

  /** The first so many are all that is left. */
  private cut(length: number): void {
    this.matches.length = length;
    this.gaps = 0;
    this.head = 0;
    this.index = undefined;
  }
}
