import type { Row } from '../api.ts';
import type { QueryBatch } from '../engine-api.ts';
import { CURRENT, EXPIRED, RESET, type EventType } from '../operators/stage.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import { append } from './append.ts';
import { handOn, LOOKED_AHEAD, type Receiver } from './receiver.ts';

/** One row that a query puts out. */
export interface OutputEvent {
  type: EventType;
  timestamp: number;
  row: Row;
  /** The group it belongs to, where the query groups. */
  key: unknown;
}

/** Takes what a selection puts out, a chunk at a time. */
export interface OutputStage {
  /** A chunk of one event: the common case, without an object around it. */
  one(type: EventType, timestamp: number, row: Row, key: unknown): void;
  /** A chunk of several; the marks of ended batches (RESET) may be among them. */
  chunk(events: readonly OutputEvent[]): void;
}

/** Cuts off what rows were only ordered by. */
export class OrderedOutput implements OutputStage {
  private readonly columns: number;
  private readonly output: OutputStage;

  constructor(columns: number, output: OutputStage) {
    this.columns = columns;
    this.output = output;
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    this.cut(row);
    this.output.one(type, timestamp, row, key);
  }

  chunk(events: readonly OutputEvent[]): void {
    for (const { type, row } of events) if (type !== RESET) this.cut(row);
    this.output.chunk(events);
  }

  /** The selection has just made the row, and provenance knows it by its identity. */
  private cut(row: Row): void {
    (row as unknown[]).length = this.columns;
  }
}

/** The output of a selection, without what it only orders by. */
export function visibleTo(output: OutputStage, { attributes, outputs }: SelectionPlan): OutputStage {
  return outputs.length > attributes.length ? new OrderedOutput(attributes.length, output) : output;
}

/** Who hears a query. The copies of a query in a partition share it. */
export class QueryEars {
  listeners: readonly ((batch: QueryBatch) => void)[] = [];

  listen(listener: (batch: QueryBatch) => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listener);
    };
  }
}

/** The end of a query: its listeners hear arrived and removed rows apart, the target stream gets both as arrived. */
export class QueryOutput implements OutputStage {
  private readonly query: string;
  private readonly target: Receiver;
  private readonly ears: QueryEars;

  constructor(query: string, target: Receiver, ears: QueryEars) {
    this.query = query;
    this.target = target;
    this.ears = ears;
  }

  get heard(): boolean {
    return this.ears.listeners.length > 0;
  }

  one(type: EventType, timestamp: number, row: Row): void {
    if (this.ears.listeners.length > 0) {
      const event = [{ timestamp, row }];
      this.tell({ query: this.query, timestamp, arrived: type === CURRENT ? event : [], removed: type === EXPIRED ? event : [] });
    }
    this.target.one(timestamp, row);
  }

  chunk(events: readonly OutputEvent[]): void {
    if (this.ears.listeners.length > 0) this.tellOf(events);
    const next = this.target.apart?.(LOOKED_AHEAD);
    if (next === undefined) this.handOver(events.filter((one) => one.type !== RESET));
    else for (const { type, timestamp, row } of events) if (type !== RESET) next.one(timestamp, row);
  }

  private handOver(events: readonly OutputEvent[]): void {
    handOn(this.target, events.map((one) => one.timestamp), events.map((one) => one.row), 0, events.length);
  }

  private tellOf(events: readonly OutputEvent[]): void {
    const batch: QueryBatch = { query: this.query, timestamp: events.at(-1)?.timestamp ?? 0, arrived: [], removed: [] };
    for (const { type, timestamp, row } of events) if (type !== RESET) (type === EXPIRED ? batch.removed : batch.arrived).push({ timestamp, row });
    this.tell(batch);
  }

  private tell(batch: QueryBatch): void {
    for (const listener of this.ears.listeners) listener(batch);
  }
}

/** Holds back what comes, where it is not yet to be put out or several chunks are to go as one. */
export class HeldOutput implements OutputStage {
  private readonly output: OutputStage;
  private held: OutputEvent[] | undefined;

  constructor(output: OutputStage) {
    this.output = output;
  }

  hold(): void {
    this.held = [];
  }

  /** What was held back, which is no longer this one's to put out. */
  taken(): readonly OutputEvent[] {
    const { held } = this;
    this.held = undefined;
    return held ?? [];
  }

  release(): void {
    const held = this.taken();
    if (held.length > 0) this.output.chunk(held);
  }

  one(type: EventType, timestamp: number, row: Row, key: unknown): void {
    if (this.held === undefined) this.output.one(type, timestamp, row, key);
    else this.held.push({ type, timestamp, row, key });
  }

  chunk(events: readonly OutputEvent[]): void {
    if (this.held === undefined) this.output.chunk(events);
    else append(this.held, events);
  }
}
