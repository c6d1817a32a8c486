import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Held } from './held-event.ts';
import { LastBatch } from './last-batch.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

/** `batch()`, `batch(n)`: the events of a chunk as they were sent together, at most n at a time. */
export class ChunkWindow implements WindowStage {
  next: Stage;
  private readonly length: number;
  private readonly keepsLast: boolean;
  private readonly context: OperatorContext;
  private chunk: Held[] = [];
  private readonly before = new LastBatch();
  private resetPending: Held | undefined;

  constructor(length: number, keepsLast: boolean, context: OperatorContext, next: Stage) {
    this.length = length;
    this.keepsLast = keepsLast;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.chunk.push({ timestamp, payload });
  }

  end(): void {
    const { before, chunk, next } = this;
    this.chunk = [];
    const { now } = this.context.clock;
    if (this.keepsLast) {
      const some = before.size > 0;
      before.leave(now, next);
      if (some) this.reset();
      for (const { timestamp, payload } of chunk) before.push(timestamp, payload);
    }
    const size = this.length > 0 ? this.length : chunk.length;
    for (let from = 0; from < chunk.length; from += size) {
      this.reset();
      this.resetPending = chunk[from];
      for (const { timestamp, payload } of chunk.slice(from, from + size)) next.event(CURRENT, timestamp, payload);
      next.end();
    }
  }

  private reset(): void {
    const { resetPending } = this;
    this.resetPending = undefined;
    if (resetPending !== undefined) this.next.event(RESET, resetPending.timestamp, resetPending.payload);
  }

  events(): Iterable<Held> {
    return this.before.events();
  }
  lookInto(): void {
    this.before.lookInto();
  }
  save(writer: BinaryWriter): void {
    writer.list([...this.before.flat()]);
    writer.list(this.resetPending === undefined ? [] : [this.resetPending.timestamp, this.resetPending.payload]);
  }
  load(reader: BinaryReader): void {
    this.before.fill(reader.list());
    const [timestamp, payload] = reader.list();
    this.resetPending = timestamp === undefined ? undefined : { timestamp: Number(timestamp), payload };
  }
}

/**
 * A side of a join without a window: each event joins and is gone, so that nothing of it can be found later and
 * aggregators begin anew with each.
 */
export class EmptyWindow implements WindowStage {
  next: Stage;
  private readonly expired: boolean;
  private readonly context: OperatorContext;

  constructor(expired: boolean, context: OperatorContext, next: Stage) {
    this.expired = expired;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { now } = this.context.clock;
    this.next.event(CURRENT, timestamp, payload);
    if (this.expired) this.next.event(EXPIRED, now, payload);
    this.next.event(RESET, now, payload);
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return [];
  }
  save(): void {
    // Nothing is kept.
  }
  load(): void {
    // Nothing is kept.
  }
}
