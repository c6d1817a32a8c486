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
  /** Moments that were put out before the clock rang for them. */
  private ahead = 0;
  private readonly ring: (time: number) => boolean;

  /** `ring` is told the moment; it gives back whether something is still there for the next one. */
  constructor(every: number, context: RateContext, ring: (time: number) => boolean) {
    this.every = every;
    this.clock = context.clock;
    this.ring = ring;
    // Behind what the query's own windows let go at the same time.
    this.alarm = context.alarm((time) => {
      if (this.ahead > 0) this.ahead--;
      else this.waiting = ring(time) || this.eager;
      if (this.waiting) this.alarm.at(time + every);
    }, true);
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
    const { now } = this.clock;
    const passed = (now - this.origin) % this.every;
    // The moment at hand, for what a timer before this one lets go.
    this.alarm.at(passed === 0 && now > this.origin && this.alarm.isNext ? now : now + this.every - passed);
  }

  /** Puts out what there was before an event of this time, where a moment has come by then. */
  passing(time: number): void {
    if (!this.waiting) return;
    const moment = this.alarm.due + this.ahead * this.every;
    if (time < moment) return;
    this.ahead++;
    this.ring(moment);
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
