import type { BinaryReader, BinaryWriter } from '../binary.ts';
import type { Alarm, Clock } from '../timers.ts';
import type { RateContext } from './rate.ts';

/**
 * The moments at which a timed rate puts out: whole periods from the start. While there is nothing to put out nothing
 * is waited for, so that a clock may pass any number of empty periods at once.
 */
export class TimeGrid {
  private readonly every: number;
  private readonly clock: Clock;
  private readonly alarm: Alarm;
  private origin = 0;
  private waiting = false;
  private eager = false;

  /** `ring` is told the moment; it gives back whether something is still there for the next one. */
  constructor(every: number, context: RateContext, ring: (time: number) => boolean) {
    this.every = every;
    this.clock = context.clock;
    this.alarm = context.alarm((time) => {
      this.waiting = ring(time) || this.eager;
      if (this.waiting) this.alarm.at(time + every);
    });
    context.begin((now, eager) => {
      this.origin = now;
      this.eager = eager;
      if (eager) this.wait();
    });
  }

  /** There is something to put out at the next moment. */
  wait(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.alarm.at(this.clock.now + this.every - ((this.clock.now - this.origin) % this.every));
  }

  save(writer: BinaryWriter): void {
    writer.value(this.origin);
    writer.value(this.waiting);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    this.origin = Number(reader.value());
    this.waiting = reader.value() === true;
    this.alarm.load(reader);
  }
}
