import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import { mapOrderOf } from '../java-order.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';
import type { AttributeReader } from './attribute.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, rowOf, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

interface Session {
  events: Held[];
  start: number;
  end: number;
  /** Until when late events are taken. */
  alive: number;
}

/** The session that goes on, and the one before it while late events may still belong to it. */
interface Sessions {
  current: Session;
  previous: Session;
}

export interface SessionSetting {
  gap: number;
  latency: number;
  key: AttributeReader | undefined;
}

/** `session(gap, key, latency)`: events of a key that follow each other by less than the gap. They leave when the session is over. */
export class SessionWindow implements WindowStage {
  next: Stage;
  private readonly setting: SessionSetting;
  private readonly alarm: Alarm;
  private readonly sessions = new Map<unknown, Sessions>();
  private left: Held[] = [];
  private some = false;

  constructor(setting: SessionSetting, context: OperatorContext, next: Stage) {
    this.setting = setting;
    this.next = next;
    this.alarm = context.alarm((time) => this.timeOut(time));
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const { key } = this.setting;
    const of = key === undefined ? null : key(rowOf(payload));
    let sessions = this.sessions.get(of);
    if (sessions === undefined) this.sessions.set(of, (sessions = { current: empty(), previous: empty() }));
    if (!this.take(sessions, { timestamp, payload })) return;
    this.some = true;
    this.next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.release();
  }

  /** Puts an event into its session; false when it is too late for any. */
  private take(sessions: Sessions, event: Held): boolean {
    const { gap, latency } = this.setting;
    const { current } = sessions;
    const { timestamp } = event;
    if (current.events.length > 0 && timestamp < current.start) return this.takeLate(sessions, event);
    const fresh = current.events.length > 0 && timestamp > current.end;
    if (fresh && latency === 0) return true;
    if (fresh) this.retire(sessions);
    const { current: open } = sessions;
    if (open.events.length === 0) open.start = timestamp;
    open.events.push(event);
    open.end = timestamp + gap;
    open.alive = open.end + latency;
    this.alarm.at(open.end);
    return true;
  }

  private takeLate(sessions: Sessions, event: Held): boolean {
    const { gap, latency } = this.setting;
    const { current, previous } = sessions;
    const { timestamp } = event;
    if (timestamp >= current.start - gap) {
      current.events.unshift(event);
      current.start = timestamp;
      if (latency > 0) merge(sessions, gap);
      return true;
    }
    if (latency === 0 || previous.events.length === 0 || timestamp < previous.start - gap) return false;
    previous.events.push(event);
    if (timestamp <= previous.end - gap && timestamp < previous.start) previous.start = timestamp;
    else {
      previous.end = timestamp + gap;
      previous.alive = previous.end + latency;
      merge(sessions, gap);
    }
    return true;
  }

  /** The session that goes on becomes the one before, which is over for good. */
  private retire(sessions: Sessions): void {
    this.left.push(...sessions.previous.events);
    sessions.previous = sessions.current;
    sessions.current = empty();
    this.alarm.at(sessions.previous.alive);
  }

  private timeOut(time: number): void {
    const { latency } = this.setting;
    const open = this.walk().filter((one) => one.current.events.length > 0 && time >= one.current.end);
    for (const sessions of open.sort((left, right) => left.current.end - right.current.end)) {
      if (latency > 0) this.retireInto(sessions);
      else {
        this.left.push(...sessions.current.events);
        sessions.current = empty();
      }
    }
    const late = this.walk().filter((one) => one.previous.events.length > 0 && time >= one.previous.alive);
    for (const sessions of late.sort((left, right) => left.previous.alive - right.previous.alive)) {
      this.left.push(...sessions.previous.events);
      sessions.previous = empty();
    }
    for (const [key, { current, previous }] of this.sessions) if (current.events.length + previous.events.length === 0) this.sessions.delete(key);
    this.release();
  }

  /** All keys as Siddhi comes to them: of those that end at one time, first those that come first among Java's hashes. */
  private walk(): Sessions[] {
    const all = [...this.sessions];
    return mapOrderOf(all.map(([key]) => String(key))).flatMap((place) => all[place]?.[1] ?? []);
  }

  private retireInto(sessions: Sessions): void {
    const { current, previous } = sessions;
    sessions.previous = { ...current, events: [...previous.events, ...current.events] };
    sessions.current = empty();
    this.alarm.at(sessions.previous.alive);
  }

  private release(): void {
    const { left } = this;
    this.left = [];
    for (const { timestamp, payload } of left) this.next.event(EXPIRED, timestamp, payload);
    if (this.some || left.length > 0) this.next.end();
    this.some = false;
  }

  /** Joins and questions find nothing in a session that goes on, as in Siddhi. */
  events(): Iterable<Held> {
    return [];
  }
  gathering(): Iterable<Held> {
    return [...this.sessions.values()].flatMap(({ previous, current }) => [...previous.events, ...current.events]);
  }
  save(writer: BinaryWriter): void {
    writer.count(this.sessions.size);
    for (const [key, { current, previous }] of this.sessions) {
      writer.value(key);
      for (const { events, start, end, alive } of [current, previous]) {
        writer.list([start, end, alive]);
        saveHeld(events, writer);
      }
    }
    this.alarm.save(writer);
  }
  load(reader: BinaryReader): void {
    this.sessions.clear();
    const session = (): Session => {
      const [start, end, alive] = reader.list();
      return { start: Number(start), end: Number(end), alive: Number(alive), events: loadHeld(reader) };
    };
    for (let left = reader.count(); left > 0; left--) {
      const key = reader.value();
      const current = session();
      this.sessions.set(key, { current, previous: session() });
    }
    this.alarm.load(reader);
  }
}

function empty(): Session {
  return { events: [], start: 0, end: 0, alive: 0 };
}

/** Two sessions between which a late event closed the gap are one. */
function merge(sessions: Sessions, gap: number): void {
  const { current, previous } = sessions;
  if (previous.events.length === 0 || previous.end < current.start - gap) return;
  current.events.unshift(...previous.events);
  current.start = previous.start;
  sessions.previous = empty();
}
