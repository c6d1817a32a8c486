import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Incremental, type Payload, type Stage } from '../stage.ts';
import { LatestTime } from './latest-time.ts';
import { AgingWindow } from './sliding-window.ts';

/** `time(T)`: the events of the last T milliseconds. */
export class TimeWindow extends AgingWindow {
  private readonly latest = new LatestTime();

  constructor(duration: number, context: OperatorContext, next: Stage, compact: boolean) {
    super(duration, EXPIRED, context, next, compact);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.letGo();
    this.queue.push(timestamp, payload);
    if (this.latest.advance(timestamp)) this.alarm.at(timestamp + this.duration);
    this.next.event(CURRENT, timestamp, payload);
  }

  protected override kept(): readonly Incremental[] {
    return [this.latest, ...super.kept()];
  }
}

/** `timeLength(T, n)`: the last T milliseconds, and of them the last n events. */
export class TimeLengthWindow extends AgingWindow {
  private readonly length: number;

  constructor(duration: number, length: number, context: OperatorContext, next: Stage, compact: boolean) {
    super(duration, EXPIRED, context, next, compact);
    this.length = length;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.letGo();
    const { queue } = this;
    if (queue.size < this.length) queue.push(timestamp, payload);
    else if (queue.size > 0) {
      this.next.event(EXPIRED, this.context.clock.now, queue.shift());
      queue.push(timestamp, payload);
    }
    this.alarm.at(timestamp + this.duration);
    this.next.event(CURRENT, timestamp, payload);
  }
}

/** `delay(T)`: events go on T milliseconds later. */
export class DelayWindow extends AgingWindow {
  private readonly latest = new LatestTime();

  constructor(duration: number, context: OperatorContext, next: Stage) {
    super(duration, CURRENT, context, next, false);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.letGo();
    this.queue.push(timestamp, payload);
    if (this.latest.advance(timestamp)) this.alarm.at(timestamp + this.duration);
  }

  protected override kept(): readonly Incremental[] {
    return [this.latest, ...super.kept()];
  }
}
