import type { Row } from '../api.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type Swappable } from '../operators/stage.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import type { Group, SelectionCode } from './emit-query.ts';
import { orderRows } from './order-by.ts';
import type { OutputEvent, OutputStage } from './query-output.ts';

/** Which events a query puts out. */
export interface Wanted {
  current: boolean;
  expired: boolean;
}

/** Puts out every event of a chunk: no aggregator, no groups. */
export class PlainSelector implements Stage {
  private readonly project: (timestamp: number, payload: Payload) => Row | undefined;
  private readonly plan: SelectionPlan;
  private readonly wanted: Wanted;
  private readonly output: OutputStage;
  private events: OutputEvent[] = [];

  constructor(plan: SelectionPlan, wanted: Wanted, project: (timestamp: number, payload: Payload) => Row | undefined, output: OutputStage) {
    this.plan = plan;
    this.wanted = wanted;
    this.project = project;
    this.output = output;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type === RESET) {
      // Nobody sees it, but a chunk that ends with it ends at its time.
      this.events.push({ type, timestamp, row: [], key: undefined });
      return;
    }
    if (!(type === CURRENT ? this.wanted.current : this.wanted.expired)) return;
    const row = this.project(timestamp, payload);
    if (row !== undefined) this.events.push({ type, timestamp, row, key: undefined });
  }

  end(): void {
    const { events } = this;
    const [first] = events;
    if (first === undefined) return;
    this.events = [];
    const { orderBy, limit, offset } = this.plan;
    if (events.length === 1 && first.type !== RESET && limit === undefined && offset === undefined) {
      this.output.one(first.type, first.timestamp, first.row, undefined);
      return;
    }
    const chosen = limited(orderBy.length > 0 ? orderRows(events, this.plan) : events, this.plan);
    if (chosen.length > 0) this.output.chunk(chosen);
  }
}

/** `offset`, then `limit`, over one chunk; events that left are counted by the limit and never cut off by it. */
function limited(events: OutputEvent[], plan: SelectionPlan): OutputEvent[] {
  const { limit, offset = 0 } = plan;
  let skipped = 0;
  let kept = 0;
  return events.filter(({ type }) => {
    if (type === RESET) return true;
    if (skipped < offset) {
      skipped++;
      return false;
    }
    if (limit === undefined) return true;
    const keeps = type === EXPIRED || kept < limit;
    if (keeps) kept++;
    return keeps;
  });
}

/** Aggregates over everything: one answer a chunk, that of its last event. */
export class TotalSelector implements Stage, Swappable {
  private readonly code: SelectionCode;
  private readonly wanted: Wanted;
  private readonly output: OutputStage;
  private readonly passes: boolean;
  private group: Group;
  private readonly aggregators: readonly string[];
  private type: EventType = CURRENT;
  private timestamp = 0;
  private row: Row | undefined;

  constructor(plan: SelectionPlan, wanted: Wanted, code: SelectionCode, output: OutputStage) {
    this.code = code;
    this.wanted = wanted;
    this.output = output;
    this.group = code.group();
    this.aggregators = Object.keys(this.group);
    this.passes = (plan.offset ?? 0) === 0 && (plan.limit ?? 1) > 0;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const { code, group } = this;
    if (type === CURRENT) {
      if (this.wanted.current) this.keep(type, timestamp, code.arrive(group, timestamp, payload));
      else code.arriveSilently(group, timestamp, payload);
    } else if (type === EXPIRED) {
      if (this.wanted.expired) this.keep(type, timestamp, code.leave(group, timestamp, payload));
      else code.leaveSilently(group, timestamp, payload);
    } else for (const name of this.aggregators) group[name]?.reset();
  }

  end(): void {
    const { row } = this;
    if (row === undefined) return;
    this.row = undefined;
    if (this.passes) this.output.one(this.type, this.timestamp, row, undefined);
  }

  private keep(type: EventType, timestamp: number, row: Row | undefined): void {
    if (row === undefined) return;
    this.type = type;
    this.timestamp = timestamp;
    this.row = row;
  }

  fresh(): Group {
    return this.code.group();
  }
  use(memory: Group): void {
    this.group = memory;
  }
  save(writer: BinaryWriter): void {
    for (const name of this.aggregators) this.group[name]?.save(writer);
  }
  load(reader: BinaryReader): void {
    for (const name of this.aggregators) this.group[name]?.load(reader);
  }
}

/** Aggregates by group: one answer a chunk and group, in the order in which the chunk first named the groups. */
export class GroupedSelector implements Stage, Swappable {
  private readonly plan: SelectionPlan;
  private readonly code: SelectionCode;
  private readonly wanted: Wanted;
  private readonly output: OutputStage;
  private groups = new Map<unknown, Group>();
  private readonly aggregators: readonly string[];
  private chunk: Map<unknown, OutputEvent> | undefined;
  // The chunk's first answer, kept apart so that a chunk of one event needs no map.
  private first: OutputEvent | undefined;

  constructor(plan: SelectionPlan, wanted: Wanted, code: SelectionCode, output: OutputStage) {
    this.plan = plan;
    this.code = code;
    this.wanted = wanted;
    this.output = output;
    this.aggregators = Object.keys(code.group());
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type === RESET) {
      this.groups.clear();
      return;
    }
    const { code } = this;
    const key = code.key(timestamp, payload) ?? null;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = code.group();
      this.groups.set(key, group);
    }
    if (type === CURRENT) {
      if (this.wanted.current) this.keep(type, timestamp, key, code.arrive(group, timestamp, payload));
      else code.arriveSilently(group, timestamp, payload);
      return;
    }
    if (this.wanted.expired) this.keep(type, timestamp, key, code.leave(group, timestamp, payload));
    else code.leaveSilently(group, timestamp, payload);
    for (const name of this.aggregators) if (group[name]?.empty === false) return;
    this.groups.delete(key);
  }

  end(): void {
    const { first, chunk } = this;
    if (first === undefined) return;
    this.first = undefined;
    this.chunk = undefined;
    const { limit, offset, orderBy } = this.plan;
    if (chunk === undefined && limit === undefined && offset === undefined) {
      this.output.one(first.type, first.timestamp, first.row, first.key);
      return;
    }
    const events = chunk === undefined ? [first] : [...chunk.values()];
    const chosen = limited(orderBy.length > 0 ? orderRows(events, this.plan) : events, this.plan);
    if (chosen.length > 0) this.output.chunk(chosen);
  }

  private keep(type: EventType, timestamp: number, key: unknown, row: Row | undefined): void {
    if (row === undefined) return;
    const event = { type, timestamp, row, key };
    if (this.first === undefined) this.first = event;
    else if (this.chunk === undefined && this.first.key === key) this.first = event;
    else {
      this.chunk ??= new Map([[this.first.key, this.first]]);
      this.chunk.set(key, event);
    }
  }

  fresh(): Map<unknown, Group> {
    return new Map();
  }
  use(memory: Map<unknown, Group>): void {
    this.groups = memory;
  }
  save(writer: BinaryWriter): void {
    writer.count(this.groups.size);
    for (const [key, group] of this.groups) {
      writer.value(key);
      for (const name of this.aggregators) group[name]?.save(writer);
    }
  }
  load(reader: BinaryReader): void {
    this.groups.clear();
    const size = reader.count();
    for (let index = 0; index < size; index++) {
      const key = reader.value();
      const group = this.code.group();
      for (const name of this.aggregators) group[name]?.load(reader);
      this.groups.set(key, group);
    }
  }
}
