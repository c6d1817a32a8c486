import type { Alarm, Clock } from '../../runtime/timers.ts';
import type { StepKey } from './keyed-waiting.ts';
import { Match, NO_TIME, type Slot, type Taken } from './match.ts';
import { MatchList } from './match-list.ts';
import { isOver, type StepSetting } from './step-setting.ts';
import { Step } from './step.ts';
import { WatchedWaiting } from './watched-waiting.ts';

/** What a step that waits for absence needs to watch the time. */
export interface Watch {
  clock: Clock;
  alarm(ring: (time: number) => void): Alarm;
  /** A match came to its end by time alone. */
  ended(match: Match): void;
}

/** `not S for T`: goes on when no event passed the filter for T milliseconds. */
export class AbsentStep extends Step {
  declare readonly waiting: MatchList | WatchedWaiting;
  private readonly wait: number;
  private readonly watch: Watch;
  private readonly alarm: Alarm;
  private scheduled = 0;
  private active = true;
  private begun = false;

  constructor(slot: number, wait: number, key: StepKey | undefined, watch: Watch, setting: StepSetting, test: ConstructorParameters<typeof Step>[2]) {
    // One that holds no event yet waits from a time that the step knows.
    const dueOf = ({ time }: Match): number => (time === NO_TIME ? Number.NEGATIVE_INFINITY : time + wait);
    super(slot, setting, test, false, key === undefined ? new MatchList(setting, dueOf) : new WatchedWaiting(dueOf, key, setting));
    this.wait = wait;
    this.watch = watch;
    this.alarm = watch.alarm((time) => this.ring(time));
  }

  override get waitsForAbsence(): boolean {
    return true;
  }

  override started(): void {
    if (this.begun) return;
    this.begun = true;
    if (this.isStart && this.active) this.schedule(this.watch.clock.now + this.wait);
  }

  private schedule(time: number): void {
    this.scheduled = time;
    this.alarm.at(time);
  }

  override accept(match: Match): void {
    if (!this.active) return;
    if (this.setting.sequence) this.arriving.clear();
    this.arriving.add(match);
    if (!this.isStart) this.schedule(match.time + this.wait);
  }

  override acceptAnew(match: Match): void {
    super.acceptAnew(match);
    this.schedule(match.time + this.wait);
  }

  override reset(): void {
    this.waiting.clear();
    if (this.isStart) this.beginAfterReset();
  }

  /** The time may be over for some of the matches. */
  private ring(time: number): void {
    if (!this.active) return;
    this.prepare();
    const passed = this.takePassed(time);
    this.aroundEvery?.update();
    for (const match of passed) this.proceed(match);
    const { now } = this.watch.clock;
    if (now > this.wait + time) this.scheduled = now + this.wait;
    if (passed.length === 0 && this.scheduled < time) this.schedule(time + this.wait);
  }

  private prepare(): void {
    const { sequence } = this.setting;
    const empty = this.isStart && this.arriving.size === 0 && this.waiting.size === 0;
    const over = sequence && this.every === undefined && this.scheduled > 0;
    if (empty && !over) this.accept(new Match(new Array<Slot>(this.setting.slots).fill(null)));
    else if (sequence && this.arriving.size > 0) this.reset();
    this.update();
  }

  private takePassed(time: number): Match[] {
    const passed: Match[] = [];
    this.waiting.takeDue(time, (match) => {
      if (isOver(match, time, this.setting)) {
        if (this.aroundEvery !== undefined && this.every !== this) this.every?.acceptAnew(match);
        return true;
      }
      const due = match.time === NO_TIME ? this.scheduled : match.time + this.wait;
      if (time < due) return false;
      match.time = time;
      match.endIn(passed);
      return true;
    });
    return passed;
  }

  private proceed(match: Match): void {
    if (this.isLast) this.watch.ended(match);
    this.next?.accept(match);
    if (this.every !== undefined) this.every.acceptAnew(match);
    else if (this.isStart) this.active = false;
    this.restart?.restartLater();
  }

  /** The event that must not come came. */
  override receive(event: Taken, _ended: Match[]): void {
    if (this.active) super.receive(event, []);
  }

  protected override get dropsOnFailure(): boolean {
    return false;
  }

  protected override take(match: Match): void {
    this.changed = true;
    match.time = match.first(this.slot)?.t ?? match.time;
    this.returned = true;
    if (this.isStart && this.every === this) this.acceptAnew(match);
    this.schedule(match.time + this.wait);
  }

  override saveExtra(): unknown[] {
    return [...super.saveExtra(), this.scheduled, this.active, this.begun];
  }
  override loadExtra(values: readonly unknown[]): void {
    super.loadExtra(values);
    this.scheduled = Number(values[2]);
    this.active = values[3] === true;
    this.begun = values[4] === true;
  }
  get alarms(): readonly Alarm[] {
    return [this.alarm];
  }
}
