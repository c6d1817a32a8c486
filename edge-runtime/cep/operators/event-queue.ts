import type { BinaryReader, BinaryWriter } from '../runtime/binary.ts';
import type { Payload } from './stage.ts';

const INITIAL_CAPACITY = 8;

/** Events in the order they came, with times and payloads in two rings that grow by doubling. */
export class EventQueue {
  private times: number[] = new Array<number>(INITIAL_CAPACITY).fill(0);
  private payloads: Payload[] = new Array<Payload>(INITIAL_CAPACITY).fill(undefined);
  private mask = INITIAL_CAPACITY - 1;
  private head = 0;
  size = 0;

  push(timestamp: number, payload: Payload): void {
    if (this.size > this.mask) this.grow();
    const at = (this.head + this.size) & this.mask;
    this.times[at] = timestamp;
    this.payloads[at] = payload;
    this.size++;
  }

  /** The oldest event's time; infinity when there is none. */
  get firstTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.times[this.head] ?? 0);
  }

  /** Takes the oldest event. The caller has seen that there is one. */
  shift(): Payload {
    const payload = this.payloads[this.head];
    this.payloads[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    this.size--;
    return payload;
  }

  timeAt(index: number): number {
    return this.times[(this.head + index) & this.mask] ?? 0;
  }

  payloadAt(index: number): Payload {
    return this.payloads[(this.head + index) & this.mask];
  }

  /** Takes one event out of the middle. */
  removeAt(index: number): void {
    for (let at = index; at + 1 < this.size; at++) {
      this.times[(this.head + at) & this.mask] = this.timeAt(at + 1);
      this.payloads[(this.head + at) & this.mask] = this.payloadAt(at + 1);
    }
    this.size--;
    this.payloads[(this.head + this.size) & this.mask] = undefined;
  }

  clear(): void {
    if (this.size > 0) this.payloads.fill(undefined);
    this.head = 0;
    this.size = 0;
  }

  /** All payloads, oldest first; faster than walking through when all of them are looked at. */
  copy(): Payload[] {
    const end = this.head + this.size;
    if (end <= this.mask + 1) return this.payloads.slice(this.head, end);
    return [...this.payloads.slice(this.head), ...this.payloads.slice(0, end & this.mask)];
  }

  *[Symbol.iterator](): Iterator<{ timestamp: number; payload: Payload }> {
    for (let index = 0; index < this.size; index++) yield { timestamp: this.timeAt(index), payload: this.payloadAt(index) };
  }

  save(writer: BinaryWriter): void {
    writer.count(this.size);
    for (let index = 0; index < this.size; index++) {
      writer.value(this.timeAt(index));
      writer.value(this.payloadAt(index));
    }
  }

  load(reader: BinaryReader): void {
    this.clear();
    const size = reader.count();
    for (let index = 0; index < size; index++) {
      const timestamp = Number(reader.value());
      this.push(timestamp, reader.value());
    }
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2;
    const times = new Array<number>(capacity).fill(0);
    const payloads = new Array<Payload>(capacity).fill(undefined);
    for (let index = 0; index < this.size; index++) {
      times[index] = this.timeAt(index);
      payloads[index] = this.payloadAt(index);
    }
    this.times = times;
    this.payloads = payloads;
    this.mask = capacity - 1;
    this.head = 0;
  }
}
