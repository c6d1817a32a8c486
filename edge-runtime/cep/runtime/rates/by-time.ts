import type { Row } from '../../api.ts';
import { RESET, type EventType } from '../../operators/stage.ts';
import type { BinaryReader, BinaryWriter } from '../binary.ts';
import type { OutputEvent, OutputStage } from '../query-output.ts';
import type { Clock } from '../timers.ts';
import { loadEvents, saveEvents } from './event-list.ts';
import { putOut, type Rate, type RateContext } from './rate.ts';
import { TimeGrid } from './time-grid.ts';

/** Holds events until the next moment of a grid. */
abstract class HoldingRate implements Rate {
  private readonly grid: TimeGrid;

  constructor(every: number, output: OutputStage, context: RateContext) {
    this.grid = new TimeGrid(every, context, () => {
      putOut(this.release(), output);
      return false;
    });
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.chunk([{ type, timestamp, row, key }]);
  }

  chunk(events: readonly OutputEvent[]): void {
    for (const event of events) {
      if (event.type === RESET) continue;
      this.hold(event);
      this.grid.wait();
    }
  }

  protected abstract hold(event: OutputEvent): void;
  /** Everything held, which is held no longer. */
  protected abstract release(): OutputEvent[];
  protected abstract held(): Iterable<OutputEvent>;

  save(writer: BinaryWriter): void {
    this.grid.save(writer);
    saveEvents(this.held(), writer);
  }
  load(reader: BinaryReader): void {
    this.grid.load(reader);
    this.release();
    for (const event of loadEvents(reader)) this.hold(event);
  }
}

/** `output [all] every 1 sec`: everything since the last time. */
export class AllByTime extends HoldingRate {
  private events: OutputEvent[] = [];

  protected hold(event: OutputEvent): void {
    this.events.push(event);
  }
  protected release(): OutputEvent[] {
    const { events } = this;
    this.events = [];
    return events;
  }
  protected held(): Iterable<OutputEvent> {
    return this.events;
  }
}

/** `output last every 1 sec`: the newest event since the last time. */
export class LastByTime extends HoldingRate {
  private event: OutputEvent | undefined;

  protected hold(event: OutputEvent): void {
    this.event = event;
  }
  protected release(): OutputEvent[] {
    const { event } = this;
    this.event = undefined;
    return event === undefined ? [] : [event];
  }
  protected held(): Iterable<OutputEvent> {
    return this.event === undefined ? [] : [this.event];
  }
}

/** The same for each group, in the order in which the groups came. */
export class LastOfGroupByTime extends HoldingRate {
  private readonly latest = new Map<unknown, OutputEvent>();

  protected hold(event: OutputEvent): void {
    this.latest.set(event.key, event);
  }
  protected release(): OutputEvent[] {
    const events = [...this.latest.values()];
    this.latest.clear();
    return events;
  }
  protected held(): Iterable<OutputEvent> {
    return this.latest.values();
  }
}

/** `output first every 1 sec`: an event, and then nothing for that time. Of a chunk, the first alone is looked at. */
export class FirstByTime implements Rate {
  private readonly every: number;
  private readonly output: OutputStage;
  private readonly clock: Clock;
  private last = Number.NEGATIVE_INFINITY;

  constructor(every: number, output: OutputStage, context: RateContext) {
    this.every = every;
    this.output = output;
    this.clock = context.clock;
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.chunk([{ type, timestamp, row, key }]);
  }

  chunk(events: readonly OutputEvent[]): void {
    const [first] = events;
    const { now } = this.clock;
    if (first === undefined || this.last + this.every > now) return;
    this.last = now;
    putOut([first], this.output);
  }

  save(writer: BinaryWriter): void {
    writer.double(this.last);
  }
  load(reader: BinaryReader): void {
    this.last = reader.double();
  }
}

/** The same for each group. */
export class FirstOfGroupByTime implements Rate {
  private readonly every: number;
  private readonly output: OutputStage;
  private readonly clock: Clock;
  private readonly last = new Map<unknown, number>();

  constructor(every: number, output: OutputStage, context: RateContext) {
    this.every = every;
    this.output = output;
    this.clock = context.clock;
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.chunk([{ type, timestamp, row, key }]);
  }

  chunk(events: readonly OutputEvent[]): void {
    const { now } = this.clock;
    const released = events.filter(({ key }) => {
      const last = this.last.get(key);
      if (last !== undefined && last + this.every > now) return false;
      this.last.set(key, now);
      return true;
    });
    putOut(released, this.output);
  }

  save(writer: BinaryWriter): void {
    writer.list([...this.last].flat());
  }
  load(reader: BinaryReader): void {
    const flat = reader.list();
    this.last.clear();
    for (let index = 0; index + 1 < flat.length; index += 2) this.last.set(flat[index], Number(flat[index + 1]));
  }
}
