import type { WindowCondition } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, rowOf, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import type { AttributeReader } from './attribute.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import { RunningCondition } from './running-condition.ts';

export interface ExpressionBatchSetting {
  condition: WindowCondition;
  /** Whether the event that ends a batch belongs to it. */
  includes: AttributeReader;
  /** Events go on at once and only their end is batched. */
  streaming: boolean;
}

/** `expressionBatch('…', …)`: collects while the condition holds, and then puts out a batch. */
export class ExpressionBatchWindow implements WindowStage {
  next: Stage;
  private readonly setting: ExpressionBatchSetting;
  private readonly context: OperatorContext;
  private readonly running: RunningCondition;
  private current: Held[] = [];
  private before: Held[] = [];

  constructor(setting: ExpressionBatchSetting, context: OperatorContext, next: Stage) {
    this.setting = setting;
    this.context = context;
    this.next = next;
    this.running = new RunningCondition(setting.condition, context);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { streaming } = this.setting;
    if (this.running.changes(rowOf(payload))) this.again();
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
    return this.setting.includes(rowOf(event.payload)) === true;
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
