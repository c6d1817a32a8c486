import { Dues } from '../dues.ts';
import type { Match } from './match.ts';
import { beginningsOf, type StepSetting } from './step-setting.ts';

/** A match with the time from which it has to be looked at, and its place among the others. */
export interface DueMatch {
  match: Match;
  due: number;
  place: number;
}

/** Finds the matches whose time has come, so that the passing of time costs nothing for all that still wait. */
export class DueIndex {
  private readonly setting: StepSetting;
  private readonly dues = new Dues<DueMatch>();
  /** The latest beginning of any. */
  private newest = Number.NEGATIVE_INFINITY;

  constructor(setting: StepSetting) {
    this.setting = setting;
  }

  get size(): number {
    return this.dues.size;
  }

  /** Adds a match that has to be looked at from `due` on, or as soon as its `within` may be over. */
  add(match: Match, due: number, place: number): void {
    const { first, last } = beginningsOf(match, this.setting);
    // What has not begun yet may begin while it waits; it is looked at each time.
    const over = this.setting.within === undefined ? Number.POSITIVE_INFINITY : first === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : first + this.setting.within;
    this.newest = Math.max(this.newest, last);
    this.put({ match, due: Math.min(due, over), place });
  }

  /** Puts back what was taken too early. */
  put(entry: DueMatch): void {
    this.dues.add(entry.due, entry);
  }

  /** Takes out all that may have to go at `time`, by their places. Those that begin too far ahead of it may, too. */
  take(time: number): readonly DueMatch[] {
    const { within } = this.setting;
    const ahead = within !== undefined && this.newest - time > within;
    const taken = this.dues.take(ahead ? Number.POSITIVE_INFINITY : time);
    return taken.length > 1 ? taken.sort((left, right) => left.place - right.place) : taken;
  }

  /** Forgets all but those of which `stays` is true. */
  retain(stays: (match: Match) => boolean): void {
    this.dues.retain(({ match }) => stays(match));
  }
}
