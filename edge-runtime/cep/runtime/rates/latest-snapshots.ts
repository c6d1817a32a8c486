import type { Row } from '../../api.ts';
import { CURRENT, EXPIRED, RESET, type EventType } from '../../operators/stage.ts';
import type { BinaryReader, BinaryWriter } from '../binary.ts';
import type { OutputEvent, OutputStage } from '../query-output.ts';
import { loadEvents, saveEvents } from './event-list.ts';
import { putOut, type Rate, type RateContext } from './rate.ts';
import { TimeGrid } from './time-grid.ts';

/** `output snapshot every 1 sec`: the newest row, again and again. When its window loses an event it is `kept` or `dropped`. */
export class LatestRow implements Rate {
  private readonly whenLeft: 'kept' | 'dropped';
  private readonly grid: TimeGrid;
  private latest: OutputEvent | undefined;

  constructor(whenLeft: 'kept' | 'dropped', every: number, output: OutputStage, context: RateContext) {
    this.whenLeft = whenLeft;
    this.grid = new TimeGrid(every, context, () => {
      if (this.latest !== undefined) putOut([this.latest], output);
      return this.latest !== undefined;
    });
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.take({ type, timestamp, row, key });
  }

  chunk(events: readonly OutputEvent[]): void {
    for (const event of events) this.take(event);
  }

  private take(event: OutputEvent): void {
    this.grid.passing(event.timestamp);
    if (event.type === CURRENT) {
      this.latest = event;
      this.grid.wait();
    } else if (this.whenLeft === 'dropped') this.latest = undefined;
  }

  save(writer: BinaryWriter): void {
    this.grid.save(writer);
    saveEvents(this.latest === undefined ? [] : [this.latest], writer);
  }
  load(reader: BinaryReader): void {
    this.grid.load(reader);
    [this.latest] = loadEvents(reader);
  }
}

/** The newest row of each group. `counted`: a group is shown while its window holds an event of it. */
export class LatestOfGroup implements Rate {
  private readonly mode: 'kept' | 'counted';
  private readonly grid: TimeGrid;
  private readonly groups = new Map<unknown, { event: OutputEvent; count: number }>();

  constructor(mode: 'kept' | 'counted', every: number, output: OutputStage, context: RateContext) {
    this.mode = mode;
    this.grid = new TimeGrid(every, context, () => {
      for (const [key, { count }] of this.groups) if (this.mode === 'counted' && count <= 0) this.groups.delete(key);
      putOut([...this.groups.values()].map(({ event }) => event), output);
      return this.groups.size > 0;
    });
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.take({ type, timestamp, row, key });
  }

  chunk(events: readonly OutputEvent[]): void {
    for (const event of events) this.take(event);
  }

  private take(event: OutputEvent): void {
    if (event.type === CURRENT || this.mode === 'counted') this.grid.passing(event.timestamp);
    if (event.type === RESET) {
      if (this.mode === 'counted') this.groups.clear();
      return;
    }
    if (event.type === EXPIRED && this.mode === 'kept') return;
    const known = this.groups.get(event.key);
    const change = event.type === CURRENT ? 1 : -1;
    if (known === undefined) this.groups.set(event.key, { event, count: change });
    else {
      known.event = event;
      known.count += change;
    }
    this.grid.wait();
  }

  save(writer: BinaryWriter): void {
    this.grid.save(writer);
    const held = [...this.groups.values()];
    saveEvents(held.map((one) => one.event), writer);
    writer.list(held.map((one) => one.count));
  }
  load(reader: BinaryReader): void {
    this.grid.load(reader);
    this.groups.clear();
    const events = loadEvents(reader);
    const counts = reader.list();
    events.forEach((event, index) => this.groups.set(event.key, { event, count: Number(counts[index]) }));
  }
}
