import type { Alarm } from '../../runtime/timers.ts';
import type { Watch } from './absent-step.ts';
import { LogicalStep } from './logical-step.ts';
import { Match, type Slot, type Taken } from './match.ts';
import { isOver, type StepSetting } from './step-setting.ts';
import type { Step } from './step.ts';

/** No `for`: absence is judged when the other side is fulfilled. */
const NO_WAIT = -1;

/** The `not S [for T]` side of `and` or `or`. */
export class AbsentLogicalStep extends LogicalStep {
  private readonly wait: number;
  private readonly watch: Watch;
  private readonly alarm: Alarm;
  private lastArrival = 0;
  private active = true;
  private begun = false;

  constructor(slot: number, operator: 'and' | 'or', wait: number | undefined, watch: Watch, setting: StepSetting, test: ConstructorParameters<typeof Step>[2]) {
    super(slot, operator, setting, test, (match) => sinceOf(match, slot) + (wait ?? NO_WAIT));
    this.wait = wait ?? NO_WAIT;
    this.watch = watch;
    this.alarm = watch.alarm((time) => this.ring(time));
  }

  override get waitsForAbsence(): boolean {
    return true;
  }

  override started(): void {
    if (this.begun) return;
    this.begun = true;
    if (this.isStart && this.wait !== NO_WAIT && this.active) this.alarm.at(this.watch.clock.now + this.wait);
  }

  override accept(match: Match): void {
    if (!this.active) return;
    super.accept(match);
    if (this.isStart || this.wait === NO_WAIT) return;
    this.alarm.at(match.time + this.wait);
    const { partner } = this;
    if (partner instanceof AbsentLogicalStep) partner.alarm.at(match.time + partner.wait);
  }

  override acceptAnew(match: Match): void {
    const branch = match.branch(match.slots.length);
    const own = match.first(this.slot);
    if (own !== null) branch.time = own.t;
    branch.slots[this.slot] = null;
    branch.slots[this.partner.slot] = null;
    this.arriving.add(branch);
    this.partner.arriving.add(branch);
  }

  private ring(time: number): void {
    if (!this.active) return;
    let quiet = true;
    if (time >= this.lastArrival + this.wait) {
      this.prepare();
      const passed = this.takePassed(time);
      quiet = passed.length === 0;
      for (const match of passed) {
        match.time = time;
        this.proceed(match);
      }
      this.lastArrival = 0;
    }
    if (this.every === undefined && !(quiet && this.isStart)) return;
    this.alarm.at((this.lastArrival === 0 ? this.watch.clock.now : this.lastArrival) + this.wait);
  }

  private prepare(): void {
    const { sequence } = this.setting;
    if (this.isStart && sequence && this.arriving.size === 0 && this.waiting.size === 0) this.accept(new Match(new Array<Slot>(this.setting.slots).fill(null)));
    else if (sequence && this.arriving.size > 0) this.reset();
    this.update();
  }

  private takePassed(time: number): Match[] {
    const passed: Match[] = [];
    let over: Match | undefined;
    this.waiting.takeDue(time, (match) => {
      if (isOver(match, time, this.setting)) {
        over = match;
        return true;
      }
      if (time < sinceOf(match, this.slot) + this.wait) return false;
      const partnerCame = match.slots[this.partner.slot] !== null;
      // Absence counts as an event without values, so that the other side sees this one fulfilled.
      if (!partnerCame) match.slots[this.slot] = { t: NO_WAIT, r: [] };
      if ((this.operator === 'or') !== partnerCame) match.endIn(passed);
      return true;
    });
    if (over !== undefined && this.aroundEvery !== undefined) {
      this.aroundEvery.acceptAnew(over);
      this.aroundEvery.update();
    }
    return passed;
  }

  private proceed(match: Match): void {
    if (this.isLast) this.watch.ended(match);
    this.next?.accept(match);
    if (this.every !== undefined) this.every.acceptAnew(match);
    else if (this.isStart) {
      this.active = false;
      if (this.operator === 'or' && this.partner instanceof AbsentLogicalStep) this.partner.active = false;
    }
    this.restart?.restartLater();
  }

  override receive(event: Taken, ended: Match[]): void {
    if (this.active) super.receive(event, ended);
  }

  override stays(match: Match, event: Taken): boolean {
    const { slot, partner, setting } = this;
    if (this.operator === 'or' && match.slots[partner.slot] !== null) return false;
    const keepsOwn = this.wait !== NO_WAIT || (setting.sequence && this.operator === 'and' && this.every !== undefined);
    const before = match.slots[slot] ?? null;
    match.slots[slot] = event;
    this.offer(match, event);
    let stays = true;
    if (keepsOwn) match.slots[slot] = before;
    if (this.end.returned) {
      this.end.returned = false;
      stays = false;
      if (setting.sequence) partner.waiting.remove(match);
    }
    if (!this.changed) {
      match.slots[slot] = before;
      if (setting.sequence) stays = false;
    }
    return stays;
  }

  /** The event that must not come came. */
  protected override take(match: Match): void {
    this.changed = true;
    this.returned = true;
    this.lastArrival = match.first(this.slot)?.t ?? this.lastArrival;
  }

  override letsPass(match: Match): boolean {
    const came = match.slots[this.slot] !== null;
    if (this.setting.sequence && this.every === undefined && this.lastArrival > 0) return false;
    if (this.wait !== NO_WAIT) return came;
    if (this.every === undefined) return !came;
    if (this.lastArrival === 0) return true;
    this.lastArrival = 0;
    this.init();
    return false;
  }

  override saveExtra(): unknown[] {
    return [...super.saveExtra(), this.lastArrival, this.active, this.begun];
  }
  override loadExtra(values: readonly unknown[]): void {
    super.loadExtra(values);
    this.lastArrival = Number(values[2]);
    this.active = values[3] === true;
    this.begun = values[4] === true;
  }
  get alarms(): readonly Alarm[] {
    return [this.alarm];
  }
}

/** From when on nothing has to come. */
function sinceOf(match: Match, slot: number): number {
  return match.first(slot)?.t ?? match.time;
}
