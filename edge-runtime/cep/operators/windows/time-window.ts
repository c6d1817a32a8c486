import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import { EventQueue } from './event-queue.ts';
import { LastBatch } from './last-batch.ts';
import type { BatchOptions } from './length-window.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Incremental, type Payload, type Stage, type WindowStage } from '../stage.ts';

/** `time(T)`: the events of the last T milliseconds. */
export class TimeWindow implements WindowStage, Incremental {
  next: Stage;
  private readonly duration: number;
  private readonly context: OperatorContext;
  private readonly queue: EventQueue;
  private readonly alarm: Alarm;
  private lastTimestamp = Number.NEGATIVE_INFINITY;

  constructor(duration: number, context: OperatorContext, next: Stage, compact = false) {
    this.queue = new EventQueue(compact);
    this.duration = duration;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => {
      this.expire();
      this.next.end();
    });
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.expire();
    this.queue.push(timestamp, payload);
    if (this.lastTimestamp < timestamp) {
      this.alarm.at(timestamp + this.duration);
      this.lastTimestamp = timestamp;
    }
    this.next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.next.end();
  }

  private expire(): void {
    const { queue, next } = this;
    const { now } = this.context.clock;
    const bound = now - this.duration;
    while (queue.firstTime <= bound) next.event(EXPIRED, now, queue.shift());
  }

  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.queue;
  }
  save(writer: BinaryWriter): void {
    writer.double(this.lastTimestamp);
    this.queue.save(writer);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    this.lastTimestamp = reader.double();
    this.queue.load(reader);
    this.alarm.load(reader);
  }
  follow(): void {
    this.queue.follow();
    this.alarm.follow();
  }
  saveChanges(writer: BinaryWriter): boolean {
    writer.double(this.lastTimestamp);
    return this.queue.saveChanges(writer) && this.alarm.saveChanges(writer);
  }
  loadChanges(reader: BinaryReader): void {
    this.lastTimestamp = reader.double();
    this.queue.loadChanges(reader);
    this.alarm.loadChanges(reader);
  }
}

/** `timeBatch(T)`: all events of T milliseconds at once, counted from the first event or from a given start. */
export class TimeBatchWindow implements WindowStage {
  next: Stage;
  private readonly duration: number;
  private readonly start: number | undefined;
  private readonly options: BatchOptions;
  private readonly context: OperatorContext;
  private readonly arrived = new EventQueue();
  private readonly before = new LastBatch();
  private readonly alarm: Alarm;
  private nextEmit = -1;
  private sending = false;
  private open = false;
  private resetPending: { timestamp: number; payload: Payload } | undefined;

  constructor(duration: number, start: number | undefined, options: BatchOptions, context: OperatorContext, next: Stage) {
    this.duration = duration;
    this.start = start;
    this.options = options;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => {
      this.begin();
      this.end();
    });
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.begin();
    this.resetPending ??= { timestamp, payload };
    if (!this.options.streaming) this.arrived.push(timestamp, payload);
    else {
      if (this.options.expired || this.options.searched) this.before.push(timestamp, payload);
      this.next.event(CURRENT, timestamp, payload);
    }
  }

  end(): void {
    this.begin();
    this.open = false;
    if (this.sending) {
      this.sending = false;
      this.emit();
    }
    this.next.end();
  }

  /** Once for each chunk, before its first event: whether the batch is over. */
  private begin(): void {
    if (this.open) return;
    this.open = true;
    const { now } = this.context.clock;
    if (this.nextEmit === -1) {
      this.nextEmit = this.start === undefined ? now + this.duration : now + this.duration - ((now - this.start) % this.duration);
      this.alarm.at(this.nextEmit);
    }
    if (now < this.nextEmit) return;
    this.nextEmit += this.duration;
    this.alarm.at(this.nextEmit);
    this.sending = true;
  }

  private emit(): void {
    const { arrived, before, next } = this;
    const { now } = this.context.clock;
    if (this.options.expired) before.leave(now, next);
    else if (arrived.size > 0 || this.options.streaming) before.clear();
    const reset = this.resetPending;
    this.resetPending = undefined;
    if (reset !== undefined) next.event(RESET, reset.timestamp, reset.payload);
    const keep = this.options.expired || this.options.searched;
    for (let index = 0; index < arrived.size; index++) {
      if (keep) before.push(arrived.timeAt(index), arrived.payloadAt(index));
      next.event(CURRENT, arrived.timeAt(index), arrived.payloadAt(index));
    }
    arrived.clear();
  }

  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.before.events();
  }
  lookInto(): void {
    this.before.lookInto();
  }
  gathering(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.options.streaming ? this.before.events() : this.arrived;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.nextEmit);
    writer.value(this.resetPending === undefined ? [] : [this.resetPending.timestamp, this.resetPending.payload]);
    this.arrived.save(writer);
    this.before.save(writer);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    this.nextEmit = Number(reader.value());
    const pending = reader.value();
    this.resetPending = Array.isArray(pending) && pending.length === 2 ? { timestamp: Number(pending[0]), payload: pending[1] } : undefined;
    this.arrived.load(reader);
    this.before.load(reader);
    this.alarm.load(reader);
  }
}
