import type { Match, Taken } from './match.ts';
import type { StepSetting } from './step-setting.ts';
import { Step } from './step.ts';

/** `<min:max>`, `*`, `+`, `?`: a step that takes several events. */
export class CountStep extends Step {
  private readonly min: number;
  private readonly max: number;
  private counted = false;
  private restarting = false;

  constructor(slot: number, min: number, max: number, setting: StepSetting, test: ConstructorParameters<typeof Step>[2]) {
    super(slot, setting, test);
    this.min = min;
    this.max = max;
  }

  override link(next: Step): void {
    super.link(next);
    if (this.isStart && this.setting.sequence && this.min === 0) next.restart = this;
  }

  restartLater(): void {
    this.restarting = true;
  }

  override update(): void {
    if (this.restarting) {
      this.restarting = false;
      this.init();
    }
    super.update();
  }

  override accept(match: Match): void {
    super.accept(match);
    if (this.min === 0 && match.slots[this.slot] === null) this.enough(match);
  }

  override stays(match: Match, event: Taken, ended: Match[]): boolean {
    const { slot } = this;
    // The match went on without this step: it collects no more.
    if (isTaken(match, slot + 1) || isTaken(match, slot + 2)) return false;
    const held = match.slots[slot];
    if (Array.isArray(held)) held.push(event);
    else match.slots[slot] = [event];
    this.counted = false;
    this.offer(match, event);
    if (this.end.returned) {
      this.end.returned = false;
      match.endIn(ended);
    }
    if (!this.counted) dropLast(match, slot);
    return !this.changed && (this.counted || !this.setting.sequence);
  }

  protected override take(match: Match): void {
    const held = match.slots[this.slot];
    const count = Array.isArray(held) ? held.length : 1;
    this.counted = true;
    match.time = match.last(this.slot)?.t ?? match.time;
    if (count < this.min) return;
    if (this.setting.sequence) {
      this.next?.accept(match);
      if (count !== this.max) this.accept(match);
    } else if (count === this.min) this.enough(match);
    if (count === this.max) this.changed = true;
  }

  /** The least count is reached: the match may go on, while this step goes on collecting. */
  private enough(match: Match): void {
    if (this.isLast) {
      this.changed = true;
      this.returned = true;
    }
    this.next?.accept(match);
    this.every?.acceptAnew(match);
  }

  override saveExtra(): unknown[] {
    return [...super.saveExtra(), this.restarting];
  }
  override loadExtra(values: readonly unknown[]): void {
    super.loadExtra(values);
    this.restarting = values[2] === true;
  }
}

function isTaken(match: Match, slot: number): boolean {
  return slot < match.slots.length && match.slots[slot] !== null;
}

function dropLast(match: Match, slot: number): void {
  const held = match.slots[slot];
  if (!Array.isArray(held) || held.length <= 1) match.slots[slot] = null;
  else held.pop();
}
