import type { Row } from '../../api.ts';
import { Arrivals } from './arrivals.ts';
import { Match, type Slot, type Taken } from './match.ts';
import { MatchList } from './match-list.ts';
import { isOver, type StepSetting } from './step-setting.ts';
import type { Trial, Waiting } from './waiting.ts';

const NOTHING_TAKEN: readonly Slot[] = [];

/**
 * One step of a pattern or sequence: the matches that wait for its event, and where they go when it comes.
 *
 * A match first arrives, and waits from the next event on; so no event counts for two steps of one match. The order of
 * all of this is Siddhi's, since it can be seen in what comes out and in which order.
 */
export class Step implements Trial {
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
  readonly waiting: Waiting;
  readonly arriving: Arrivals;
  protected changed = false;
  protected initialized = false;
  private readonly test: ((timestamp: number, row: Row, state: readonly Slot[]) => boolean) | undefined;

  /** The filter needs the event alone, so that one that fails it is offered to no match. */
  private readonly alone: boolean;

  constructor(slot: number, setting: StepSetting, test: Step['test'], alone = false, waiting: Waiting = new MatchList(setting)) {
    this.slot = slot;
    this.setting = setting;
    this.test = test;
    this.alone = alone && !setting.sequence;
    this.end = this;
    this.waiting = waiting;
    this.arriving = new Arrivals(setting);
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
    if (!this.setting.sequence || this.arriving.size === 0) this.arriving.add(match);
  }

  /** A branch of `match` begins here. */
  acceptAnew(match: Match): void {
    this.arriving.add(match.branch(this.slot));
  }

  update(): void {
    this.arriving.settleIn(this.waiting);
  }

  /** Sequences: whatever waited has not been continued by the last event, and is over. */
  reset(): void {
    this.waiting.clear();
    if (this.isStart && this.arriving.size === 0) this.beginAfterReset();
  }

  protected beginAfterReset(): void {
    if (this.setting.sequence && this.every === undefined && (this.next?.waiting.size ?? 0) > 0) return;
    this.init();
  }

  /** Gives up the matches whose `within` is over at `time`; of those that wait, what is not over yet protects what came after it. */
  expire(time: number): void {
    const { setting, waiting } = this;
    if (setting.within === undefined) return;
    let told: Match | undefined;
    for (let first = waiting.oldest; first !== undefined && isOver(first, time, setting); first = waiting.oldest) {
      waiting.dropOldest();
      if (first.giveUp()) told = first;
    }
    for (const match of this.arriving.takeOver(time)) if (match.giveUp()) told = match;
    if (told === undefined || this.aroundEvery === undefined) return;
    this.aroundEvery.acceptAnew(told);
    this.aroundEvery.update();
  }

  /** Offers an event to every match that waits here; those that came to their end go to `ended`. */
  receive(event: Taken, ended: Match[]): void {
    if (this.alone && !this.end.returned && this.test?.(event.t, event.r, NOTHING_TAKEN) === false) return;
    this.waiting.offer(event, ended, this);
  }

  stays(match: Match, event: Taken, ended: Match[]): boolean {
    const { slot } = this;
    match.slots[slot] = event;
    this.offer(match, event);
    if (this.end.returned) {
      this.end.returned = false;
      match.endIn(ended);
    }
    if (this.changed) return false;
    match.slots[slot] = null;
    if (!this.setting.sequence) return true;
    this.restart?.restartLater();
    return !this.dropsOnFailure;
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

  /** Takes back what waited and what had arrived, each oldest first. */
  hold(waiting: readonly Match[], arriving: readonly Match[]): void {
    this.waiting.clear();
    this.arriving.clear();
    for (const match of waiting) this.waiting.add(match);
    for (const match of arriving) this.arriving.add(match);
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
