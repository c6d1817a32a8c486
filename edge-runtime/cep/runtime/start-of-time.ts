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
  private begun = false;

  constructor(alarm: (ring: () => void) => Alarm) {
    this.alarm = alarm(() => undefined);
  }

  /** Whether anything waits for the start; only then is it part of a snapshot. */
  get awaited(): boolean {
    return this.beginnings.length > 0;
  }

  add(begin: Beginning): void {
    this.beginnings.push(begin);
    // Makes the first move of the clock one that stops for timers, and so comes by here.
    if (!this.begun && this.beginnings.length === 1) this.alarm.at(Number.NEGATIVE_INFINITY);
  }

  /** Called when the clock stops for timers, before any rings. */
  begin(now: number, eager: boolean): void {
    if (this.begun) return;
    this.begun = true;
    this.alarm.clear();
    for (const begin of this.beginnings) begin(now, eager);
  }

  get waits(): boolean {
    return !this.begun && this.beginnings.length > 0;
  }

  save(writer: BinaryWriter): void {
    writer.value(this.begun);
  }

  load(reader: BinaryReader): void {
    this.begun = reader.value() === true;
    this.alarm.clear();
    if (!this.begun && this.beginnings.length > 0) this.alarm.at(Number.NEGATIVE_INFINITY);
  }
}
