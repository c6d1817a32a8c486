import type { Row } from '../api.ts';
import { CURRENT, EXPIRED, RESET, type EventType, type Payload, type Stage, type Swappable } from '../operators/stage.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import { append } from './append.ts';
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
  /** How many of them are in order and within the limit already. */
  private settled = 0;
  private cut = false;

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

  /** What one event of a join brought: it is ordered and limited by itself, and where the limit bites the chunk ends. */
  part(): void {
    const { plan, events, settled } = this;
    if (plan.orderBy.length > 0 || plan.limit !== undefined || plan.offset !== undefined) {
      const part = events.splice(settled);
      const chosen = this.cut ? [] : limited(plan.orderBy.length > 0 ? orderRows(part, plan) : part, plan);
      append(events, chosen);
      this.cut ||= chosen.length < part.length - (plan.offset ?? 0);
    }
    this.settled = events.length;
  }

  end(): void {
    const { events } = this;
    if (this.settled < events.length) this.part();
    this.events = [];
    this.settled = 0;
    this.cut = false;
    const [first] = events;
    if (first === undefined) return;
    if (events.length === 1 && first.type !== RESET) this.output.one(first.type, first.timestamp, first.row, undefined);
    else this.output.chunk(events);
  }
}

/** `offset`, then `limit`, over one chunk or what stands for one; events that left are counted by the limit and never cut off by it. */
export function limited(events: OutputEvent[], plan: SelectionPlan): OutputEvent[] {
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

  discard(): void {
    this.row = undefined;
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
