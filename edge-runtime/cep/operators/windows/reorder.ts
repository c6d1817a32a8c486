import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import { AdaptiveSlack, type AdaptiveSetting } from './adaptive-slack.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

interface Held {
  time: number;
  timestamp: number;
  payload: Payload;
}

export interface KSlackSetting {
  time: (payload: Payload) => number;
  /** What waits goes on after so many milliseconds, even when no later event has come. */
  timeout: number | undefined;
  /** The slack grows no further. */
  slackMax: number;
  /** What comes after a later event has gone on is left out. */
  discards: boolean;
  /** Waits less where that does not matter for aggregates over a value. */
  adapts?: AdaptiveSetting & { value: (payload: Payload) => unknown };
}

/**
 * `reorder:kslack(time, …)`: puts events into the order of a time of their own. It holds each of them back by the
 * longest delay that it has seen so far (Babcock and others, "Models and issues in data stream systems", K-Slack).
 * `reorder:akslack(time, value, …)` waits for a share of that delay.
 */
export class KSlack implements WindowStage {
  next: Stage;
  private readonly setting: KSlackSetting;
  private readonly context: OperatorContext;
  private readonly alarm: Alarm;
  /** What came since the newest time rose last, and what waits for the slack to pass, by time. */
  private fresh: Held[] = [];
  private waiting: Held[] = [];
  private slack = 0;
  private newest = Number.NEGATIVE_INFINITY;
  private sent = Number.NEGATIVE_INFINITY;
  private due = Number.NaN;
  private readonly adaptive: AdaptiveSlack | undefined;

  constructor(setting: KSlackSetting, context: OperatorContext, next: Stage) {
    this.setting = setting;
    this.context = context;
    this.next = next;
    this.adaptive = setting.adapts && new AdaptiveSlack(setting.adapts);
    this.alarm = context.alarm(() => this.flush());
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { time: timeOf, discards, slackMax, timeout, adapts } = this.setting;
    const { adaptive } = this;
    const time = timeOf(payload);
    adaptive?.see(time, adapts?.value(payload));
    if (discards && time < this.sent) return;
    this.fresh.push({ time, timestamp, payload });
    adaptive?.took(time, this.slack);
    if (time > this.newest) {
      this.newest = time;
      const oldest = this.fresh.reduce((least, one) => Math.min(least, one.time), time);
      const delay = time - oldest;
      if (delay > this.slack) this.slack = delay < slackMax ? Math.floor(delay * (adaptive?.share ?? 1) + 0.5) : slackMax;
      this.order();
      this.release(this.newest - this.slack);
    }
    if (timeout !== undefined && Number.isNaN(this.due)) {
      this.due = this.context.clock.now + timeout;
      this.alarm.at(this.due);
    }
  }

  /** Of one time, those that came first go first: the sort is stable. */
  private order(): void {
    this.waiting = [...this.waiting, ...this.fresh].sort((left, right) => left.time - right.time);
    this.fresh = [];
  }

  private release(until: number): void {
    let count = 0;
    for (const { time, timestamp, payload } of this.waiting) {
      if (time > until) break;
      count++;
      this.sent = time;
      this.next.event(CURRENT, timestamp, payload);
    }
    if (count > 0) this.waiting.splice(0, count);
  }

  private flush(): void {
    this.due = Number.NaN;
    this.order();
    this.release(Number.POSITIVE_INFINITY);
    this.next.end();
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return [];
  }
  save(writer: BinaryWriter): void {
    for (const list of [this.fresh, this.waiting]) writer.list(list.flatMap(({ time, timestamp, payload }) => [time, timestamp, payload]));
    for (const number of [this.slack, this.newest, this.sent, this.due]) writer.double(number);
    this.alarm.save(writer);
    this.adaptive?.save(writer);
  }
  load(reader: BinaryReader): void {
    const list = (): Held[] => {
      const flat = reader.list();
      return Array.from({ length: Math.floor(flat.length / 3) }, (_, index) => ({ time: Number(flat[index * 3]), timestamp: Number(flat[index * 3 + 1]), payload: flat[index * 3 + 2] }));
    };
    this.fresh = list();
    this.waiting = list();
    this.slack = reader.double();
    this.newest = reader.double();
    this.sent = reader.double();
    this.due = reader.double();
    this.alarm.load(reader);
    this.adaptive?.load(reader);
  }
}
