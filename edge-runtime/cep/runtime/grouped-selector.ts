import { CURRENT, RESET, type EventType, type Payload, type Renewable, type Stage, type Swappable } from '../operators/stage.ts';
import type { Row } from '../api.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import { Touched } from './touched.ts';
import type { Group, SelectionCode } from './emit-query.ts';
import { orderRows } from './order-by.ts';
import type { OutputEvent, OutputStage } from './query-output.ts';
import { limited, type Wanted } from './selector.ts';

/** Ended groups are kept for the next batch up to so many; beyond it their memory is given back. */
const ENDED_GROUPS_MAX = 4096;

/** A group, and what is known of it besides its aggregators. */
interface Kept {
  readonly group: Group;
  readonly key: unknown;
  /** The batch it belongs to; of an earlier one it is empty and waits to be used again. */
  batch: number;
  /** When it began, for the order of a snapshot. */
  begun: number;
  /** The last chunk that named it, and where its answer stands there; -1 while that has none. */
  chunk: number;
  place: number;
}

interface Groups {
  byKey: Map<unknown, Kept>;
  batch: number;
  begun: number;
}

/** Aggregates by group: one answer a chunk and group, in the order in which the chunk first named the groups. */
export class GroupedSelector implements Stage, Swappable, Renewable {
  private readonly plan: SelectionPlan;
  private readonly code: SelectionCode;
  private readonly wanted: Wanted;
  private readonly output: OutputStage;
  private readonly aggregators: readonly string[];
  private readonly cuts: boolean;
  private groups: Groups = this.fresh();
  private answers: OutputEvent[] = [];
  /** Groups that nothing was left of; they go when the chunk ends, if nothing has come since. */
  private emptied: Kept[] = [];
  private chunk = 1;
  /** What was named from a chunk on, while that is followed. */
  private changes: { from: number; touched: Touched<Kept>; ended: boolean } | undefined;
  /** Groups that are yet to be written in slices: so many at most, and of those only what had begun before. */
  private slices: { groups: Iterator<Kept>; left: number; before: number } | undefined;

  constructor(plan: SelectionPlan, wanted: Wanted, code: SelectionCode, output: OutputStage) {
    this.plan = plan;
    this.code = code;
    this.wanted = wanted;
    this.output = output;
    this.aggregators = Object.keys(code.group());
    this.cuts = plan.limit !== undefined || plan.offset !== undefined;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type === RESET) {
      this.endBatch();
      return;
    }
    const { code, wanted } = this;
    const kept = this.groupOf(code.key(timestamp, payload) ?? null);
    const { group } = kept;
    if (kept.chunk !== this.chunk) this.name(kept);
    if (type === CURRENT) {
      if (wanted.current) this.keep(type, timestamp, kept, code.arrive(group, timestamp, payload));
      else code.arriveSilently(group, timestamp, payload);
      return;
    }
    if (wanted.expired) this.keep(type, timestamp, kept, code.leave(group, timestamp, payload));
    else code.leaveSilently(group, timestamp, payload);
    if (code.empty(group)) this.emptied.push(kept);
  }

  private name(kept: Kept): void {
    const { changes } = this;
    if (changes !== undefined && kept.chunk < changes.from) changes.touched.add(kept);
    kept.chunk = this.chunk;
    kept.place = -1;
  }

  private groupOf(key: unknown): Kept {
    const { groups } = this;
    const known = groups.byKey.get(key);
    if (known === undefined) {
      const made: Kept = { group: this.code.group(), key, batch: groups.batch, begun: groups.begun++, chunk: 0, place: -1 };
      groups.byKey.set(key, made);
      return made;
    }
    if (known.batch !== groups.batch) {
      this.code.reset(known.group);
      known.batch = groups.batch;
      known.begun = groups.begun++;
      this.changes?.touched.add(known);
    }
    return known;
  }

  /** A batch of many groups is followed by another: they stay, and start anew when they are named again. */
  private endBatch(): void {
    this.groups.batch++;
    if (this.groups.byKey.size > ENDED_GROUPS_MAX) this.groups.byKey.clear();
    if (this.changes === undefined) return;
    this.changes.ended = true;
    this.changes.touched.clear();
  }

  private keep(type: EventType, timestamp: number, kept: Kept, row: Row | undefined): void {
    if (row === undefined) return;
    const before = kept.place < 0 ? undefined : this.answers[kept.place];
    if (before === undefined) {
      kept.place = this.answers.push({ type, timestamp, row, key: kept.key }) - 1;
    } else {
      before.type = type;
      before.timestamp = timestamp;
      before.row = row;
    }
  }

  private dropEmptied(): void {
    const { byKey } = this.groups;
    for (const kept of this.emptied) {
      if (!this.isLive(kept) || !this.code.empty(kept.group)) continue;
      byKey.delete(kept.key);
      this.changes?.touched.gone(kept.key);
    }
    this.emptied.length = 0;
  }

  private isLive(kept: Kept): boolean {
    return kept.batch === this.groups.batch && this.groups.byKey.get(kept.key) === kept;
  }

  end(): void {
    if (this.emptied.length > 0) this.dropEmptied();
    const { answers } = this;
    const [first] = answers;
    if (first === undefined) return;
    this.chunk++;
    this.answers = [];
    if (answers.length === 1 && !this.cuts) {
      this.output.one(first.type, first.timestamp, first.row, first.key);
      return;
    }
    const ordered = this.plan.orderBy.length > 0 ? orderRows(answers, this.plan) : answers;
    const chosen = this.cuts ? limited(ordered, this.plan) : ordered;
    if (chosen.length > 0) this.output.chunk(chosen);
  }

  discard(): void {
    this.chunk++;
    this.answers = [];
  }

  fresh(): Groups {
    return { byKey: new Map(), batch: 0, begun: 0 };
  }
  use(memory: Groups): void {
    this.groups = memory;
  }
  save(writer: BinaryWriter): void {
    this.saveLive([...this.groups.byKey.values()].filter((one) => this.isLive(one)), writer);
  }
  load(reader: BinaryReader): void {
    this.changes = undefined;
    Object.assign(this.groups, this.fresh());
    this.loadLive(reader);
  }

  /** In the order in which they began. */
  private saveLive(live: Kept[], writer: BinaryWriter): void {
    live.sort((left, right) => left.begun - right.begun);
    writer.count(live.length);
    for (const one of live) this.saveGroup(one, writer);
  }
  private saveGroup({ key, group }: Kept, writer: BinaryWriter): void {
    writer.single(key);
    for (const name of this.aggregators) group[name]?.save(writer);
  }
  private loadLive(reader: BinaryReader): void {
    for (let left = reader.count(); left > 0; left--) this.loadGroup(reader);
  }
  private loadGroup(reader: BinaryReader): Kept {
    const kept = this.groupOf(reader.value());
    for (const name of this.aggregators) kept.group[name]?.load(reader);
    return kept;
  }

  follow(): void {
    this.changes = { from: ++this.chunk, touched: new Touched(this.groups.byKey.size), ended: false };
  }
  saveChanges(writer: BinaryWriter): boolean {
    const { changes } = this;
    if (changes === undefined || changes.touched.overflowed) return false;
    writer.value(changes.ended);
    changes.touched.saveGone(writer);
    this.saveLive(changes.touched.each((one) => this.isLive(one)), writer);
    this.follow();
    return true;
  }
  loadChanges(reader: BinaryReader): void {
    if (reader.value() === true) Object.assign(this.groups, this.fresh());
    for (const key of reader.list()) this.groups.byKey.delete(key);
    this.loadLive(reader);
  }

  renew(): void {
    const { byKey, begun } = this.groups;
    this.slices = { groups: byKey.values(), left: byKey.size, before: begun };
  }

  /** What began since is in the changes. */
  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    const { slices } = this;
    for (let some = false; slices !== undefined && slices.left > 0 && (!some || writer.size < bytesMax); some = true) {
      slices.left--;
      const { value: kept, done } = slices.groups.next();
      if (done === true) slices.left = 0;
      else if (this.isLive(kept) && kept.begun < slices.before) {
        writer.count(1);
        writer.count(kept.begun);
        this.saveGroup(kept, writer);
      }
    }
    writer.count(0);
    return slices === undefined || slices.left === 0;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    this.changes = undefined;
    Object.assign(this.groups, this.fresh());
    let next = 0;
    for (const reader of slices) {
      while (reader.count() === 1) {
        const begun = reader.count();
        this.loadGroup(reader).begun = begun;
        next = Math.max(next, begun + 1);
      }
    }
    this.groups.begun = next;
    for (const reader of changes) this.loadChanges(reader);
  }
}
