import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import type { Held } from './held-event.ts';
import { loadKeyed, saveKeyed, type KeyOf } from './keyed-events.ts';

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
    saveKeyed(writer, this.held);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    loadKeyed(reader, this.held);
    this.alarm.load(reader);
  }
}
