import type { WindowCondition } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, rowOf, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import { EventQueue } from './event-queue.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import { RunningCondition } from './running-condition.ts';

/** `expression('…')`: slides so that the condition holds. */
export class ExpressionWindow implements WindowStage {
  next: Stage;
  private readonly context: OperatorContext;
  private readonly running: RunningCondition;
  private queue = new EventQueue();

  constructor(condition: WindowCondition, context: OperatorContext, next: Stage) {
    this.context = context;
    this.next = next;
    this.running = new RunningCondition(condition, context);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    if (this.running.changes(rowOf(payload))) {
      const held = this.queue;
      this.queue = new EventQueue();
      for (const one of held) this.take(one);
    }
    this.take({ timestamp, payload });
    this.next.event(CURRENT, timestamp, payload);
  }

  /** Takes an event in, and lets go from the oldest on until the condition holds. */
  private take(event: Held): void {
    const { queue, running } = this;
    queue.push(event.timestamp, event.payload);
    for (let holds = running.arrive(event, this.oldest ?? event, event); !holds && queue.size > 0; ) {
      const leaving = this.oldest ?? event;
      queue.shift();
      this.next.event(EXPIRED, this.context.clock.now, leaving.payload);
      holds = running.leave(leaving, this.oldest ?? leaving, event);
    }
  }

  private get oldest(): Held | undefined {
    return this.queue.size === 0 ? undefined : { timestamp: this.queue.firstTime, payload: this.queue.payloadAt(0) };
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return this.queue;
  }
  save(writer: BinaryWriter): void {
    this.running.save(writer);
    saveHeld(this.queue, writer);
  }
  load(reader: BinaryReader): void {
    this.running.load(reader);
    this.queue = new EventQueue();
    for (const { timestamp, payload } of loadHeld(reader)) this.queue.push(timestamp, payload);
  }
}
