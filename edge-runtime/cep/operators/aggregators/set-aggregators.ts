import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Aggregator } from './aggregator.ts';

export class DistinctCount implements Aggregator {
  private readonly counts = new Map<unknown, number>();
  add(value: unknown): number {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
    return this.counts.size;
  }
  remove(value: unknown): number {
    const left = (this.counts.get(value) ?? 0) - 1;
    if (left > 0) this.counts.set(value, left);
    else this.counts.delete(value);
    return this.counts.size;
  }
  reset(): void {
    this.counts.clear();
  }
  get empty(): boolean {
    return this.counts.size === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.counts);
  }
  load(reader: BinaryReader): void {
    loadCounts(this.counts, reader.value());
  }
}

function loadCounts(counts: Map<unknown, number>, saved: unknown): void {
  counts.clear();
  if (!(saved instanceof Map)) return;
  for (const [value, count] of saved) counts.set(value, Number(count));
}

/** `and` is true while all values are true and there is one; `or` while one is true. */
export class Logical implements Aggregator {
  private readonly all: boolean;
  private yes = 0;
  private no = 0;

  constructor(all: boolean) {
    this.all = all;
  }
  add(value: unknown): boolean {
    if (value === true) this.yes++;
    else this.no++;
    return this.value();
  }
  remove(value: unknown): boolean {
    if (value === true) this.yes--;
    else this.no--;
    return this.value();
  }
  private value(): boolean {
    return this.yes > 0 && (!this.all || this.no === 0);
  }
  reset(): void {
    this.yes = 0;
    this.no = 0;
  }
  get empty(): boolean {
    return this.yes === 0 && this.no === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.yes);
    writer.value(this.no);
  }
  load(reader: BinaryReader): void {
    this.yes = Number(reader.value());
    this.no = Number(reader.value());
  }
}

export class UnionSet implements Aggregator {
  private readonly counts = new Map<unknown, number>();
  private readonly tracksLeaving: boolean;

  constructor(tracksLeaving: boolean) {
    this.tracksLeaving = tracksLeaving;
  }
  add(value: unknown): Set<unknown> {
    if (value instanceof Set) for (const one of value) this.counts.set(one, (this.counts.get(one) ?? 0) + 1);
    return new Set(this.counts.keys());
  }
  remove(value: unknown): Set<unknown> {
    if (value instanceof Set) {
      for (const one of value) {
        const left = this.tracksLeaving ? (this.counts.get(one) ?? 0) - 1 : 0;
        if (left > 0) this.counts.set(one, left);
        else this.counts.delete(one);
      }
    }
    return new Set(this.counts.keys());
  }
  reset(): void {
    this.counts.clear();
  }
  get empty(): boolean {
    return this.counts.size === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.counts);
  }
  load(reader: BinaryReader): void {
    loadCounts(this.counts, reader.value());
  }
}
