import { DueIndex } from './due-index.ts';
import { KeyedWaiting, type StepKey } from './keyed-waiting.ts';
import { NO_TIME, type Match, type Taken } from './match.ts';
import type { StepSetting } from './step-setting.ts';
import { MatchQueue, type Trial, type Waiting } from './waiting.ts';

/** So many are looked at one after the other; more are found by their time, and by what they ask for. */
const FEW = 16;

/** So many matches that have left may still stand among those whose time is to come. */
const GONE_MAX = 64;

/** Without a key every event is offered to every match. */
const ANY: StepKey = { ofEvent: () => true, ofMatch: () => true };

/** Matches that wait for nothing to happen: they are found when their time is over. */
export class WatchedWaiting implements Waiting {
  private readonly wait: number;
  private readonly key: StepKey;
  private readonly setting: StepSetting;
  private readonly few = new MatchQueue();
  /** All of them when they are many, and none is among the few. */
  private many: { keyed: KeyedWaiting; dues: DueIndex; places: number } | undefined;

  /** @param wait how long nothing has to happen, in milliseconds */
  constructor(wait: number, key: StepKey | undefined, setting: StepSetting) {
    this.wait = wait;
    this.key = key ?? ANY;
    this.setting = setting;
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
    // One that holds no event yet waits from a time that the step knows.
    dues.add(match, match.time === NO_TIME ? Number.NEGATIVE_INFINITY : match.time + this.wait, many.places++);
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
      this.few.retain((match) => !leaves(match));
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
