import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import type { Cron } from '../cron.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

/** `cron('0/10 * * * * ?')`: all events since the last moment of a calendar, at its next. */
export class CronWindow implements WindowStage {
  next: Stage;
  private readonly cron: Cron;
  private readonly context: OperatorContext;
  private readonly alarm: Alarm;
  private current: Held[] = [];
  private before: Held[] = [];

  constructor(cron: Cron, context: OperatorContext, next: Stage) {
    this.cron = cron;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => this.putOut());
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    if (this.current.length === 0) {
      const moment = this.cron.next(this.context.clock.now);
      if (moment !== undefined) this.alarm.at(moment);
    }
    this.current.push({ timestamp, payload });
  }

  end(): void {
    // Events go on at the moments of the calendar only.
  }

  private putOut(): void {
    const { current, before, next } = this;
    this.before = current;
    this.current = [];
    for (const { payload } of before) next.event(EXPIRED, this.context.clock.now, payload);
    for (const { timestamp, payload } of current) next.event(CURRENT, timestamp, payload);
    next.end();
  }

  events(): Iterable<Held> {
    return this.before;
  }
  gathering(): Iterable<Held> {
    return this.current;
  }
  save(writer: BinaryWriter): void {
    saveHeld(this.current, writer);
    saveHeld(this.before, writer);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    this.current = loadHeld(reader);
    this.before = loadHeld(reader);
    this.alarm.load(reader);
  }
}

/** `hopping(T, hop)`: every hop, counted from the first event, all events of the last T milliseconds as one batch. */
export class HoppingWindow implements WindowStage {
  next: Stage;
  private readonly duration: number;
  private readonly hop: number;
  /** What left is put out. */
  private readonly expired: boolean;
  private readonly context: OperatorContext;
  private readonly alarm: Alarm;
  private origin: number | undefined;
  private waiting = false;
  private held: Held[] = [];
  private before: Held[] = [];

  constructor(duration: number, hop: number, expired: boolean, context: OperatorContext, next: Stage) {
    this.duration = duration;
    this.hop = hop;
    this.expired = expired;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm((time) => this.putOut(time));
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { now } = this.context.clock;
    this.origin ??= now;
    this.held.push({ timestamp, payload });
    if (this.waiting) return;
    this.waiting = true;
    this.alarm.at(now + this.hop - ((now - this.origin) % this.hop));
  }

  end(): void {
    // Events go on at the hops only.
  }

  private putOut(time: number): void {
    const { before, next } = this;
    this.held = this.held.filter((one) => one.timestamp > time - this.duration);
    if (this.expired) for (const { payload } of before) next.event(EXPIRED, time, payload);
    const [first] = this.held.length > 0 ? this.held : before;
    if (first !== undefined) next.event(RESET, time, first.payload);
    for (const { timestamp, payload } of this.held) next.event(CURRENT, timestamp, payload);
    this.before = [...this.held];
    // Once more when all is gone, for what leaves.
    this.waiting = this.held.length > 0;
    if (this.waiting) this.alarm.at(time + this.hop);
    next.end();
  }

  events(): Iterable<Held> {
    return this.before;
  }
  gathering(): Iterable<Held> {
    return this.held;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.origin);
    writer.value(this.waiting);
    saveHeld(this.held, writer);
    saveHeld(this.before, writer);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    const origin = reader.value();
    this.origin = typeof origin === 'number' ? origin : undefined;
    this.waiting = reader.value() === true;
    this.held = loadHeld(reader);
    this.before = loadHeld(reader);
    this.alarm.load(reader);
  }
}
