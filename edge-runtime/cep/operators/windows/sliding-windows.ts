import { CepError, type Row } from '../../api.ts';
import { compareValues } from '../../runtime/order-by.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import { EventQueue } from './event-queue.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Incremental, type Payload, type Stage, type WindowStage } from '../stage.ts';

/** Reads one attribute of a row. */
export type Pick = (row: Row) => unknown;

function rowOf(payload: Payload): Row {
  return Array.isArray(payload) ? payload : [];
}

/** `externalTime(attribute, T)`: the last T milliseconds by a time that the events carry themselves. */
export class ExternalTimeWindow implements WindowStage, Incremental {
  next: Stage;
  private readonly time: Pick;
  private readonly duration: number;
  private readonly queue: EventQueue;

  constructor(time: Pick, duration: number, next: Stage, compact = false) {
    this.queue = new EventQueue(compact);
    this.time = time;
    this.duration = duration;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { queue } = this;
    const time = this.time(rowOf(payload));
    if (time == null) throw new CepError('value.missing-time', 'The event has no value in the attribute that the window takes its time from.');
    const now = Number(time);
    while (queue.size > 0 && Number(this.time(rowOf(queue.payloadAt(0)))) <= now - this.duration) this.next.event(EXPIRED, now, queue.shift());
    queue.push(timestamp, payload);
    this.next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.queue;
  }
  save(writer: BinaryWriter): void {
    this.queue.save(writer);
  }
  load(reader: BinaryReader): void {
    this.queue.load(reader);
  }
  follow(): void {
    this.queue.follow();
  }
  saveChanges(writer: BinaryWriter): boolean {
    return this.queue.saveChanges(writer);
  }
  loadChanges(reader: BinaryReader): void {
    this.queue.loadChanges(reader);
  }
}

/** `timeLength(T, n)`: the last T milliseconds, and of them the last n events. */
export class TimeLengthWindow implements WindowStage, Incremental {
  next: Stage;
  private readonly duration: number;
  private readonly length: number;
  private readonly context: OperatorContext;
  private readonly queue: EventQueue;
  private readonly alarm: Alarm;

  constructor(duration: number, length: number, context: OperatorContext, next: Stage, compact = false) {
    this.queue = new EventQueue(compact);
    this.duration = duration;
    this.length = length;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => {
      this.expire();
      this.next.end();
    });
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.expire();
    const { queue } = this;
    if (queue.size < this.length) queue.push(timestamp, payload);
    else if (queue.size > 0) {
      this.next.event(EXPIRED, this.context.clock.now, queue.shift());
      queue.push(timestamp, payload);
    }
    this.alarm.at(timestamp + this.duration);
    this.next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.next.end();
  }

  private expire(): void {
    const { now } = this.context.clock;
    while (this.queue.firstTime <= now - this.duration) this.next.event(EXPIRED, now, this.queue.shift());
  }

  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.queue;
  }
  save(writer: BinaryWriter): void {
    this.queue.save(writer);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    this.queue.load(reader);
    this.alarm.load(reader);
  }
  follow(): void {
    this.queue.follow();
    this.alarm.follow();
  }
  saveChanges(writer: BinaryWriter): boolean {
    return this.queue.saveChanges(writer) && this.alarm.saveChanges(writer);
  }
  loadChanges(reader: BinaryReader): void {
    this.queue.loadChanges(reader);
    this.alarm.loadChanges(reader);
  }
}

/** `delay(T)`: events go on T milliseconds later. */
export class DelayWindow implements WindowStage, Incremental {
  next: Stage;
  private readonly duration: number;
  private readonly context: OperatorContext;
  private readonly queue = new EventQueue();
  private readonly alarm: Alarm;
  private lastTimestamp = Number.NEGATIVE_INFINITY;

  constructor(duration: number, context: OperatorContext, next: Stage) {
    this.duration = duration;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => {
      this.release();
      this.next.end();
    });
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.release();
    this.queue.push(timestamp, payload);
    if (this.lastTimestamp >= timestamp) return;
    this.alarm.at(timestamp + this.duration);
    this.lastTimestamp = timestamp;
  }

  end(): void {
    this.next.end();
  }

  private release(): void {
    const { now } = this.context.clock;
    while (this.queue.firstTime <= now - this.duration) this.next.event(CURRENT, now, this.queue.shift());
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

/** `sort(n, attribute, 'asc' | 'desc', …)`: the first n events by an order; the last one leaves. */
export class SortWindow implements WindowStage {
  next: Stage;
  private readonly length: number;
  private readonly keys: readonly { pick: Pick; descending: boolean }[];
  private readonly context: OperatorContext;
  private kept: { timestamp: number; payload: Payload }[] = [];

  constructor(length: number, keys: readonly { pick: Pick; descending: boolean }[], context: OperatorContext, next: Stage) {
    this.length = length;
    this.keys = keys;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.next.event(CURRENT, timestamp, payload);
    this.kept.push({ timestamp, payload });
    if (this.kept.length <= this.length) return;
    this.kept.sort((left, right) => this.compare(rowOf(left.payload), rowOf(right.payload)));
    const leaving = this.kept.pop();
    if (leaving !== undefined) this.next.event(EXPIRED, this.context.clock.now, leaving.payload);
  }

  private compare(left: Row, right: Row): number {
    for (const { pick, descending } of this.keys) {
      const [a, b] = [pick(left), pick(right)];
      if (a == null && b == null) continue;
      // What is missing comes last, in either direction.
      if (a == null) return 1;
      if (b == null) return -1;
      const order = compareValues(a, b);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.kept;
  }
  save(writer: BinaryWriter): void {
    writer.list(this.kept.flatMap(({ timestamp, payload }) => [timestamp, payload]));
  }
  load(reader: BinaryReader): void {
    const flat = reader.list();
    this.kept = [];
    for (let index = 0; index + 1 < flat.length; index += 2) this.kept.push({ timestamp: Number(flat[index]), payload: flat[index + 1] });
  }
}
