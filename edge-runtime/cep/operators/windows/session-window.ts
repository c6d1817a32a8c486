import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { append } from '../../runtime/append.ts';
import type { Alarm } from '../../runtime/timers.ts';
import { mapOrderOf } from '../java-order.ts';
import { Dues } from '../dues.ts';
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
  key: unknown;
  /** The how manieth key it was. */
  place: number;
  current: Session;
  previous: Session;
  /** When it is looked at next. */
  due: number;
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
  /** Which sessions may be over when. What was put off since stands there twice. */
  private readonly dues = new Dues<Sessions>();
  private places = 0;
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
    if (sessions === undefined) sessions = this.begin(of);
    const taken = this.take(sessions, { timestamp, payload });
    this.watch(sessions);
    if (!taken) return;
    this.some = true;
    this.next.event(CURRENT, timestamp, payload);
  }

  end(): void {
    this.release();
  }

  private begin(key: unknown): Sessions {
    const sessions = { key, place: this.places++, current: empty(), previous: empty(), due: Number.POSITIVE_INFINITY };
    this.sessions.set(key, sessions);
    return sessions;
  }

  /** Looks at it again when the first of its sessions is over, unless that is done before. */
  private watch(sessions: Sessions): void {
    const { current, previous } = sessions;
    const due = Math.min(current.events.length > 0 ? current.end : Number.POSITIVE_INFINITY, previous.events.length > 0 ? previous.alive : Number.POSITIVE_INFINITY);
    if (due >= sessions.due) return;
    sessions.due = due;
    this.dues.add(due, sessions);
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
    append(this.left, sessions.previous.events);
    sessions.previous = sessions.current;
    sessions.current = empty();
    this.alarm.at(sessions.previous.alive);
  }

  private timeOut(time: number): void {
    const { latency } = this.setting;
    const due = this.dues.take(time);
    if (due.length === 0) return this.release();
    const seen = this.inOrder(due);
    for (const sessions of seen.filter(({ current }) => current.events.length > 0 && time >= current.end).sort((left, right) => left.current.end - right.current.end)) {
      if (latency > 0) this.retireInto(sessions);
      else {
        append(this.left, sessions.current.events);
        sessions.current = empty();
      }
    }
    for (const sessions of seen.filter(({ previous }) => previous.events.length > 0 && time >= previous.alive).sort((left, right) => left.previous.alive - right.previous.alive)) {
      append(this.left, sessions.previous.events);
      sessions.previous = empty();
    }
    for (const sessions of seen) {
      sessions.due = Number.POSITIVE_INFINITY;
      if (sessions.current.events.length + sessions.previous.events.length === 0) this.sessions.delete(sessions.key);
      else this.watch(sessions);
    }
    this.release();
  }

  /** As Siddhi comes to them: of those that end at one time, first those that come first among Java's hashes of all keys. */
  private inOrder(taken: readonly Sessions[]): Sessions[] {
    if (taken.length < 2) return [...taken];
    const once = [...new Set(taken)].sort((left, right) => left.place - right.place);
    return mapOrderOf(once.map(({ key }) => String(key)), this.sessions.size).flatMap((place) => once[place] ?? []);
  }

  private retireInto(sessions: Sessions): void {
    const { current, previous } = sessions;
    sessions.previous = { ...current, events: previous.events.concat(current.events) };
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
    this.dues.clear();
    const session = (): Session => {
      const [start, end, alive] = reader.list();
      return { start: Number(start), end: Number(end), alive: Number(alive), events: loadHeld(reader) };
    };
    for (let left = reader.count(); left > 0; left--) {
      const sessions = this.begin(reader.value());
      sessions.current = session();
      sessions.previous = session();
      this.watch(sessions);
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
  current.events = previous.events.concat(current.events);
  current.start = previous.start;
  sessions.previous = empty();
}
