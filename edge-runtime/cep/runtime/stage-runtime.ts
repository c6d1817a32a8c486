import type { Row } from '../api.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import type { Receiver } from './receiver.ts';
import { StartOfTime, type Beginning } from './start-of-time.ts';
import { Alarm, Timers, type Clock } from './timers.ts';

/** Where events enter a stage from an earlier one. */
export interface Port {
  id: string;
  /** Where an event of a key goes; rows of no partition have no key. */
  receiver: (key: unknown) => Receiver;
  /** The query whose events enter here; empty where it is a whole stream. */
  query: string;
}

/** An event on its way into a later stage; `waiting` while its prediction is not there. */
export interface LogEntry {
  /** The earlier stage's clock when it was sent. */
  time: number;
  port: Port;
  timestamp: number;
  row: Row;
  /** In a partition, the key that it belongs to. */
  key: unknown;
  state: 'ready' | 'waiting' | 'failed';
  reason: string;
}

const COMPACT_AT = 1024;
/** How far behind the first place of a query its output rate stands. A pattern has 200 steps at most. */
export const RATE_PLACE = 1023;

/**
 * The part of an app between two predictions, with a clock of its own. A later stage is fed from a log in the order in
 * which the earlier one sent; an entry whose prediction is missing holds back what follows. So its results depend on
 * the events alone, not on when a prediction came back or how many were asked for at once.
 */
export class StageRuntime {
  readonly clock: Clock;
  readonly timers = new Timers();
  readonly exact: boolean;
  private log: LogEntry[] = [];
  private head = 0;
  private alarms = 0;
  readonly start: StartOfTime;
  /** The time given for the start, if any. */
  private readonly startTime: number | undefined;
  /** The earlier stage's clock, up to which this one may go once the log is empty. */
  private allowed = Number.NEGATIVE_INFINITY;

  constructor(start: number | undefined, uuid: () => string, exact: boolean) {
    this.clock = { now: start ?? 0, uuid };
    this.startTime = start;
    this.exact = exact;
    this.start = new StartOfTime((ring) => this.alarm(ring));
  }

  alarm(ring: (time: number) => void, place = this.alarms++): Alarm {
    return new Alarm(this.timers, place, ring);
  }

  /** The first place of a query in the order of alarms; that of its output rate is behind those of its operators, however late they are made. */
  reserve(): number {
    return (this.alarms += RATE_PLACE + 1) - RATE_PLACE;
  }

  /** What comes to a running app counts from now, or from the start where that is still to come; the returned function keeps it from that. */
  beginLate(begin: Beginning): () => void {
    return this.isToStart ? this.start.add(begin) : this.start.addLate(begin, this.clock.now, !this.exact);
  }

  /** Whether the start of the app is still to come. */
  get isToStart(): boolean {
    return this.start.waits || (this.startTime === undefined && this.clock.now === 0);
  }

  /** Moves the clock; a time in the past is left alone. */
  moveTo(time: number): void {
    const { clock, timers } = this;
    if (time < clock.now) return;
    if (timers.next > time) {
      clock.now = time;
      return;
    }
    if (this.start.waits) {
      if (this.startTime === undefined) clock.now = time;
      this.start.begin(clock.now, !this.exact);
    }
    if (this.exact) timers.advance(clock, time);
    else {
      clock.now = time;
      timers.ring(clock, true);
    }
  }

  push(entry: LogEntry): void {
    this.log.push(entry);
  }

  allow(time: number): void {
    this.allowed = time;
  }

  get backlog(): number {
    return this.log.length - this.head;
  }

  /** Runs what is ready, in order. `failed` hears of entries whose prediction could not be made. */
  drain(failed: (entry: LogEntry) => void, guard: (entry: LogEntry, run: () => void) => void): void {
    for (let entry = this.log[this.head]; entry !== undefined && entry.state !== 'waiting'; entry = this.log[this.head]) {
      this.head++;
      if (this.head >= COMPACT_AT && this.head * 2 >= this.log.length) {
        this.log = this.log.slice(this.head);
        this.head = 0;
      }
      const { time, port, timestamp, row, state } = entry;
      const current = entry;
      guard(current, () => this.moveTo(time));
      if (state === 'failed') failed(current);
      else guard(current, () => port.receiver(current.key).one(timestamp, row));
    }
    if (this.head === this.log.length) {
      this.log.length = 0;
      this.head = 0;
      if (this.allowed > this.clock.now) this.moveTo(this.allowed);
    }
  }

  save(writer: BinaryWriter): void {
    writer.value(this.clock.now);
    writer.double(this.allowed);
    writer.count(this.backlog);
    for (let index = this.head; index < this.log.length; index++) {
      const entry = this.log[index];
      if (entry !== undefined) writer.list([entry.time, entry.port.id, entry.timestamp, entry.row, entry.state, entry.reason, entry.key ?? null]);
    }
  }

  /** Goes on at the time of a stage of another version, and takes over nothing else of it. */
  takeOver(reader: BinaryReader, meanwhile: () => void): void {
    this.clock.now = Math.max(this.clock.now, Number(reader.value()));
    this.start.begin(this.clock.now, !this.exact, meanwhile);
  }

  /** Takes back the log; entries that wait are handed to `again`, to be asked for anew. */
  load(reader: BinaryReader, portOf: (id: string) => Port | undefined, again: (entry: LogEntry) => void): void {
    this.clock.now = Number(reader.value());
    this.allowed = reader.double();
    this.log = [];
    this.head = 0;
    const size = reader.count();
    for (let index = 0; index < size; index++) {
      const [time, id, timestamp, row, state, reason, key] = reader.list();
      const port = portOf(String(id));
      if (port === undefined || !Array.isArray(row)) continue;
      const entry: LogEntry = { time: Number(time), port, timestamp: Number(timestamp), row, key: key ?? undefined, state: state === 'waiting' ? 'waiting' : state === 'failed' ? 'failed' : 'ready', reason: String(reason) };
      this.log.push(entry);
      if (entry.state === 'waiting') again(entry);
    }
  }
}
