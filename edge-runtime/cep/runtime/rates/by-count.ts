import type { Row } from '../../api.ts';
import { RESET, type EventType } from '../../operators/stage.ts';
import { append } from '../append.ts';
import type { BinaryReader, BinaryWriter } from '../binary.ts';
import type { OutputEvent, OutputStage } from '../query-output.ts';
import { loadEvents, saveEvents } from './event-list.ts';
import { putOut, type Rate } from './rate.ts';

/** The common part: events one by one, and what they release put out as one chunk. */
abstract class CountedRate implements Rate {
  protected readonly count: number;
  private readonly output: OutputStage;

  constructor(count: number, output: OutputStage) {
    this.count = count;
    this.output = output;
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.chunk([{ type, timestamp, row, key }]);
  }

  chunk(events: readonly OutputEvent[]): void {
    const released: OutputEvent[] = [];
    for (const event of events) this.take(event, released);
    putOut(released, this.output);
  }

  protected abstract take(event: OutputEvent, released: OutputEvent[]): void;
  abstract save(writer: BinaryWriter): void;
  abstract load(reader: BinaryReader): void;
}

/** `output [all] every n events`: n at a time. */
export class AllByCount extends CountedRate {
  private held: OutputEvent[] = [];

  protected take(event: OutputEvent, released: OutputEvent[]): void {
    if (event.type === RESET) return;
    this.held.push(event);
    if (this.held.length < this.count) return;
    append(released, this.held);
    this.held = [];
  }

  save(writer: BinaryWriter): void {
    saveEvents(this.held, writer);
  }
  load(reader: BinaryReader): void {
    this.held = loadEvents(reader);
  }
}

/** `output first every n events`: the first of each n. As in Siddhi the end of a batch counts as one, and n = 1 gives one event in all. */
export class FirstByCount extends CountedRate {
  private seen = 0;

  protected take(event: OutputEvent, released: OutputEvent[]): void {
    this.seen++;
    if (this.seen === 1) released.push(event);
    else if (this.seen === this.count) this.seen = 0;
  }

  save(writer: BinaryWriter): void {
    writer.count(this.seen);
  }
  load(reader: BinaryReader): void {
    this.seen = reader.count();
  }
}

/** The same for each group. */
export class FirstOfGroupByCount extends CountedRate {
  private seen = new Map<unknown, number>();

  protected take(event: OutputEvent, released: OutputEvent[]): void {
    const seen = this.seen.get(event.key);
    if (seen === undefined) {
      this.seen.set(event.key, 1);
      released.push(event);
    } else if (seen === this.count - 1) this.seen.delete(event.key);
    else this.seen.set(event.key, seen + 1);
  }

  save(writer: BinaryWriter): void {
    writer.value(this.seen);
  }
  load(reader: BinaryReader): void {
    const seen = reader.value();
    this.seen = new Map(seen instanceof Map ? [...seen].map(([key, count]) => [key, Number(count)]) : []);
  }
}

/** `output last every n events`: the last of each n. */
export class LastByCount extends CountedRate {
  private seen = 0;

  protected take(event: OutputEvent, released: OutputEvent[]): void {
    if (event.type === RESET || ++this.seen < this.count) return;
    this.seen = 0;
    released.push(event);
  }

  save(writer: BinaryWriter): void {
    writer.count(this.seen);
  }
  load(reader: BinaryReader): void {
    this.seen = reader.count();
  }
}

/** `output last every n events` of a grouping query: of n events together, the last of each group. */
export class LastOfGroupByCount extends CountedRate {
  private seen = 0;
  private latest = new Map<unknown, OutputEvent>();

  protected take(event: OutputEvent, released: OutputEvent[]): void {
    if (event.type === RESET) return;
    this.latest.set(event.key, event);
    if (++this.seen < this.count) return;
    this.seen = 0;
    append(released, this.latest.values());
    this.latest.clear();
  }

  save(writer: BinaryWriter): void {
    writer.count(this.seen);
    saveEvents(this.latest.values(), writer);
  }
  load(reader: BinaryReader): void {
    this.seen = reader.count();
    this.latest = new Map(loadEvents(reader).map((one) => [one.key, one]));
  }
}
