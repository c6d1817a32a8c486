import { CepError } from '../../api.ts';
import { CURRENT, EXPIRED, rowOf, type EventType, type Payload, type Stage } from '../stage.ts';
import type { AttributeReader } from './attribute.ts';
import { SlidingWindow } from './sliding-window.ts';

/** `externalTime(attribute, T)`: the last T milliseconds by a time that the events carry themselves. */
export class ExternalTimeWindow extends SlidingWindow {
  private readonly time: AttributeReader;
  private readonly duration: number;

  constructor(time: AttributeReader, duration: number, next: Stage, compact: boolean) {
    super(next, compact);
    this.time = time;
    this.duration = duration;
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
}
