import { CURRENT, RESET, type EventType, type Payload, type Stage, type Swappable } from '../operators/stage.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import type { Group, SelectionCode } from './emit-query.ts';
import { orderRows } from './order-by.ts';
import type { OutputEvent, OutputStage } from './query-output.ts';
import { limited, type Wanted } from './selector.ts';

/** What a query without groups is grouped by. */
const EVERYTHING = Symbol('everything');

/** Aggregates and puts out every event of a chunk, and not only the last: what a snapshot rate asks for. */
export class EachSelector implements Stage, Swappable {
  private readonly plan: SelectionPlan;
  private readonly code: SelectionCode;
  private readonly wanted: Wanted;
  private readonly output: OutputStage;
  private readonly grouped: boolean;
  private readonly aggregators: readonly string[];
  private groups = new Map<unknown, Group>();
  private events: OutputEvent[] = [];

  constructor(plan: SelectionPlan, wanted: Wanted, code: SelectionCode, output: OutputStage) {
    this.plan = plan;
    this.code = code;
    this.wanted = wanted;
    this.output = output;
    this.grouped = plan.groupBy.length > 0;
    this.aggregators = Object.keys(code.group());
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const { code, grouped, groups } = this;
    if (type === RESET) {
      groups.clear();
      if (!grouped) this.events.push({ type, timestamp, row: [], key: undefined });
      return;
    }
    const key = grouped ? (code.key(timestamp, payload) ?? null) : EVERYTHING;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = code.group()));
    const row = type === CURRENT ? code.arrive(group, timestamp, payload) : code.leave(group, timestamp, payload);
    if (row !== undefined && (type === CURRENT ? this.wanted.current : this.wanted.expired)) this.events.push({ type, timestamp, row, key: grouped ? key : undefined });
    if (type !== CURRENT && this.aggregators.every((name) => group[name]?.empty === true)) groups.delete(key);
  }

  end(): void {
    const { events, plan } = this;
    if (events.length === 0) return;
    this.events = [];
    const chosen = limited(plan.orderBy.length > 0 ? orderRows(events, plan) : events, plan);
    if (chosen.length > 0) this.output.chunk(chosen);
  }

  discard(): void {
    this.events = [];
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
      writer.value(key === EVERYTHING ? null : key);
      for (const name of this.aggregators) group[name]?.save(writer);
    }
  }
  load(reader: BinaryReader): void {
    this.groups.clear();
    for (let left = reader.count(); left > 0; left--) {
      const key = reader.value();
      const group = this.code.group();
      for (const name of this.aggregators) group[name]?.load(reader);
      this.groups.set(this.grouped ? key : EVERYTHING, group);
    }
  }
}
