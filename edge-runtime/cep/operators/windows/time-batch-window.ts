import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, RESET, type EventType, type Payload, type Stage } from '../stage.ts';
import { GatheringWindow } from './gathering-window.ts';
import type { BatchUse } from './window-use.ts';

/** `timeBatch(T)`: all events of T milliseconds at once, counted from the first event or from a given start. */
export class TimeBatchWindow extends GatheringWindow {
  private readonly duration: number;
  private readonly start: number | undefined;
  private readonly alarm: Alarm;
  private nextEmit = -1;
  private sending = false;
  private open = false;
  private resetPending: { timestamp: number; payload: Payload } | undefined;

  constructor(duration: number, start: number | undefined, use: BatchUse, context: OperatorContext, next: Stage) {
    super(use, context, next);
    this.duration = duration;
    this.start = start;
    this.alarm = context.alarm(() => {
      this.begin();
      this.end();
    });
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.begin();
    this.resetPending ??= { timestamp, payload };
    if (!this.use.streaming) this.arrived.push(timestamp, payload);
    else {
      if (this.keeps) this.before.push(timestamp, payload);
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
    this.leave();
    const reset = this.resetPending;
    this.resetPending = undefined;
    if (reset !== undefined) next.event(RESET, reset.timestamp, reset.payload);
    for (let index = 0; index < arrived.size; index++) {
      if (this.keeps) before.push(arrived.timeAt(index), arrived.payloadAt(index));
      next.event(CURRENT, arrived.timeAt(index), arrived.payloadAt(index));
    }
    arrived.clear();
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
