import type { Match, Taken } from './match.ts';
import { settle, Step, type StepSetting } from './step.ts';

/** One side of `and` or `or`; both sides hold the same matches. */
export class LogicalStep extends Step {
  readonly operator: 'and' | 'or';
  private other: LogicalStep | undefined;

  constructor(slot: number, operator: 'and' | 'or', setting: StepSetting, test: ConstructorParameters<typeof Step>[2]) {
    super(slot, setting, test);
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
      if (this.arriving.length === 0) this.arriving.push(match);
      if (partner.arriving.length === 0) partner.arriving.push(match);
    } else {
      this.arriving.push(match);
      partner.arriving.push(match);
    }
  }

  override acceptAnew(match: Match): void {
    const branch = match.branch(this.slot);
    branch.slots[this.partner.slot] = null;
    this.arriving.push(branch);
    this.partner.arriving.push(branch);
  }

  override update(): void {
    settle(this);
    settle(this.partner);
  }

  override reset(): void {
    const { partner } = this;
    if (this.operator === 'and' && this.waiting.length !== partner.waiting.length) return;
    this.waiting.length = 0;
    partner.waiting.length = 0;
    if (this.isStart && this.arriving.length === 0) this.beginAfterReset();
  }

  override receive(event: Taken, ended: Match[]): void {
    const { waiting, slot, partner } = this;
    let kept = 0;
    for (let index = 0; index < waiting.length; index++) {
      const match = waiting[index];
      // `or`: the other side was first.
      if (match === undefined || (this.operator === 'or' && match.slots[partner.slot] !== null)) continue;
      match.slots[slot] = event;
      this.offer(match, event);
      if (this.end.returned) {
        this.end.returned = false;
        match.endIn(ended);
      }
      if (this.changed) continue;
      match.slots[slot] = null;
      if (!this.setting.sequence) waiting[kept++] = match;
    }
    waiting.length = kept;
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
