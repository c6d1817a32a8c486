import type { RollupColumnPlan } from '../../plan/plan.ts';
import { addLong, type Long } from '../../runtime/java-number.ts';

/**
 * One column of an aggregation: a partial result for each row, which takes in values and other partial results alike.
 * Of `time` it needs the moment of the event, where the latest one counts.
 */
export interface RollupColumn {
  readonly values: unknown[];
  /** Makes room for a new row. */
  open(): void;
  add(row: number, value: unknown, time: number): void;
  /** Takes in row `from` of a column of the same kind. */
  merge(row: number, other: RollupColumn, from: number): void;
  /** What is read of a row. */
  result(row: number): unknown;
}

export function makeColumn(kind: RollupColumnPlan['kind']): RollupColumn {
  switch (kind) {
    case 'long-sum':
      return new SumColumn(addLong);
    case 'double-sum':
      return new SumColumn((left, right) => Number(left) + Number(right));
    case 'count':
      return new CountColumn(() => true);
    case 'present':
      return new CountColumn((value) => value != null);
    case 'min':
      return new ExtremeColumn((value, best) => value < best);
    case 'max':
      return new ExtremeColumn((value, best) => value > best);
    case 'distinct':
      return new DistinctColumn();
    case 'latest':
      return new LatestColumn();
  }
}

/** Null until there was a value. */
class SumColumn implements RollupColumn {
  readonly values: (Long | null)[] = [];
  private readonly plus: (left: Long, right: Long) => Long;
  constructor(plus: (left: Long, right: Long) => Long) {
    this.plus = plus;
  }
  open(): void {
    this.values.push(null);
  }
  add(row: number, value: unknown): void {
    if (typeof value !== 'number' && typeof value !== 'bigint') return;
    const sum = this.values[row];
    this.values[row] = sum == null ? value : this.plus(sum, value);
  }
  merge(row: number, other: RollupColumn, from: number): void {
    this.add(row, other.values[from]);
  }
  result(row: number): unknown {
    return this.values[row] ?? null;
  }
}

class CountColumn implements RollupColumn {
  readonly values: number[] = [];
  private readonly counts: (value: unknown) => boolean;
  constructor(counts: (value: unknown) => boolean) {
    this.counts = counts;
  }
  open(): void {
    this.values.push(0);
  }
  add(row: number, value: unknown): void {
    if (this.counts(value)) this.values[row] = (this.values[row] ?? 0) + 1;
  }
  merge(row: number, other: RollupColumn, from: number): void {
    this.values[row] = (this.values[row] ?? 0) + Number(other.values[from]);
  }
  result(row: number): unknown {
    return this.values[row] ?? 0;
  }
}

class ExtremeColumn implements RollupColumn {
  readonly values: (Long | null)[] = [];
  private readonly better: (value: Long, best: Long) => boolean;
  constructor(better: (value: Long, best: Long) => boolean) {
    this.better = better;
  }
  open(): void {
    this.values.push(null);
  }
  add(row: number, value: unknown): void {
    if (typeof value !== 'number' && typeof value !== 'bigint') return;
    const best = this.values[row];
    if (best == null || this.better(value, best)) this.values[row] = value;
  }
  merge(row: number, other: RollupColumn, from: number): void {
    this.add(row, other.values[from]);
  }
  result(row: number): unknown {
    return this.values[row] ?? null;
  }
}

class DistinctColumn implements RollupColumn {
  readonly values: Set<unknown>[] = [];
  open(): void {
    this.values.push(new Set());
  }
  add(row: number, value: unknown): void {
    this.values[row]?.add(value ?? null);
  }
  merge(row: number, other: RollupColumn, from: number): void {
    const seen = other.values[from];
    if (seen instanceof Set) for (const value of seen) this.values[row]?.add(value);
  }
  result(row: number): unknown {
    return this.values[row]?.size ?? 0;
  }
}

/** The value of the event with the latest time; of two at one time, that which came later. */
class LatestColumn implements RollupColumn {
  readonly values: [time: number, value: unknown][] = [];
  open(): void {
    this.values.push([Number.NEGATIVE_INFINITY, null]);
  }
  add(row: number, value: unknown, time: number): void {
    const held = this.values[row];
    if (held === undefined || time < held[0]) return;
    held[0] = time;
    held[1] = value ?? null;
  }
  merge(row: number, other: RollupColumn, from: number): void {
    const held = other.values[from];
    if (Array.isArray(held)) this.add(row, held[1], Number(held[0]));
  }
  result(row: number): unknown {
    return this.values[row]?.[1] ?? null;
  }
}
