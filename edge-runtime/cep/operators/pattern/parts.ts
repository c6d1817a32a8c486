import type { Row } from '../../api.ts';
import type { StateElementPlan, StateInputPlan } from '../../plan/plan.ts';
import { looksAtEventOnly } from '../../plan/looks-at-event.ts';
import type { Typed } from '../../plan/types.ts';
import { AbsentLogicalStep } from './absent-logical-step.ts';
import { AbsentStep, type Watch } from './absent-step.ts';
import { CountStep } from './count-step.ts';
import { KeyedWaiting, type StepKey } from './keyed-waiting.ts';
import { LogicalStep } from './logical-step.ts';
import type { Slot } from './match.ts';
import { stepBoundOf, stepKeyOf } from './step-key.ts';
import type { StepSetting } from './step-setting.ts';
import { Step } from './step.ts';

export type StepTest = (timestamp: number, row: Row, state: readonly Slot[]) => boolean;

/** A part of a pattern as steps: how it begins, how it ends, and what is reset between two events of a sequence. */
export interface Part {
  first: Step;
  last: Step;
  /** In the order in which a sequence resets and updates them. */
  inner: readonly Part[];
  kind: 'step' | 'next' | 'every' | 'logical';
}

/** Makes the steps of a pattern or sequence. */
export class PatternParts {
  /** In the order of the text; of `and` and `or` the right side comes first. */
  readonly steps: Step[] = [];
  readonly root: Part;
  private readonly streams = new Map<Step, string>();
  private readonly setting: StepSetting;
  private readonly compile: (condition: Typed) => StepTest;
  private readonly watch: Watch;

  constructor(plan: StateInputPlan, setting: StepSetting, compile: (condition: Typed) => StepTest, watch: Watch) {
    this.setting = setting;
    this.compile = compile;
    this.watch = watch;
    this.root = this.build(plan.element, true, undefined);
    this.root.first.end = this.root.last;
    for (const one of lastsOf(this.root)) one.isLast = true;
    for (const one of this.steps) if (one.isStart) setting.starts.push(one.slot);
  }

  /** Which steps hear each stream. */
  byStream(): Map<string, Step[]> {
    const heard = new Map<string, Step[]>();
    for (const one of this.steps) {
      const stream = this.streams.get(one) ?? '';
      heard.set(stream, [...(heard.get(stream) ?? []), one]);
    }
    return heard;
  }

  private build(element: StateElementPlan, isStart: boolean, around: Step[] | undefined): Part {
    switch (element.kind) {
      case 'stream': {
        const { condition, slot } = element;
        const test = this.testOf(condition);
        const key = this.keyOf(condition, isStart);
        const bound = condition === undefined ? undefined : stepBoundOf(condition);
        const alone = condition !== undefined && looksAtEventOnly(condition);
        const step = key === undefined ? new Step(slot, this.setting, test, alone) : new Step(slot, this.setting, test, false, new KeyedWaiting(key, bound));
        return this.single(step, element.stream, isStart, around);
      }
      case 'absent':
        return this.single(new AbsentStep(element.slot, element.for ?? 0, this.keyOf(element.condition, isStart), this.watch, this.setting, this.testOf(element.condition)), element.stream, isStart, around);
      case 'count': {
        const max = element.max < 0 ? Number.POSITIVE_INFINITY : element.max;
        return this.single(new CountStep(element.slot, element.min, max, this.setting, this.testOf(element.condition)), element.stream, isStart, around);
      }
      case 'logical': {
        // The left side's alarm is the first to ring where both are due.
        const left = this.logicalSide(element.left, element.operator);
        const right = this.logicalSide(element.right, element.operator);
        left.step.pair(right.step);
        const second = this.single(right.step, right.stream, isStart, around);
        const first = this.single(left.step, left.stream, isStart, around);
        return { kind: 'logical', first: first.first, last: second.last, inner: [first, second] };
      }
      case 'every': {
        const inside: Step[] = [];
        const inner = this.build(element.element, isStart, inside);
        inner.last.every = inner.first;
        if (inner.last instanceof LogicalStep) inner.last.partner.every = inner.first;
        for (const step of inside) step.aroundEvery = inner.first;
        around?.push(...inside);
        return { kind: 'every', first: inner.first, last: inner.last, inner: [inner] };
      }
      case 'next': {
        const parts = element.steps.map((step, index) => this.build(step, isStart && index === 0, around));
        parts.forEach((part, index) => {
          const following = parts[index + 1];
          if (following !== undefined) part.last.link(following.first);
        });
        const [first, last] = [parts[0], parts.at(-1)];
        if (first === undefined || last === undefined) throw new TypeError('A pattern without steps passed the checker.');
        return { kind: 'next', first: first.first, last: last.last, inner: parts };
      }
    }
  }

  /** The value by which matches can wait: in a pattern, and not before they have begun. */
  private keyOf(condition: Typed | undefined, isStart: boolean): StepKey | undefined {
    return isStart || this.setting.sequence || condition === undefined ? undefined : stepKeyOf(condition);
  }

  private logicalSide(element: StateElementPlan, operator: 'and' | 'or'): { step: LogicalStep; stream: string } {
    if (element.kind === 'stream') return { step: new LogicalStep(element.slot, operator, this.setting, this.testOf(element.condition)), stream: element.stream };
    if (element.kind === 'absent') return { step: new AbsentLogicalStep(element.slot, operator, element.for, this.watch, this.setting, this.testOf(element.condition)), stream: element.stream };
    throw new TypeError(`A side of '${operator}' of kind '${element.kind}' passed the checker.`);
  }

  private single(step: Step, stream: string, isStart: boolean, around: Step[] | undefined): Part {
    step.isStart = isStart;
    this.steps.push(step);
    around?.push(step);
    this.streams.set(step, stream);
    return { kind: 'step', first: step, last: step, inner: [] };
  }

  private testOf(condition: Typed | undefined): StepTest | undefined {
    return condition === undefined ? undefined : this.compile(condition);
  }
}

/** The steps at which a match may end: both sides of a closing `and` or `or`. */
function lastsOf(part: Part): Step[] {
  return part.last instanceof LogicalStep ? [part.last, part.last.partner] : [part.last];
}
