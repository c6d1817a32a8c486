import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import { loadKeyed, saveKeyed, type KeyOf } from './keyed-events.ts';

/** How a unique batch is made up. */
export interface UniqueBatch {
  /** A batch is full with so many keys. */
  length?: number;
  /** A batch ends after so many milliseconds, counted from `start` or from the first event. */
  duration?: number;
  start?: number;
  /** Of each key the first event, where it is otherwise the last. */
  first: boolean;
}

/** `unique:lengthBatch`, `unique:timeBatch`, `unique:timeLengthBatch` and their `first…`: one event of each key at a time. */
export class UniqueBatchWindow implements WindowStage {
  next: Stage;
  private readonly keyOf: KeyOf;
  private readonly batch: UniqueBatch;
  private readonly keepsLast: boolean;
  private readonly context: OperatorContext;
  private readonly alarm: Alarm;
  private readonly arrived = new Map<unknown, Held>();
  private before: Held[] = [];
  private resets = false;

  constructor(keyOf: KeyOf, batch: UniqueBatch, keepsLast: boolean, context: OperatorContext, next: Stage) {
    this.keyOf = keyOf;
    this.batch = batch;
    this.keepsLast = keepsLast;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => this.flush());
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { duration, start, length, first } = this.batch;
    if (this.arrived.size === 0 && duration !== undefined) {
      const { now } = this.context.clock;
      this.alarm.at(start === undefined ? now + duration : now + duration - ((((now - start) % duration) + duration) % duration));
    }
    const key = this.keyOf(payload);
    if (!first || !this.arrived.has(key)) {
      this.arrived.delete(key);
      this.arrived.set(key, { timestamp, payload });
    }
    if (length !== undefined && this.arrived.size >= length) {
      this.alarm.clear();
      this.flush();
    }
  }

  /** Every batch is a chunk of its own and was ended already. */
  end(): void {
    // Nothing is left to end.
  }

  private flush(): void {
    const { next } = this;
    const { now } = this.context.clock;
    const batch = [...this.arrived.values()];
    for (const { payload } of this.before) next.event(EXPIRED, now, payload);
    if (this.resets) next.event(RESET, now, batch[0]?.payload ?? []);
    this.resets = true;
    this.before = this.keepsLast ? batch : [];
    this.arrived.clear();
    for (const { timestamp, payload } of batch) next.event(CURRENT, timestamp, payload);
    next.end();
  }

  events(): Iterable<Held> {
    return this.before;
  }
  gathering(): Iterable<Held> {
    return this.arrived.values();
  }
  save(writer: BinaryWriter): void {
    saveKeyed(writer, this.arrived);
    saveHeld(this.before, writer);
    writer.value(this.resets);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    loadKeyed(reader, this.arrived);
    this.before = loadHeld(reader);
    this.resets = reader.value() === true;
    this.alarm.load(reader);
  }
}
