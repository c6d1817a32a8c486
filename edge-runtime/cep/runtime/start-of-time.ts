import type { Stateful } from '../operators/stage.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import type { Alarm } from './timers.ts';

/**
 * Something that counts from the moment the app starts. `eager`: it is to ring at every one of its moments even when
 * there is nothing to do, since the clock jumps and what else is due at the jump may give it something.
 */
export type Beginning = (now: number, eager: boolean) => void;

/**
 * The moment an app starts: the start time it was given, or where it was given none the first time that its clock is
 * set to. A host that replays the past and one that lives in the present thus count from where their events begin.
 */
export class StartOfTime implements Stateful {
  private readonly alarm: Alarm;
  private beginnings: Beginning[] = [];
  private announcements: Beginning[] = [];
  private begun = false;

  constructor(alarm: (ring: () => void) => Alarm) {
    this.alarm = alarm(() => undefined);
  }

  /** Whether anything waits for the start; only then is it part of a snapshot. */
  get awaited(): boolean {
    return this.beginnings.length + this.announcements.length > 0;
  }

  get waits(): boolean {
    return !this.begun && this.awaited;
  }

  /** Counts from the start; the returned function keeps it from that. */
  add(begin: Beginning): () => void {
    this.beginnings.push(begin);
    this.await();
    return () => this.leave(begin);
  }

  /** Counts from `now`, after the start. */
  addLate(begin: Beginning, now: number, eager: boolean): () => void {
    this.beginnings.push(begin);
    this.begun = true;
    begin(now, eager);
    return () => this.leave(begin);
  }

  private leave(begin: Beginning): void {
    this.beginnings = this.beginnings.filter((one) => one !== begin);
  }

  /** Sends something at the start, after all that counts from it has begun to; the returned function keeps it from that. */
  announce(send: Beginning): () => void {
    this.announcements.push(send);
    this.await();
    return () => {
      this.announcements = this.announcements.filter((one) => one !== send);
    };
  }

  /** Called when the clock stops for timers, before any rings; `meanwhile` runs between the two. */
  begin(now: number, eager: boolean, meanwhile?: () => void): void {
    if (this.begun) return;
    this.begun = true;
    this.alarm.clear();
    for (const begin of this.beginnings) begin(now, eager);
    meanwhile?.();
    for (const announce of this.announcements) announce(now, eager);
  }

  /** Makes the first move of the clock one that stops for timers, and so comes by here. */
  private await(): void {
    if (this.waits && this.alarm.heapIndex < 0) this.alarm.at(Number.NEGATIVE_INFINITY);
  }

  save(writer: BinaryWriter): void {
    writer.value(this.begun);
  }

  load(reader: BinaryReader): void {
    this.begun = reader.value() === true;
    this.alarm.clear();
    this.await();
  }
}
