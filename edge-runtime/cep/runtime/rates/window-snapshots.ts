import type { Row } from '../../api.ts';
import { CURRENT, EXPIRED, type EventType } from '../../operators/stage.ts';
import type { BinaryReader, BinaryWriter } from '../binary.ts';
import type { OutputEvent, OutputStage } from '../query-output.ts';
import { loadEvents, saveEvents } from './event-list.ts';
import { putOut, type Rate, type RateContext } from './rate.ts';
import { TimeGrid } from './time-grid.ts';

/** The rows of a window as they are selected: all that came and did not leave. */
abstract class RowsOfWindow implements Rate {
  protected readonly aggregates: readonly number[];
  private readonly grid: TimeGrid;
  /** Oldest first, from `head` on. */
  private list: OutputEvent[] = [];
  private head = 0;

  constructor(aggregates: readonly number[], every: number, output: OutputStage, context: RateContext) {
    this.aggregates = aggregates;
    this.grid = new TimeGrid(every, context, () => {
      putOut(this.shown(), output);
      return this.list.length > this.head;
    });
  }

  protected get rows(): readonly OutputEvent[] {
    return this.head === 0 ? this.list : this.list.slice(this.head);
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
      this.list.push(event);
      this.remember(event);
      this.grid.wait();
    } else if (event.type === EXPIRED) {
      if (this.remove(event.row)) this.remember(event);
    } else {
      this.clear();
      this.forget();
    }
  }

  /** Takes out the oldest row like this one, which is the oldest of all where a window slides. */
  private remove(row: Row): boolean {
    const { list, head } = this;
    let at = head;
    for (let one = list[at]; one !== undefined && !this.same(one.row, row); one = list[at]) at++;
    if (at === list.length) return false;
    if (at > head) list.splice(at, 1);
    else this.head++;
    if (this.head * 2 > list.length) {
      this.list = list.slice(this.head);
      this.head = 0;
    }
    return true;
  }

  private clear(): void {
    this.list = [];
    this.head = 0;
  }

  /** Rows are told apart by what is not aggregated. */
  private same(left: Row, right: Row): boolean {
    return left.every((value, index) => this.aggregates.includes(index) || (value ?? null) === (right[index] ?? null));
  }

  /** A row with the newest aggregates in place of those it came with. */
  protected renewed(event: OutputEvent, newest: Row | undefined): OutputEvent {
    const row = event.row.map((value, index) => (this.aggregates.includes(index) ? (newest?.[index] ?? null) : value));
    return { ...event, row };
  }

  protected abstract remember(event: OutputEvent): void;
  protected abstract forget(): void;
  protected abstract shown(): readonly OutputEvent[];

  save(writer: BinaryWriter): void {
    this.grid.save(writer);
    saveEvents(this.rows, writer);
  }
  load(reader: BinaryReader): void {
    this.grid.load(reader);
    this.clear();
    this.list = loadEvents(reader);
  }
}

/** Every row of the window; aggregates show their newest values in all of them. */
export class WindowRows extends RowsOfWindow {
  private newest: Row | undefined;

  protected remember(event: OutputEvent): void {
    this.newest = event.row;
  }
  protected forget(): void {
    this.newest = undefined;
  }
  protected shown(): readonly OutputEvent[] {
    return this.aggregates.length === 0 ? this.rows : this.rows.map((one) => this.renewed(one, this.newest));
  }

  override save(writer: BinaryWriter): void {
    super.save(writer);
    writer.value(this.newest);
  }
  override load(reader: BinaryReader): void {
    super.load(reader);
    const newest = reader.value();
    this.newest = Array.isArray(newest) ? newest : undefined;
  }
}

/** The oldest row of each group, with the group's newest aggregates. */
export class GroupedWindowRows extends RowsOfWindow {
  private readonly newest = new Map<unknown, Row>();

  protected remember(event: OutputEvent): void {
    this.newest.set(event.key, event.row);
  }
  protected forget(): void {
    this.newest.clear();
  }
  protected shown(): readonly OutputEvent[] {
    const groups = new Map<unknown, OutputEvent>();
    for (const one of this.rows) if (!groups.has(one.key)) groups.set(one.key, one);
    for (const key of this.newest.keys()) if (!groups.has(key)) this.newest.delete(key);
    return [...groups].map(([key, one]) => this.renewed(one, this.newest.get(key)));
  }

  override save(writer: BinaryWriter): void {
    super.save(writer);
    writer.list([...this.newest].flat(1));
  }
  override load(reader: BinaryReader): void {
    super.load(reader);
    this.newest.clear();
    const flat = reader.list();
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const row = flat[index + 1];
      if (Array.isArray(row)) this.newest.set(flat[index], row);
    }
  }
}
