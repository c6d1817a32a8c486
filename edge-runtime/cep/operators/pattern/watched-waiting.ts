import { DueIndex } from './due-index.ts';
import { KeyedWaiting, type StepKey } from './keyed-waiting.ts';
import type { Match, Taken } from './match.ts';
import { FEW, MatchList, type DueOf } from './match-list.ts';
import type { StepSetting } from './step-setting.ts';
import type { Trial, Waiting } from './waiting.ts';

/** So many matches that have left may still stand among those whose time is to come. */
const GONE_MAX = 64;

/** Matches that wait for nothing to happen of the value that each asks for: they are found by it, and when their time is over. */
export class WatchedWaiting implements Waiting {
  private readonly dueOf: DueOf;
  private readonly key: StepKey;
  private readonly setting: StepSetting;
  private readonly few: MatchList;
  /** All of them when they are many, and none is among the few. */
  private many: { keyed: KeyedWaiting; dues: DueIndex; places: number } | undefined;

  constructor(dueOf: DueOf, key: StepKey, setting: StepSetting) {
    this.dueOf = dueOf;
    this.key = key;
    this.setting = setting;
    this.few = new MatchList(setting, dueOf);
  }

  private get all(): Waiting {
    return this.many?.keyed ?? this.few;
  }

  get size(): number {
    return this.all.size;
  }
  get oldest(): Match | undefined {
    return this.all.oldest;
  }
  held(): readonly Match[] {
    return this.all.held();
  }

  add(match: Match): void {
    if (this.many !== undefined) this.addToMany(match, this.many);
    else {
      this.few.add(match);
      if (this.few.size > FEW) this.becomeMany();
    }
  }

  private becomeMany(): void {
    const many = { keyed: new KeyedWaiting(this.key), dues: new DueIndex(this.setting), places: 0 };
    for (const match of this.few.held()) this.addToMany(match, many);
    this.few.clear();
    this.many = many;
  }

  private addToMany(match: Match, many: NonNullable<WatchedWaiting['many']>): void {
    const { keyed, dues } = many;
    if (keyed.has(match)) return;
    keyed.add(match);
    dues.add(match, this.dueOf(match), many.places++);
    if (dues.size > 2 * keyed.size + GONE_MAX) dues.retain((one) => keyed.has(one));
  }

  dropOldest(): void {
    this.all.dropOldest();
  }

  offer(event: Taken, ended: Match[], trial: Trial): void {
    this.all.offer(event, ended, trial);
    if (this.many?.keyed.size === 0) this.many = undefined;
  }

  /** Of those whose time may be over at `time`, those leave, oldest first, of which `leaves` is true. */
  takeDue(time: number, leaves: (match: Match) => boolean): void {
    if (this.many === undefined) {
      this.few.takeDue(time, leaves);
      return;
    }
    const { keyed, dues } = this.many;
    for (const entry of dues.take(time)) {
      if (!keyed.has(entry.match)) continue;
      if (leaves(entry.match)) keyed.remove(entry.match);
      else dues.put(entry);
    }
    if (keyed.size === 0) this.many = undefined;
  }

  clear(): void {
    this.few.clear();
    this.many?.keyed.clear();
    this.many = undefined;
  }
}
