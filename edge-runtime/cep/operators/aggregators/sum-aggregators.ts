import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { addLong, doubleOf, doubleToLong, subtractLong, type Long } from '../../runtime/java-number.ts';
import type { Aggregator } from './aggregator.ts';

export class LongSum implements Aggregator {
  private sum: Long = 0;
  private count = 0;
  add(value: Long | null): Long | null {
    if (value == null) return this.count === 0 ? null : this.sum;
    this.count++;
    this.sum = addLong(this.sum, value);
    return this.sum;
  }
  remove(value: Long | null): Long | null {
    if (value == null) return this.count === 0 ? null : this.sum;
    // Siddhi takes values away in double precision; the same is done here where it can be seen.
    this.sum = typeof this.sum === 'number' && typeof value === 'number' ? subtractLong(this.sum, value) : doubleToLong(doubleOf(this.sum) - doubleOf(value));
    this.count--;
    return this.count === 0 ? null : this.sum;
  }
  reset(): void {
    this.sum = 0;
    this.count = 0;
  }
  get empty(): boolean {
    return this.count === 0 && this.sum === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.sum);
    writer.value(this.count);
  }
  load(reader: BinaryReader): void {
    const sum = reader.value();
    this.sum = typeof sum === 'bigint' ? sum : Number(sum);
    this.count = Number(reader.value());
  }
}

export class DoubleSum implements Aggregator {
  private sum = 0;
  private count = 0;
  add(value: number | null): number | null {
    if (value == null) return this.count === 0 ? null : this.sum;
    this.count++;
    this.sum += value;
    return this.sum;
  }
  remove(value: number | null): number | null {
    if (value == null) return this.count === 0 ? null : this.sum;
    this.count--;
    this.sum -= value;
    return this.count === 0 ? null : this.sum;
  }
  reset(): void {
    this.sum = 0;
    this.count = 0;
  }
  get empty(): boolean {
    return this.count === 0 && this.sum === 0;
  }
  save(writer: BinaryWriter): void {
    writer.double(this.sum);
    writer.value(this.count);
  }
  load(reader: BinaryReader): void {
    this.sum = reader.double();
    this.count = Number(reader.value());
  }
}

export class Average implements Aggregator {
  private sum = 0;
  private count = 0;
  add(value: Long | null): number | null {
    if (value != null) {
      this.count++;
      this.sum += doubleOf(value);
    }
    return this.count === 0 ? null : this.sum / this.count;
  }
  remove(value: Long | null): number | null {
    if (value != null) {
      this.count--;
      this.sum -= doubleOf(value);
    }
    return this.count === 0 ? null : this.sum / this.count;
  }
  reset(): void {
    this.sum = 0;
    this.count = 0;
  }
  get empty(): boolean {
    return this.count === 0 && this.sum === 0;
  }
  save(writer: BinaryWriter): void {
    writer.double(this.sum);
    writer.value(this.count);
  }
  load(reader: BinaryReader): void {
    this.sum = reader.double();
    this.count = Number(reader.value());
  }
}

export class Count implements Aggregator {
  private count = 0;
  add(): number {
    return ++this.count;
  }
  remove(): number {
    return --this.count;
  }
  reset(): void {
    this.count = 0;
  }
  get empty(): boolean {
    return this.count === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.count);
  }
  load(reader: BinaryReader): void {
    this.count = Number(reader.value());
  }
}

/** Population standard deviation, updated by Welford's method in both directions. */
export class StandardDeviation implements Aggregator {
  private count = 0;
  private sum = 0;
  private mean = 0;
  private squares = 0;

  add(given: Long | null): number | null {
    if (given == null) return this.value();
    const value = doubleOf(given);
    this.count++;
    // What left before it came comes now.
    if (this.count === 0) return null;
    if (this.count === 1) {
      this.sum = value;
      this.mean = value;
      this.squares = 0;
      return 0;
    }
    this.move(value, 1);
    return Math.sqrt(this.squares / this.count);
  }

  remove(given: Long | null): number | null {
    if (given == null) return this.value();
    this.count--;
    if (this.count === 0) {
      this.reset();
      return null;
    }
    this.move(doubleOf(given), -1);
    return this.value();
  }

  private move(value: number, direction: 1 | -1): void {
    const before = this.mean;
    this.sum += direction * value;
    this.mean = this.sum / this.count;
    this.squares += direction * (value - before) * (value - this.mean);
  }

  private value(): number | null {
    if (this.count === 0) return null;
    return this.count === 1 ? 0 : Math.sqrt(this.squares / this.count);
  }
  reset(): void {
    this.count = 0;
    this.sum = 0;
    this.mean = 0;
    this.squares = 0;
  }
  get empty(): boolean {
    return this.count === 0;
  }
  save(writer: BinaryWriter): void {
    writer.value(this.count);
    for (const one of [this.sum, this.mean, this.squares]) writer.double(one);
  }
  load(reader: BinaryReader): void {
    this.count = Number(reader.value());
    this.sum = reader.double();
    this.mean = reader.double();
    this.squares = reader.double();
  }
}
