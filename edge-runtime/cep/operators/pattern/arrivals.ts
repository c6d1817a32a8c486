import { DueIndex } from './due-index.ts';
import { byTime, type Match } from './match.ts';
import { isOver, type StepSetting } from './step-setting.ts';
import type { Waiting } from './waiting.ts';

/** So many are looked at one after the other; more are found by their time. */
const FEW = 16;

const NONE: readonly Match[] = [];

/**
 * The matches that came to a step since its stream's last event, in the order they came. They begin to wait with the next
 * one, which may be long in coming.
 */
export class Arrivals {
  private readonly setting: StepSetting;
  private matches: (Match | undefined)[] = [];
  private gone = 0;
  /** By place in `matches`; absent while they are few. */
  private index: DueIndex | undefined;

  constructor(setting: StepSetting) {
    this.setting = setting;
  }

  get size(): number {
    return this.matches.length - this.gone;
  }

  push(match: Match): void {
    this.index?.add(match, Number.POSITIVE_INFINITY, this.matches.length);
    this.matches.push(match);
  }

  /** Those that are here, in the order they came. */
  held(): Match[] {
    return this.matches.filter((match) => match !== undefined);
  }

  /** All begin to wait, by the time of what they took last. */
  settleIn(waiting: Waiting): void {
    const { matches } = this;
    const [only] = matches;
    if (only === undefined && matches.length === 0) return;
    if (matches.length === 1 && only !== undefined) waiting.add(only);
    else for (const match of this.held().sort(byTime)) waiting.add(match);
    this.clear();
  }

  clear(): void {
    this.matches.length = 0;
    this.gone = 0;
    this.index = undefined;
  }

  /** Takes out those whose `within` is over at `time`. */
  takeOver(time: number): readonly Match[] {
    if (this.matches.length === 0) return NONE;
    return this.matches.length <= FEW ? this.takeOverOfFew(time) : this.takeOverByTime(time);
  }

  private takeOverOfFew(time: number): readonly Match[] {
    const { matches } = this;
    let over: Match[] | undefined;
    let kept = 0;
    for (const match of matches) {
      if (match === undefined) continue;
      if (isOver(match, time, this.setting)) (over ??= []).push(match);
      else matches[kept++] = match;
    }
    matches.length = kept;
    this.gone = 0;
    this.index = undefined;
    return over ?? NONE;
  }

  private takeOverByTime(time: number): readonly Match[] {
    const index = (this.index ??= this.indexed());
    let over: Match[] | undefined;
    for (const entry of index.take(time)) {
      if (!isOver(entry.match, time, this.setting)) index.put(entry);
      else {
        this.matches[entry.place] = undefined;
        this.gone++;
        (over ??= []).push(entry.match);
      }
    }
    if (this.gone * 2 > this.matches.length) {
      this.matches = this.held();
      this.gone = 0;
      this.index = undefined;
    }
    return over ?? NONE;
  }

  private indexed(): DueIndex {
    const index = new DueIndex(this.setting);
    this.matches.forEach((match, place) => match && index.add(match, Number.POSITIVE_INFINITY, place));
    return index;
  }
}
