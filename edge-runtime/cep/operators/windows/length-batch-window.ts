import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage } from '../stage.ts';
import { GatheringWindow } from './gathering-window.ts';
import type { BatchUse } from './window-use.ts';

/** `lengthBatch(n)`: n events at a time. */
export class LengthBatchWindow extends GatheringWindow {
  private readonly length: number;
  private count = 0;
  private resetPending: { payload: Payload } | undefined;

  constructor(length: number, use: BatchUse, context: OperatorContext, next: Stage) {
    super(use, context, next);
    this.length = length;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    if (this.length === 0) this.emptyBatch(timestamp, payload);
    else {
      this.resetPending ??= { payload };
      if (this.use.streaming) this.stream(timestamp, payload);
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
    if (this.use.expired) this.next.event(EXPIRED, now, payload);
    this.next.event(RESET, now, payload);
    this.next.end();
  }

  private collect(timestamp: number, payload: Payload): void {
    this.arrived.push(timestamp, payload);
    if (++this.count < this.length) return;
    this.count = 0;
    this.letGo();
    const { arrived, before, next } = this;
    const size = arrived.size;
    for (let index = 0; index < size; index++) {
      const time = arrived.timeAt(index);
      const one = arrived.payloadAt(index);
      if (this.keeps) before.push(time, one);
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
    if (this.keeps) this.before.push(timestamp, payload);
    this.next.end();
  }

  /** The last batch leaves and the aggregators are reset. */
  private letGo(): void {
    const { now } = this.context.clock;
    this.leave();
    if (this.resetPending !== undefined) this.next.event(RESET, now, this.resetPending.payload);
    this.resetPending = undefined;
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
