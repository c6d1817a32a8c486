import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

interface Held {
  timestamp: number;
  payload: Payload;
}

/** What makes an event the same as another. */
export type KeyOf = (payload: Payload) => unknown;

function saveHeld(writer: BinaryWriter, held: ReadonlyMap<unknown, Held>): void {
  writer.list([...held].flatMap(([key, { timestamp, payload }]) => [key, timestamp, payload]));
}

function loadHeld(reader: BinaryReader, held: Map<unknown, Held>): void {
  held.clear();
  const flat = reader.list();
  for (let index = 0; index + 2 < flat.length; index += 3) held.set(flat[index], { timestamp: Number(flat[index + 1]), payload: flat[index + 2] });
}

/**
 * `unique:ever(key, …)`, `unique:length(key, n)`, `unique:time(key, T)`: the latest event of each key. An event drives
 * out the one before it with its key; the oldest leave when there are too many, or when their time is over.
 */
export class UniqueSlidingWindow implements WindowStage {
  next: Stage;
  private readonly keyOf: KeyOf;
  private readonly length: number;
  private readonly duration: number;
  private readonly context: OperatorContext;
  private readonly alarm: Alarm;
  /** In the order in which they came. */
  private readonly held = new Map<unknown, Held>();

  constructor(keyOf: KeyOf, limits: { length?: number; duration?: number }, context: OperatorContext, next: Stage) {
    this.keyOf = keyOf;
    this.length = limits.length ?? Number.POSITIVE_INFINITY;
    this.duration = limits.duration ?? Number.POSITIVE_INFINITY;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => {
      this.expire();
      this.next.end();
    });
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.expire();
    const key = this.keyOf(payload);
    const before = this.held.get(key);
    if (before !== undefined) {
      this.held.delete(key);
      this.next.event(EXPIRED, this.context.clock.now, before.payload);
    }
    this.held.set(key, { timestamp, payload });
    if (this.held.size > this.length) this.letGo();
    if (Number.isFinite(this.duration)) this.alarm.at(timestamp + this.duration);
    this.next.event(CURRENT, timestamp, payload);
  }

  private letGo(): void {
    const [oldest] = this.held;
    if (oldest === undefined) return;
    this.held.delete(oldest[0]);
    this.next.event(EXPIRED, this.context.clock.now, oldest[1].payload);
  }

  private expire(): void {
    const { now } = this.context.clock;
    for (const [key, { timestamp, payload }] of this.held) {
      if (timestamp > now - this.duration) return;
      this.held.delete(key);
      this.next.event(EXPIRED, now, payload);
    }
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return this.held.values();
  }
  save(writer: BinaryWriter): void {
    saveHeld(writer, this.held);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    loadHeld(reader, this.held);
    this.alarm.load(reader);
  }
}

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
    saveHeld(writer, this.arrived);
    writer.list(this.before.flatMap(({ timestamp, payload }) => [timestamp, payload]));
    writer.value(this.resets);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    loadHeld(reader, this.arrived);
    const flat = reader.list();
    this.before = [];
    for (let index = 0; index + 1 < flat.length; index += 2) this.before.push({ timestamp: Number(flat[index]), payload: flat[index + 1] });
    this.resets = reader.value() === true;
    this.alarm.load(reader);
  }
}

/** `unique:first(key, …)`: the first event of each key; `unique:deduplicate(key, T)`: again after T milliseconds. */
export class FirstWindow implements WindowStage {
  next: Stage;
  private readonly keyOf: KeyOf;
  private readonly duration: number;
  private readonly context: OperatorContext;
  private readonly seen = new Map<unknown, Held>();

  constructor(keyOf: KeyOf, duration: number, context: OperatorContext, next: Stage) {
    this.keyOf = keyOf;
    this.duration = duration;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { now } = this.context.clock;
    for (const [key, held] of this.seen) {
      if (held.timestamp > now - this.duration) break;
      this.seen.delete(key);
    }
    const key = this.keyOf(payload);
    if (this.seen.has(key)) return;
    // What is looked for later is the key; the event itself is kept only where it never leaves.
    this.seen.set(key, { timestamp: now, payload: Number.isFinite(this.duration) ? [] : payload });
    this.next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return Number.isFinite(this.duration) ? [] : this.seen.values();
  }
  save(writer: BinaryWriter): void {
    saveHeld(writer, this.seen);
  }
  load(reader: BinaryReader): void {
    loadHeld(reader, this.seen);
  }
}
