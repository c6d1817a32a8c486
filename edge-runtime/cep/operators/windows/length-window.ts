import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type Swappable } from '../stage.ts';
import { EventQueue } from './event-queue.ts';
import { SlidingWindow } from './sliding-window.ts';

/** `length(n)`: the last n events. */
export class LengthWindow extends SlidingWindow implements Swappable {
  private readonly length: number;
  private readonly context: OperatorContext;
  private readonly compact: boolean;

  constructor(length: number, context: OperatorContext, next: Stage, compact: boolean) {
    super(next, compact);
    this.compact = compact;
    this.length = length;
    this.context = context;
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

  fresh(): EventQueue {
    return new EventQueue(this.compact);
  }
  use(memory: EventQueue): void {
    this.queue = memory;
  }
}
