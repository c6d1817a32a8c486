import type { Match, Taken } from './match.ts';
import { MatchList, type DueOf } from './match-list.ts';
import type { StepSetting } from './step-setting.ts';
import { Step } from './step.ts';

/** One side of `and` or `or`; both sides hold the same matches. */
export class LogicalStep extends Step {
  readonly operator: 'and' | 'or';
  declare readonly waiting: MatchList;
  private other: LogicalStep | undefined;

  constructor(slot: number, operator: 'and' | 'or', setting: StepSetting, test: ConstructorParameters<typeof Step>[2], dueOf?: DueOf) {
    super(slot, setting, test, false, new MatchList(setting, dueOf));
    this.operator = operator;
  }

  get partner(): LogicalStep {
    if (this.other === undefined) throw new TypeError('A logical step was used before it had a partner.');
    return this.other;
  }

  pair(partner: LogicalStep): void {
    this.other = partner;
    partner.other = this;
  }

  override link(next: Step): void {
    this.next = next;
    this.partner.next = next;
  }

  override accept(match: Match): void {
    const { partner } = this;
    if (this.isStart || this.setting.sequence) {
      if (this.arriving.size === 0) this.arriving.add(match);
      if (partner.arriving.size === 0) partner.arriving.add(match);
    } else {
      this.arriving.add(match);
      partner.arriving.add(match);
    }
  }

  override acceptAnew(match: Match): void {
    const branch = match.branch(this.slot);
    branch.slots[this.partner.slot] = null;
    this.arriving.add(branch);
    this.partner.arriving.add(branch);
  }

  override update(): void {
    super.update();
    this.partner.arriving.settleIn(this.partner.waiting);
  }

  override reset(): void {
    const { partner } = this;
    if (this.operator === 'and' && this.waiting.size !== partner.waiting.size) return;
    this.waiting.clear();
    partner.waiting.clear();
    if (this.isStart && this.arriving.size === 0) this.beginAfterReset();
  }

  override stays(match: Match, event: Taken, ended: Match[]): boolean {
    const { slot, partner } = this;
    // `or`: the other side was first.
    if (this.operator === 'or' && match.slots[partner.slot] !== null) return false;
    match.slots[slot] = event;
    this.offer(match, event);
    if (this.end.returned) {
      this.end.returned = false;
      match.endIn(ended);
    }
    if (this.changed) return false;
    match.slots[slot] = null;
    return !this.setting.sequence;
  }

  protected override take(match: Match): void {
    const { partner } = this;
    if (this.operator === 'or') {
      super.take(match);
      if (partner.isLast && this.end === partner) partner.returned = true;
    } else if (partner.letsPass(match)) super.take(match);
    else this.changed = true;
  }

  /** Asked by the other side of `and`: whether this side is fulfilled. */
  letsPass(match: Match): boolean {
    return match.slots[this.slot] !== null;
  }
}
