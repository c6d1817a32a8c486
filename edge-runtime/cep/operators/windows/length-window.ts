import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { EventQueue } from './event-queue.ts';
import { LastBatch } from './last-batch.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Incremental, type Payload, type Stage, type Swappable, type WindowStage } from '../stage.ts';

/** `length(n)`: the last n events. */
export class LengthWindow implements WindowStage, Swappable, Incremental {
  next: Stage;
  private readonly length: number;
  private readonly context: OperatorContext;
  private readonly compact: boolean;
  private queue: EventQueue;

  constructor(length: number, context: OperatorContext, next: Stage, compact = false) {
    this.compact = compact;
    this.queue = this.fresh();
    this.length = length;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { queue, next } = this;
    if (this.length === 0) {
      next.event(CURRENT, timestamp, payload);
      next.event(EXPIRED, timestamp, payload);
      next.event(RESET, timestamp, payload);
      return;
    }
    if (queue.size >= this.length) next.event(EXPIRED, this.context.clock.now, queue.shift());
    queue.push(timestamp, payload);
    next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.next.end();
  }

  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.queue;
  }
  fresh(): EventQueue {
    return new EventQueue(this.compact);
  }
  use(memory: EventQueue): void {
    this.queue = memory;
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

export interface BatchOptions {
  /** The query puts out what left, so that the last batch has to be kept. */
  expired: boolean;
  /** A join or query looks into the window, so that the last batch has to be kept. */
  searched: boolean;
  /** Events go on at once and only their end is batched. */
  streaming: boolean;
}

/** `lengthBatch(n)`: n events at a time. */
export class LengthBatchWindow implements WindowStage {
  next: Stage;
  private readonly length: number;
  private readonly context: OperatorContext;
  private readonly options: BatchOptions;
  private readonly arrived = new EventQueue();
  private readonly before = new LastBatch();
  private count = 0;
  private resetPending: { payload: Payload } | undefined;

  constructor(length: number, options: BatchOptions, context: OperatorContext, next: Stage) {
    this.length = length;
    this.options = options;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    if (this.length === 0) this.emptyBatch(timestamp, payload);
    else {
      this.resetPending ??= { payload };
      if (this.options.streaming) this.stream(timestamp, payload);
      else this.collect(timestamp, payload);
    }
  }

  /** Every batch is a chunk of its own and was ended already. */
  end(): void {
    // Nothing is left to end.
  }

  private emptyBatch(timestamp: number, payload: Payload): void {
    const { now } = this.context.clock;
    this.next.event(CURRENT, timestamp, payload);
    if (this.options.expired) this.next.event(EXPIRED, now, payload);
    this.next.event(RESET, now, payload);
    this.next.end();
  }

  private collect(timestamp: number, payload: Payload): void {
    this.arrived.push(timestamp, payload);
    if (++this.count < this.length) return;
    this.count = 0;
    this.letGo();
    const { arrived, before, next } = this;
    const keep = this.options.expired || this.options.searched;
    const size = arrived.size;
    for (let index = 0; index < size; index++) {
      const time = arrived.timeAt(index);
      const one = arrived.payloadAt(index);
      if (keep) before.push(time, one);
      next.event(CURRENT, time, one);
    }
    arrived.clear();
    next.end();
  }

  private stream(timestamp: number, payload: Payload): void {
    if (++this.count === this.length + 1) {
      this.letGo();
      this.resetPending = undefined;
      this.count = 1;
    }
    this.next.event(CURRENT, timestamp, payload);
    if (this.options.expired || this.options.searched) this.before.push(timestamp, payload);
    this.next.end();
  }

  /** The last batch leaves and the aggregators are reset. */
  private letGo(): void {
    const { now } = this.context.clock;
    const { before } = this;
    if (this.options.expired) before.leave(now, this.next);
    else before.clear();
    if (this.resetPending !== undefined) this.next.event(RESET, now, this.resetPending.payload);
    this.resetPending = undefined;
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
    writer.value(this.count);
    writer.value(this.resetPending === undefined ? [] : [this.resetPending.payload]);
    this.arrived.save(writer);
    this.before.save(writer);
  }
  load(reader: BinaryReader): void {
    this.count = Number(reader.value());
    const pending = reader.value();
    this.resetPending = Array.isArray(pending) && pending.length > 0 ? { payload: pending[0] } : undefined;
    this.arrived.load(reader);
    this.before.load(reader);
  }
}
