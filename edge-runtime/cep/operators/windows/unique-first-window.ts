import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import type { Held } from './held-event.ts';
import { loadKeyed, saveKeyed, type KeyOf } from './keyed-events.ts';

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
    saveKeyed(writer, this.seen);
  }
  load(reader: BinaryReader): void {
    loadKeyed(reader, this.seen);
  }
}
