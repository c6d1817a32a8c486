import type { Row } from '../../api.ts';
import { byTime, Match, type Slot, type Taken } from './match.ts';

/** What all steps of one pattern share. */
export interface StepSetting {
  sequence: boolean;
  slots: number;
  /** `within` in milliseconds, if there is one, and the slots of the steps that it counts from. */
  within: number | undefined;
  starts: number[];
}

const NOTHING_TAKEN: readonly Slot[] = [];

/**
 * One step of a pattern or sequence: the matches that wait for its event, and where they go when it comes.
 *
 * A match first arrives, and waits from the next event on; so no event counts for two steps of one match. The order of
 * all of this is Siddhi's, since it can be seen in what comes out and in which order.
 */
export class Step {
  readonly slot: number;
  readonly setting: StepSetting;
  isStart = false;
  /** Where a match goes on to; absent on the last step. */
  next: Step | undefined;
  /** The first step of the `every` that ends here: it begins anew when this step is done. */
  every: Step | undefined;
  /** The first step of the `every` around this one: it begins anew when `within` is over. */
  aroundEvery: Step | undefined;
  /** The matches that end here are put out. */
  isLast = false;
  /** The step whose `returned` says that a match came to its end while this step worked. */
  end: Step;
  /** A counted first step that has to begin anew when this one is done or failed. */
  restart: { restartLater(): void } | undefined;
  returned = false;
  waiting: Match[] = [];
  arriving: Match[] = [];
  protected changed = false;
  protected initialized = false;
  private readonly test: ((timestamp: number, row: Row, state: readonly Slot[]) => boolean) | undefined;

  /** The filter needs the event alone, so that one that fails it is offered to no match. */
  private readonly alone: boolean;

  constructor(slot: number, setting: StepSetting, test: Step['test'], alone = false) {
    this.slot = slot;
    this.setting = setting;
    this.test = test;
    this.alone = alone && !setting.sequence;
    this.end = this;
  }

  /** Begins a match, on the first step only. */
  init(): void {
    if (!this.isStart) return;
    const again = this.every !== undefined || (this.setting.sequence && this.next?.waitsForAbsence === true);
    if (this.initialized && !again) return;
    this.accept(new Match(new Array<Slot>(this.setting.slots).fill(null)));
    this.initialized = true;
  }

  get waitsForAbsence(): boolean {
    return false;
  }

  /** Called once when the app starts: absence at the beginning counts from then. */
  started(): void {
    // Only steps that wait for absence have something to start.
  }

  accept(match: Match): void {
    if (!this.setting.sequence || this.arriving.length === 0) this.arriving.push(match);
  }

  /** A branch of `match` begins here. */
  acceptAnew(match: Match): void {
    this.arriving.push(match.branch(this.slot));
  }

  update(): void {
    settle(this);
  }

  /** Sequences: whatever waited has not been continued by the last event, and is over. */
  reset(): void {
    this.waiting.length = 0;
    if (this.isStart && this.arriving.length === 0) this.beginAfterReset();
  }

  protected beginAfterReset(): void {
    if (this.setting.sequence && this.every === undefined && (this.next?.waiting.length ?? 0) > 0) return;
    this.init();
  }

  /** Gives up the matches whose `within` is over at `time`. */
  expire(time: number): void {
    if (this.setting.within === undefined) return;
    let told: Match | undefined;
    const give = (match: Match): void => {
      if (match.expired) return;
      match.expired = true;
      told = match;
    };
    this.expireWaiting(time, give);
    if (this.arriving.length > 0) {
      this.arriving = this.arriving.filter((match) => {
        if (!this.isOver(match, time)) return true;
        give(match);
        return false;
      });
    }
    if (told === undefined || this.aroundEvery === undefined) return;
    this.aroundEvery.acceptAnew(told);
    this.aroundEvery.update();
  }

  /** Gives up what waits, from the oldest on; what is not over yet protects what came after it. */
  protected expireWaiting(time: number, give: (match: Match) => void): void {
    let count = 0;
    for (let first = this.waiting[count]; first !== undefined && this.isOver(first, time); first = this.waiting[count]) {
      give(first);
      count++;
    }
    if (count > 0) this.waiting.splice(0, count);
  }

  protected isOver(match: Match, time: number): boolean {
    const { within, starts } = this.setting;
    if (within === undefined) return false;
    for (const slot of starts) {
      const start = match.first(slot);
      if (start !== null && Math.abs(start.t - time) > within) return true;
    }
    return false;
  }

  /** Offers an event to every match that waits here; those that came to their end go to `ended`. */
  receive(event: Taken, ended: Match[]): void {
    const { waiting, slot } = this;
    if (this.alone && !this.end.returned && this.test?.(event.t, event.r, NOTHING_TAKEN) === false) return;
    let kept = 0;
    for (let index = 0; index < waiting.length; index++) {
      const match = waiting[index];
      if (match === undefined) continue;
      match.slots[slot] = event;
      this.offer(match, event);
      if (this.end.returned) {
        this.end.returned = false;
        match.endIn(ended);
      }
      if (this.changed) continue;
      match.slots[slot] = null;
      if (!this.setting.sequence || !this.dropsOnFailure) waiting[kept++] = match;
      if (this.setting.sequence) this.restart?.restartLater();
    }
    waiting.length = kept;
  }

  protected get dropsOnFailure(): boolean {
    return true;
  }

  /** Tests the event against the step's filter and, when it passes, takes the step. */
  protected offer(match: Match, event: Taken): void {
    this.changed = false;
    if (this.test === undefined || this.test(event.t, event.r, match.slots)) this.take(match);
  }

  /** The event counts: the match moves on. */
  protected take(match: Match): void {
    this.changed = true;
    match.time = match.first(this.slot)?.t ?? match.time;
    this.moveOn(match);
  }

  protected moveOn(match: Match): void {
    if (this.isLast) this.returned = true;
    this.next?.accept(match);
    this.every?.acceptAnew(match);
    this.restart?.restartLater();
  }

  /** What waits, oldest first. */
  held(): readonly Match[] {
    return this.waiting;
  }

  hold(matches: readonly Match[]): void {
    this.waiting = [...matches];
  }

  /** Joins this step to the one after it. */
  link(next: Step): void {
    this.next = next;
  }

  /** What this step remembers besides its matches; for snapshots. */
  saveExtra(): unknown[] {
    return [this.initialized, this.returned];
  }

  loadExtra(values: readonly unknown[]): void {
    this.initialized = values[0] === true;
    this.returned = values[1] === true;
  }
}

/** What arrived begins to wait. */
export function settle(step: Step): void {
  if (step.arriving.length === 0) return;
  if (step.arriving.length > 1) step.arriving.sort(byTime);
  for (const match of step.arriving) step.waiting.push(match);
  step.arriving.length = 0;
}
