import type { Row } from '../../api.ts';
import type { StateInputPlan } from '../../plan/plan.ts';
import type { Typed } from '../../plan/types.ts';
import { append } from '../../runtime/append.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Receiver } from '../../runtime/receiver.ts';
import type { OutputEvent } from '../../runtime/query-output.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Renewable, Stage } from '../stage.ts';
import { AbsentStep } from './absent-step.ts';
import { CountStep } from './count-step.ts';
import { LogicalStep } from './logical-step.ts';
import { byTime, type Match, type Taken } from './match.ts';
import { loadMatchChanges, loadMatchSlices, MatchChanges } from './match-changes.ts';
import { loadMatches, loadSteps, saveMatches, saveSteps } from './match-snapshot.ts';
import { PatternParts, type Part, type StepTest } from './parts.ts';
import { asLastSeen, typeOf, type Selected } from './selected.ts';
import type { StepSetting } from './step-setting.ts';
import type { Step } from './step.ts';

/** Where finished matches go. */
export interface MatchOutput {
  stage: Stage;
  /** Holds back what the stage puts out from now on, until `taken` gives it. */
  hold(): void;
  taken(): readonly OutputEvent[];
  /** Puts a chunk out. */
  put(events: readonly OutputEvent[]): void;
}

/** What a machine needs besides what every operator does: absence at its beginning counts from the start of the app. */
export interface MachineContext extends OperatorContext {
  begin(begin: () => void): void;
}

/** A pattern or sequence at run time. */
export class StateMachine implements Renewable {
  private readonly steps: readonly Step[];
  private readonly byStream: ReadonlyMap<string, Step[]>;
  private readonly root: Part;
  private readonly setting: StepSetting;
  private readonly output: MatchOutput;
  /** Whether a step may still hold a match that has ended, so that it can change until the event at hand is through. */
  private readonly lingers: boolean;
  /** Where the matches that an event ends are gathered; empty between two events. */
  private ended: Match[] = [];
  /** While somebody follows. */
  private changes: MatchChanges | undefined;

  constructor(plan: StateInputPlan, compile: (condition: Typed) => StepTest, context: MachineContext, output: MatchOutput) {
    this.setting = { sequence: plan.kind === 'sequence', slots: plan.slots.length, within: plan.within, starts: [] };
    this.output = output;
    const parts = new PatternParts(plan, this.setting, compile, { clock: context.clock, alarm: (ring) => context.alarm(ring), ended: (match) => this.emit([match]) });
    this.root = parts.root;
    this.steps = parts.steps;
    this.byStream = parts.byStream();
    for (const step of this.steps) step.init();
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
        for (let index = from; index < to; index++) {
          const more = this.offerToAll(steps, timestamps[index] ?? 0, rows[index] ?? []);
          if (more !== undefined) append(groups, more);
        }
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
    this.changes ??= new MatchChanges(this.steps);
    this.changes.begin();
  }

  saveChanges(writer: BinaryWriter): boolean {
    if (this.changes === undefined) return false;
    this.changes.save(writer);
    saveSteps(this.steps, writer);
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    loadMatchChanges(this.steps, this.setting.slots, reader);
    loadSteps(this.steps, reader);
  }

  renew(): void {
    this.changes?.renew();
  }

  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    return this.changes?.saveSlice(writer, bytesMax) ?? true;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    loadMatchSlices(this.steps, this.setting.slots, slices, changes, (reader) => loadSteps(this.steps, reader));
  }
}
