import type { Match } from './match.ts';
import { beginningsOf, type StepSetting } from './step-setting.ts';

/** A match with the time from which it has to be looked at, and its place among the others. */
export interface DueMatch {
  match: Match;
  due: number;
  place: number;
}

const NONE: readonly DueMatch[] = [];

/** Room of so many that were taken is left in front of the others. */
const FEW = 16;

/** Finds the matches whose time has come, so that the passing of time costs nothing for all that still wait. */
export class DueIndex {
  private readonly setting: StepSetting;
  /** By due time from `head` on. Matches come almost in that order, so that one is put in near the end. */
  private entries: DueMatch[] = [];
  private head = 0;
  /** The latest beginning of any. */
  private newest = Number.NEGATIVE_INFINITY;

  constructor(setting: StepSetting) {
    this.setting = setting;
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
    const { entries, head } = this;
    if (head > 0 && (entries[head]?.due ?? Number.POSITIVE_INFINITY) >= entry.due) {
      this.head = head - 1;
      entries[head - 1] = entry;
      return;
    }
    let at = entries.length;
    while (at > head && (entries[at - 1]?.due ?? 0) > entry.due) at--;
    if (at === entries.length) entries.push(entry);
    else entries.splice(at, 0, entry);
  }

  /** Takes out all that may have to go at `time`, by their places. Those that begin too far ahead of it may, too. */
  take(time: number): readonly DueMatch[] {
    const { entries, head } = this;
    const { within } = this.setting;
    let end = head;
    if (within !== undefined && this.newest - time > within) end = entries.length;
    else while (end < entries.length && (entries[end]?.due ?? 0) <= time) end++;
    if (end === head) return NONE;
    const taken = entries.slice(head, end);
    this.head = end;
    if (end > FEW && end * 2 > entries.length) {
      this.entries = entries.slice(end);
      this.head = 0;
    }
    return taken.length > 1 ? taken.sort((left, right) => left.place - right.place) : taken;
  }

  get size(): number {
    return this.entries.length - this.head;
  }

  /** Forgets all but those of which `stays` is true. */
  retain(stays: (match: Match) => boolean): void {
    this.entries = this.entries.filter(({ match }, index) => index >= this.head && stays(match));
    this.head = 0;
  }

  clear(): void {
    this.entries = [];
    this.head = 0;
    this.newest = Number.NEGATIVE_INFINITY;
  }
}
