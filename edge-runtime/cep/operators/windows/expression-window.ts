import type { WindowCondition } from '../../plan/plan.ts';
import type { Row } from '../../api.ts';
import type { SelectionPlan } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Group, SelectionCode } from '../../runtime/emit-query.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import type { Pick } from './sliding-windows.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

/** A condition with what it counted so far. */
class Running {
  private readonly condition: WindowCondition;
  private readonly codeOf: (plan: SelectionPlan) => SelectionCode;
  private text = '';
  private code: SelectionCode | undefined;
  private group: Group = {};

  constructor(condition: WindowCondition, context: OperatorContext) {
    this.condition = condition;
    this.codeOf = (plan) => context.code.selection(plan, 'span', true);
    if (condition.fixed !== undefined) this.begin(condition.fixed);
  }

  private begin(plan: SelectionPlan): void {
    this.code = this.codeOf(plan);
    this.group = this.code.group();
  }

  /** Whether an event brings another condition than the one before; then everything is counted anew. */
  changes(row: Row): boolean {
    if (this.condition.text === undefined) return false;
    const text = String(row[this.condition.text] ?? '');
    if (text === this.text && this.code !== undefined) return false;
    this.begin(this.condition.compile(text));
    this.text = text;
    return true;
  }

  arrive(event: Held, first: Held, last: Held): boolean {
    return this.code?.arrive(this.group, event.timestamp, [rowOf(event), rowOf(first), rowOf(last)])?.[0] === true;
  }

  leave(event: Held, first: Held, last: Held): boolean {
    return this.code?.leave(this.group, event.timestamp, [rowOf(event), rowOf(first), rowOf(last)])?.[0] === true;
  }

  /** Everything left. */
  reset(): void {
    for (const name of Object.keys(this.group)) this.group[name]?.reset();
  }

  save(writer: BinaryWriter): void {
    writer.value(this.text);
    writer.value(this.code !== undefined);
    for (const name of Object.keys(this.group)) this.group[name]?.save(writer);
  }

  load(reader: BinaryReader): void {
    this.text = String(reader.value());
    const begun = reader.value() === true;
    if (begun && this.condition.fixed === undefined) this.begin(this.condition.compile(this.text));
    if (begun) for (const name of Object.keys(this.group)) this.group[name]?.load(reader);
  }
}

/** A row with its time behind it, for `eventTimestamp(first)`. */
function rowOf({ timestamp, payload }: Held): unknown[] {
  return Array.isArray(payload) ? [...payload, timestamp] : [timestamp];
}

/** `expression('…')`: slides so that the condition holds. */
export class ExpressionWindow implements WindowStage {
  next: Stage;
  private readonly context: OperatorContext;
  private readonly running: Running;
  private held: Held[] = [];

  constructor(condition: WindowCondition, context: OperatorContext, next: Stage) {
    this.context = context;
    this.next = next;
    this.running = new Running(condition, context);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    if (this.running.changes(Array.isArray(payload) ? payload : [])) {
      const { held } = this;
      this.held = [];
      for (const one of held) this.take(one);
    }
    this.take({ timestamp, payload });
    this.next.event(CURRENT, timestamp, payload);
  }

  private take(event: Held): void {
    this.held.push(event);
    let gone = 0;
    for (let holds = this.running.arrive(event, this.held[0] ?? event, event); !holds && gone < this.held.length; ) {
      const leaving = this.held[gone++] ?? event;
      this.next.event(EXPIRED, this.context.clock.now, leaving.payload);
      holds = this.running.leave(leaving, this.held[gone] ?? leaving, event);
    }
    if (gone > 0) this.held = this.held.slice(gone);
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return this.held;
  }
  save(writer: BinaryWriter): void {
    this.running.save(writer);
    saveHeld(this.held, writer);
  }
  load(reader: BinaryReader): void {
    this.running.load(reader);
    this.held = loadHeld(reader);
  }
}

export interface ExpressionBatchSetting {
  condition: WindowCondition;
  /** Whether the event that ends a batch belongs to it. */
  includes: Pick;
  /** Events go on at once and only their end is batched. */
  streaming: boolean;
}

/** `expressionBatch('…', …)`: collects while the condition holds, and then puts out a batch. */
export class ExpressionBatchWindow implements WindowStage {
  next: Stage;
  private readonly setting: ExpressionBatchSetting;
  private readonly context: OperatorContext;
  private readonly running: Running;
  private current: Held[] = [];
  private before: Held[] = [];

  constructor(setting: ExpressionBatchSetting, context: OperatorContext, next: Stage) {
    this.setting = setting;
    this.context = context;
    this.next = next;
    this.running = new Running(setting.condition, context);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { streaming } = this.setting;
    if (this.running.changes(Array.isArray(payload) ? payload : [])) this.again();
    const event = { timestamp, payload };
    if (streaming) this.stream(event);
    else this.collect(event);
  }

  /** Under another condition what is held is looked at once more. */
  private again(): void {
    const { streaming } = this.setting;
    const held = streaming ? this.before : this.current;
    if (streaming) this.before = [];
    else this.current = [];
    for (const one of held) {
      if (!streaming) this.collect(one);
      else if (this.holds(one, this.before)) this.before.push(one);
      else {
        for (const { payload } of this.before) this.next.event(EXPIRED, this.context.clock.now, payload);
        this.before = [one];
      }
    }
  }

  private holds(event: Held, held: readonly Held[]): boolean {
    const first = held[0] ?? event;
    if (this.running.arrive(event, first, event)) return true;
    this.running.reset();
    this.running.arrive(event, first, event);
    return false;
  }

  private includes(event: Held): boolean {
    return this.setting.includes(Array.isArray(event.payload) ? event.payload : []) === true;
  }

  private collect(event: Held): void {
    if (this.holds(event, this.current)) {
      this.current.push(event);
      return;
    }
    const { next, current, before } = this;
    const { now } = this.context.clock;
    for (const { payload } of before) next.event(EXPIRED, now, payload);
    this.before = [];
    if (current.length === 0) {
      next.event(EXPIRED, now, event.payload);
      next.event(CURRENT, now, event.payload);
    } else {
      for (const { payload } of current) next.event(CURRENT, now, payload);
      this.before = current;
      this.current = [];
      if (this.includes(event)) {
        next.event(CURRENT, event.timestamp, event.payload);
        this.before.push(event);
      } else this.current.push(event);
    }
    next.end();
  }

  private stream(event: Held): void {
    const { next, before } = this;
    const { now } = this.context.clock;
    if (this.holds(event, before)) {
      before.push(event);
      next.event(CURRENT, event.timestamp, event.payload);
    } else if (before.length === 0) {
      next.event(EXPIRED, now, event.payload);
      next.event(CURRENT, now, event.payload);
    } else {
      const included = this.includes(event);
      if (included) next.event(CURRENT, event.timestamp, event.payload);
      for (const { payload } of before) next.event(EXPIRED, now, payload);
      if (included) next.event(EXPIRED, now, event.payload);
      else next.event(CURRENT, event.timestamp, event.payload);
      this.before = included ? [] : [event];
    }
    next.end();
  }

  /** Every batch is a chunk of its own and was ended already. */
  end(): void {
    // Nothing is left to end.
  }
  events(): Iterable<Held> {
    return this.current;
  }
  save(writer: BinaryWriter): void {
    this.running.save(writer);
    saveHeld(this.current, writer);
    saveHeld(this.before, writer);
  }
  load(reader: BinaryReader): void {
    this.running.load(reader);
    this.current = loadHeld(reader);
    this.before = loadHeld(reader);
  }
}
