import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Aggregator } from './aggregator.ts';

/** How often each value is there; one that left before it came, as an `expression` window lets go of an event that is refused, is there once less than not at all. */
class Multiplicities {
  private readonly counts = new Map<unknown, number>();
  /** Of how many values more came than left. */
  size = 0;
  /** Those values, until there is one more or one less; rows hold it. */
  private current: ReadonlySet<unknown> | undefined;

  change(value: unknown, by: 1 | -1): void {
    const count = (this.counts.get(value) ?? 0) + by;
    if (count === 0) this.counts.delete(value);
    else this.counts.set(value, count);
    if (by === 1 ? count === 1 : count === 0) this.resize(by);
  }
  delete(value: unknown): void {
    if ((this.counts.get(value) ?? 0) > 0) this.resize(-1);
    this.counts.delete(value);
  }
  /** The values that are there, in the order in which they came; a set that stays as it is. */
  values(): ReadonlySet<unknown> {
    if (this.current !== undefined) return this.current;
    const values = new Set<unknown>();
    for (const [value, count] of this.counts) if (count > 0) values.add(value);
    return (this.current = values);
  }
  private resize(by: 1 | -1): void {
    this.size += by;
    this.current = undefined;
  }
  clear(): void {
    this.counts.clear();
    this.size = 0;
    this.current = undefined;
  }
  get empty(): boolean {
    return this.counts.size === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.counts);
  }
  load(reader: BinaryReader): void {
    this.clear();
    const saved = reader.value();
    if (!(saved instanceof Map)) return;
    for (const [value, count] of saved) {
      this.counts.set(value, Number(count));
      if (Number(count) > 0) this.resize(1);
    }
  }
}

export class DistinctCount implements Aggregator {
  private readonly held = new Multiplicities();

  add(value: unknown): number {
    this.held.change(value, 1);
    return this.held.size;
  }
  remove(value: unknown): number {
    this.held.change(value, -1);
    return this.held.size;
  }
  reset(): void {
    this.held.clear();
  }
  get empty(): boolean {
    return this.held.empty;
  }
  save(writer: BinaryWriter): void {
    this.held.save(writer);
  }
  load(reader: BinaryReader): void {
    this.held.load(reader);
  }
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
  private readonly held = new Multiplicities();
  private readonly tracksLeaving: boolean;

  constructor(tracksLeaving: boolean) {
    this.tracksLeaving = tracksLeaving;
  }
  add(value: unknown): ReadonlySet<unknown> {
    if (value instanceof Set) for (const one of value) this.held.change(one, 1);
    return this.held.values();
  }
  remove(value: unknown): ReadonlySet<unknown> {
    if (value instanceof Set) {
      for (const one of value) {
        if (this.tracksLeaving) this.held.change(one, -1);
        else this.held.delete(one);
      }
    }
    return this.held.values();
  }
  reset(): void {
    this.held.clear();
  }
  get empty(): boolean {
    return this.held.empty;
  }
  save(writer: BinaryWriter): void {
    this.held.save(writer);
  }
  load(reader: BinaryReader): void {
    this.held.load(reader);
  }
}
