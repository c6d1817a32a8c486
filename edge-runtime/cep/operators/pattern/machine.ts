import type { Row } from '../../api.ts';
import type { StateElementPlan, StateInputPlan } from '../../plan/plan.ts';
import { looksAtEventOnly } from '../../plan/looks-at-event.ts';
import type { Typed } from '../../plan/types.ts';
import { append } from '../../runtime/append.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Receiver } from '../../runtime/receiver.ts';
import type { OutputEvent } from '../../runtime/query-output.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Incremental, type Stage } from '../stage.ts';
import { AbsentLogicalStep } from './absent-logical-step.ts';
import { AbsentStep, type Watch } from './absent-step.ts';
import { CountStep } from './count-step.ts';
import { KeyedWaiting, type StepKey } from './keyed-waiting.ts';
import { LogicalStep } from './logical-step.ts';
import { byTime, type Match, type Slot, type Taken } from './match.ts';
import { loadMatchChanges, loadMatches, loadSteps, saveMatchChanges, saveMatches, saveSteps, writtenMatches, type WrittenMatches } from './match-snapshot.ts';
import { stepBoundOf, stepKeyOf } from './step-key.ts';
import type { StepSetting } from './step-setting.ts';
import { Step } from './step.ts';

export type StepTest = (timestamp: number, row: Row, state: readonly Slot[]) => boolean;

/** Where finished matches go. */
export interface MatchOutput {
  stage: Stage;
  /** Holds back what the stage puts out from now on, until `taken` gives it. */
  hold(): void;
  taken(): readonly OutputEvent[];
  /** Puts a chunk out. */
  put(events: readonly OutputEvent[]): void;
}

/** What the selection made of a match, to be put out when the event at hand has been offered to all steps. */
interface Selected {
  match: Match;
  event: OutputEvent;
}

/** What a machine needs besides what every operator does: absence at its beginning counts from the start of the app. */
export interface MachineContext extends OperatorContext {
  begin(begin: () => void): void;
}

/** A part of a pattern as steps: how it begins, how it ends, and what is reset between two events of a sequence. */
interface Part {
  first: Step;
  last: Step;
  /** In the order in which a sequence resets and updates them. */
  inner: readonly Part[];
  kind: 'step' | 'next' | 'every' | 'logical';
}

/** A pattern or sequence at run time. */
export class StateMachine implements Incremental {
  private readonly steps: Step[] = [];
  private readonly streams = new Map<Step, string>();
  private readonly byStream = new Map<string, Step[]>();
  private readonly root: Part;
  private readonly setting: StepSetting;
  private readonly context: OperatorContext;
  private readonly output: MatchOutput;
  private readonly compile: (condition: Typed) => StepTest;
  /** Whether a step may still hold a match that has ended, so that it can change until the event at hand is through. */
  private readonly lingers: boolean;
  /** Where the matches that an event ends are gathered; empty between two events. */
  private ended: Match[] = [];
  /** The matches as they were last written, while somebody follows. */
  private written: WrittenMatches | undefined;

  constructor(plan: StateInputPlan, compile: (condition: Typed) => StepTest, context: MachineContext, output: MatchOutput) {
    this.setting = { sequence: plan.kind === 'sequence', slots: plan.slots.length, within: plan.within, starts: [] };
    this.compile = compile;
    this.context = context;
    this.output = output;
    this.root = this.build(plan.element, true, undefined);
    this.root.first.end = this.root.last;
    for (const step of lastsOf(this.root)) step.isLast = true;
    for (const step of this.steps) if (step.isStart) this.setting.starts.push(step.slot);
    this.listen(this.root);
    this.init(this.root);
    this.lingers = this.steps.some((step) => step instanceof CountStep || step instanceof LogicalStep || step instanceof AbsentStep);
    const watching = this.steps.filter((step) => step.waitsForAbsence);
    if (watching.length > 0) context.begin(() => watching.forEach((step) => step.started()));
  }

  /** The way in for the events of one stream. */
  receiver(stream: string): Receiver {
    const steps = this.byStream.get(stream) ?? [];
    const [step] = steps;
    if (steps.length === 1 && step !== undefined) {
      return {
        one: (timestamp, row) => {
          const ended = this.offer(steps, step, timestamp, row);
          if (ended.length > 0) this.emit(ended);
        },
        many: (timestamps, rows, from, to) => this.takeChunk(steps, step, timestamps, rows, from, to),
      };
    }
    return {
      one: (timestamp, row) => {
        const groups = this.offerToAll(steps, timestamp, row);
        if (groups !== undefined) this.deliver(groups);
      },
      many: (timestamps, rows, from, to) => {
        const groups: Selected[][] = [];
        for (let index = from; index < to; index++) append(groups, this.offerToAll(steps, timestamps[index] ?? 0, rows[index] ?? []) ?? []);
        this.deliver(groups);
      },
    };
  }

  /** Offers an event to the only step of its stream and gives the matches that it ended, in order. */
  private offer(steps: readonly Step[], step: Step, timestamp: number, row: Row): readonly Match[] {
    this.stabilize(steps, timestamp);
    const { ended } = this;
    step.receive({ t: timestamp, r: row }, ended);
    if (ended.length > 0) this.ended = [];
    return ended;
  }

  /**
   * A chunk, as Siddhi takes it: where one step hears the stream, all its events are taken before the first result is
   * made, so that a step that goes on counting shows what it counted by then.
   */
  private takeChunk(steps: readonly Step[], step: Step, timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    const ended: Match[] = [];
    for (let index = from; index < to; index++) {
      for (const match of this.offer(steps, step, timestamps[index] ?? 0, rows[index] ?? [])) ended.push(match);
    }
    // A last step that counts may end a match more than once.
    this.emit(ended.length > 1 && this.root.last instanceof CountStep ? [...new Set(ended)] : ended);
  }

  /**
   * Offers an event to several steps, from the last to the first, so that it is not offered to a match that it has just moved.
   * What a step ended is selected before the next one works, for a match may go on at another step. Nothing comes of a
   * stream whose last step is not the last of the pattern.
   */
  private offerToAll(steps: readonly Step[], timestamp: number, row: Row): Selected[][] | undefined {
    this.stabilize(steps, timestamp);
    const event: Taken = { t: timestamp, r: row };
    const heard = steps[steps.length - 1]?.isLast === true;
    let groups: Selected[][] | undefined;
    for (let index = steps.length - 1; index >= 0; index--) {
      const { ended } = this;
      steps[index]?.receive(event, ended);
      if (ended.length === 0) continue;
      this.ended = [];
      if (!heard) continue;
      if (!this.lingers) this.putOut(ended);
      else {
        const selected = this.select(ended);
        if (selected.length > 0) (groups ??= []).push(selected);
      }
    }
    return groups;
  }

  /** As one chunk. */
  private putOut(ended: readonly Match[]): void {
    const { output } = this;
    output.hold();
    this.emit(ended);
    const events = output.taken();
    if (events.length > 0) output.put(events);
  }

  private select(ended: readonly Match[]): Selected[] {
    const { output } = this;
    const { stage } = output;
    const selected: Selected[] = [];
    for (const match of ended) {
      output.hold();
      stage.event(typeOf(match), match.time, match.slots);
      stage.end();
      for (const event of output.taken()) selected.push({ match, event });
    }
    return selected;
  }

  /** What each step ended is a chunk. */
  private deliver(groups: readonly (readonly Selected[])[]): void {
    const chunks = groups.length > 1 ? asLastSeen(groups) : groups;
    for (const chunk of chunks) {
      this.output.put(
        chunk.map(({ match, event }) => {
          event.type = typeOf(match);
          event.timestamp = match.time;
          return event;
        }),
      );
    }
  }

  private stabilize(steps: readonly Step[], timestamp: number): void {
    if (this.setting.within !== undefined) {
      for (let index = 0; index < this.steps.length; index++) this.steps[index]?.expire(timestamp);
    }
    if (this.setting.sequence) {
      this.reset(this.root);
      this.update(this.root);
    } else for (const step of steps) step.update();
  }

  private emit(ended: readonly Match[]): void {
    const { stage } = this.output;
    for (const match of ended) {
      stage.event(typeOf(match), match.time, match.slots);
      stage.end();
    }
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
        return this.single(new AbsentStep(element.slot, element.for ?? 0, this.keyOf(element.condition, isStart), this.watch(), this.setting, this.testOf(element.condition)), element.stream, isStart, around);
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
    if (element.kind === 'absent') return { step: new AbsentLogicalStep(element.slot, operator, element.for, this.watch(), this.setting, this.testOf(element.condition)), stream: element.stream };
    throw new TypeError(`A side of '${operator}' of kind '${element.kind}' passed the checker.`);
  }

  private single(step: Step, stream: string, isStart: boolean, around: Step[] | undefined): Part {
    step.isStart = isStart;
    this.steps.push(step);
    around?.push(step);
    this.streams.set(step, stream);
    return { kind: 'step', first: step, last: step, inner: [] };
  }

  /** Which steps hear a stream, in the order of the text; of `and` and `or` the right side comes first. */
  private listen(part: Part): void {
    if (part.kind === 'step') {
      const stream = this.streams.get(part.first) ?? '';
      const steps = this.byStream.get(stream) ?? [];
      steps.push(part.first);
      this.byStream.set(stream, steps);
    } else for (const one of ordered(part)) this.listen(one);
  }

  private init(part: Part): void {
    if (part.kind === 'step') part.first.init();
    else for (const one of ordered(part)) this.init(one);
  }

  private reset(part: Part): void {
    if (part.kind === 'next') for (let index = part.inner.length - 1; index >= 0; index--) this.resetOne(part.inner[index]);
    else this.resetOne(part);
  }

  private resetOne(part: Part | undefined): void {
    if (part === undefined) return;
    if (part.kind === 'next') this.reset(part);
    else (part.kind === 'logical' ? part.last : part.first).reset();
  }

  private update(part: Part): void {
    if (part.kind === 'next') for (const one of part.inner) this.update(one);
    else (part.kind === 'logical' ? part.last : part.first).update();
  }

  private testOf(condition: Typed | undefined): StepTest | undefined {
    return condition === undefined ? undefined : this.compile(condition);
  }

  private watch(): Watch {
    return { clock: this.context.clock, alarm: (ring) => this.context.alarm(ring), ended: (match) => this.emit([match]) };
  }

  /** The matches that have begun, oldest first, and the slots of the steps that each waits at. */
  unfinished(): { match: Match; waitsAt: number[] }[] {
    const found = new Map<Match, number[]>();
    for (const step of this.steps) {
      for (const match of [...step.waiting.held(), ...step.arriving.held()]) {
        if (match.slots.every((slot) => slot === null || (Array.isArray(slot) && slot.length === 0))) continue;
        found.set(match, [...new Set([...(found.get(match) ?? []), step.slot])]);
      }
    }
    return [...found].map(([match, waitsAt]) => ({ match, waitsAt })).sort((left, right) => byTime(left.match, right.match));
  }

  save(writer: BinaryWriter): void {
    saveMatches(this.steps, writer);
    saveSteps(this.steps, writer);
  }

  load(reader: BinaryReader): void {
    loadMatches(this.steps, this.setting.slots, reader);
    loadSteps(this.steps, reader);
  }

  follow(): void {
    this.written = writtenMatches(this.steps);
  }

  saveChanges(writer: BinaryWriter): boolean {
    if (this.written === undefined) return false;
    this.written = saveMatchChanges(this.steps, this.written, writer);
    saveSteps(this.steps, writer);
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    loadMatchChanges(this.steps, this.setting.slots, reader);
    loadSteps(this.steps, reader);
  }
}

/**
 * A match that several steps ended is one thing in Siddhi: each chunk shows it as it was selected last, and goes on after it with
 * what follows it in the last chunk that it is in.
 */
function asLastSeen(groups: readonly (readonly Selected[])[]): Selected[][] {
  const latest = new Map<Match, Selected>();
  const following = new Map<Match, Match | undefined>();
  for (const group of groups) {
    group.forEach((selected, index) => {
      latest.set(selected.match, selected);
      following.set(selected.match, group[index + 1]?.match);
    });
  }
  return groups.map(([first]) => {
    const chunk: Selected[] = [];
    const seen = new Set<Match>();
    for (let match = first?.match; match !== undefined && !seen.has(match); match = following.get(match)) {
      seen.add(match);
      const selected = latest.get(match);
      if (selected !== undefined) chunk.push(selected);
    }
    return chunk;
  });
}

/** One that was given up and still came to its end leaves instead of arriving. */
function typeOf(match: Match): EventType {
  return match.expired ? EXPIRED : CURRENT;
}

function ordered(part: Part): readonly Part[] {
  return part.kind === 'logical' ? [...part.inner].reverse() : part.inner;
}

/** The steps at which a match may end: both sides of a closing `and` or `or`. */
function lastsOf(part: Part): Step[] {
  return part.last instanceof LogicalStep ? [part.last, part.last.partner] : [part.last];
}
