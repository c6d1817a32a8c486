import type { RollupColumnPlan } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { makeColumn, type RollupColumn } from './rollup-column.ts';

/** Partial results by time and group, in columns: row i of every column belongs together. */
export class RollupStore {
  private readonly kinds: readonly RollupColumnPlan['kind'][];
  private readonly byTime = new Map<number, Map<unknown, number>>();
  private times: number[] = [];
  private keys: unknown[] = [];
  private groups: (readonly unknown[])[] = [];
  private columns: readonly RollupColumn[];
  // Events mostly come in order: the rows of the time that was asked for last.
  private lastTime = Number.NaN;
  private last: Map<unknown, number> | undefined;

  constructor(kinds: readonly RollupColumnPlan['kind'][]) {
    this.kinds = kinds;
    this.columns = kinds.map(makeColumn);
  }

  get size(): number {
    return this.times.length;
  }

  column(index: number): RollupColumn | undefined {
    return this.columns[index];
  }

  timeOf(row: number): number {
    return this.times[row] ?? 0;
  }

  groupOf(row: number): readonly unknown[] {
    return this.groups[row] ?? [];
  }

  /** The row of a time and group, -1 when there is none yet. */
  find(time: number, key: unknown): number {
    if (time !== this.lastTime || this.last === undefined) {
      this.last = this.byTime.get(time);
      this.lastTime = time;
    }
    return this.last?.get(key) ?? -1;
  }

  /** A new row; there must be none of this time and group. */
  open(time: number, key: unknown, group: readonly unknown[]): number {
    let rows = this.byTime.get(time);
    if (rows === undefined) {
      rows = new Map();
      this.byTime.set(time, rows);
      this.lastTime = time;
      this.last = rows;
    }
    const row = this.times.push(time) - 1;
    rows.set(key, row);
    this.keys.push(key);
    this.groups.push(group);
    for (const column of this.columns) column.open();
    return row;
  }

  /** Takes in all rows of another store for which `wanted` holds, each under the time that `timeOf` gives it. */
  take(other: RollupStore, timeOf: (time: number) => number, wanted: (time: number) => boolean = () => true): void {
    for (let from = 0; from < other.size; from++) {
      const time = other.timeOf(from);
      if (!wanted(time)) continue;
      const under = timeOf(time);
      const key = other.keys[from];
      const found = this.find(under, key);
      const row = found >= 0 ? found : this.open(under, key, other.groupOf(from));
      this.columns.forEach((column, index) => {
        const source = other.columns[index];
        if (source !== undefined) column.merge(row, source, from);
      });
    }
  }

  clear(): void {
    this.byTime.clear();
    this.last = undefined;
    this.times = [];
    this.keys = [];
    this.groups = [];
    this.columns = this.kinds.map(makeColumn);
  }

  /** Forgets what began before a time. */
  forgetBefore(time: number): void {
    if (!this.times.some((one) => one < time)) return;
    const kept = new RollupStore(this.kinds);
    kept.take(this, (one) => one, (one) => one >= time);
    this.clear();
    this.take(kept, (one) => one);
  }

  save(writer: BinaryWriter): void {
    writer.list(this.times);
    writer.list(this.keys);
    writer.list(this.groups);
    for (const column of this.columns) writer.list(column.values);
  }

  load(reader: BinaryReader): void {
    this.clear();
    const times = reader.list();
    const keys = reader.list();
    const groups = reader.list();
    times.forEach((time, row) => {
      const group = groups[row];
      this.open(Number(time), keys[row], Array.isArray(group) ? group : []);
    });
    for (const column of this.columns) {
      reader.list().forEach((value, row) => {
        column.values[row] = value;
      });
    }
  }
}
