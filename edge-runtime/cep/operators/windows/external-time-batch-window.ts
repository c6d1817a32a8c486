import type { Row } from '../../api.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, RESET, rowOf, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

export interface ExternalTimeBatchSetting {
  /** Where the time stands in a row. */
  time: number;
  duration: number;
  /** From when batches are counted: a time, an attribute of the first event, or the first event's own time. */
  start: { at: number } | { attribute: number } | undefined;
  /** A batch of which nothing more comes is put out after so long; 0 for never. */
  timeout: number;
  /** The time attribute is replaced by the end of its batch. */
  replaces: boolean;
  /** Of events of one key the latest alone is in a batch; without it all are. */
  key: ((row: Row) => unknown) | undefined;
  /** What left is put out. */
  expired: boolean;
  /** What was put out last is kept, to be found or to leave. */
  keeps: boolean;
}

/** `externalTimeBatch(attribute, T, …)`: batches by a time that the events carry themselves; with a key, `unique:externalTimeBatch`. */
export class ExternalTimeBatchWindow implements WindowStage {
  next: Stage;
  private readonly setting: ExternalTimeBatchSetting;
  private readonly context: OperatorContext;
  private readonly alarm: Alarm;
  /** By key where there is one, else by arrival. */
  private current = new Map<unknown, Held>();
  private before: Held[] = [];
  private reset: Payload | undefined;
  private start = 0;
  private endTime = -1;
  private newest = 0;
  private due = 0;
  private flushed = false;

  constructor(setting: ExternalTimeBatchSetting, context: OperatorContext, next: Stage) {
    this.setting = setting;
    this.context = context;
    this.next = next;
    this.alarm = context.alarm(() => this.timeOut());
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const row = rowOf(payload);
    const time = Number(row[this.setting.time]);
    if (this.endTime < 0) this.begin(row, time);
    if (this.newest < time) this.newest = time;
    if (time >= this.endTime) {
      if (this.flushed) this.putOutMore(false);
      else this.putOut(false);
      this.flushed = false;
      this.endTime = this.endAfter(this.newest);
      this.wait();
    }
    const kept = this.setting.replaces ? row.map((value, index) => (index === this.setting.time ? this.endTime : value)) : row;
    this.hold({ timestamp, payload: kept });
    this.reset ??= row;
  }

  private hold(held: Held): void {
    const key = this.setting.key === undefined ? held : this.setting.key(Array.isArray(held.payload) ? held.payload : []);
    this.current.delete(key);
    this.current.set(key, held);
  }

  /** Every batch is a chunk of its own and was ended already. */
  end(): void {
    // Nothing is left to end.
  }

  private begin(row: Row, time: number): void {
    const { start, duration } = this.setting;
    if (start === undefined || 'attribute' in start) {
      this.start = start === undefined ? time : Number(row[start.attribute]);
      this.endTime = this.start + duration;
    } else {
      this.start = start.at;
      this.endTime = this.endAfter(time);
    }
    this.wait();
  }

  private endAfter(time: number): number {
    return time + this.setting.duration - ((time - this.start) % this.setting.duration);
  }

  private wait(): void {
    if (this.setting.timeout === 0) return;
    this.due = this.context.clock.now + this.setting.timeout;
    this.alarm.at(this.due);
  }

  private timeOut(): void {
    if (this.due > this.context.clock.now) return;
    if (!this.flushed) {
      this.putOut(true);
      this.flushed = true;
    } else if (this.current.size > 0) this.putOutMore(true);
    this.wait();
  }

  /** A whole batch; `unfinished` where more of it may come, so that it has to be put out again with the rest. */
  private putOut(unfinished: boolean): void {
    const { next, before, newest } = this;
    const current = [...this.current.values()];
    if (this.setting.expired) for (const { payload } of before) next.event(EXPIRED, newest, payload);
    this.before = unfinished || this.setting.keeps ? current : [];
    this.current.clear();
    if (current.length > 0) {
      next.event(RESET, newest, this.reset);
      this.reset = undefined;
      for (const { timestamp, payload } of current) next.event(CURRENT, timestamp, payload);
    }
    next.end();
  }

  /** What came after an unfinished batch, with the batch. */
  private putOutMore(unfinished: boolean): void {
    const { next, before, newest } = this;
    if (this.current.size === 0) return;
    if (this.setting.expired) for (const { payload } of before) next.event(EXPIRED, newest, payload);
    next.event(RESET, newest, this.reset);
    const came = [...this.current.values()];
    this.current.clear();
    for (const held of [...before, ...came]) this.hold(held);
    const batch = [...this.current.values()];
    for (const { timestamp, payload } of batch) next.event(CURRENT, timestamp, payload);
    if (unfinished || this.setting.keeps) this.before = batch;
    this.current.clear();
    next.end();
  }

  events(): Iterable<Held> {
    return this.before;
  }
  gathering(): Iterable<Held> {
    return this.current.values();
  }
  save(writer: BinaryWriter): void {
    writer.list([this.start, this.endTime, this.newest, this.due, this.flushed]);
    writer.list(this.reset === undefined ? [] : [this.reset]);
    saveHeld([...this.current.values()], writer);
    saveHeld(this.before, writer);
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    const [start, endTime, newest, due, flushed] = reader.list();
    [this.start, this.endTime, this.newest, this.due] = [Number(start), Number(endTime), Number(newest), Number(due)];
    this.flushed = flushed === true;
    [this.reset] = reader.list();
    this.current.clear();
    for (const held of loadHeld(reader)) this.hold(held);
    this.before = loadHeld(reader);
    this.alarm.load(reader);
  }
}
