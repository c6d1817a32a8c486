import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { loadQueue, QueueSlices } from '../queue-slices.ts';
import { RowColumns } from '../row-columns.ts';
import { rowOf, type Payload, type Renewable } from '../stage.ts';

const INITIAL_CAPACITY = 8;
/** From so many events on, a queue that may keeps columns instead of rows; below, a row is the smaller thing. */
const COLUMNS_FROM = 512;

/**
 * Events in the order they came, with times and payloads in two rings that grow by doubling. A queue made with `compact`
 * gives back rows with the same values, not the same objects; every payload of it has to be a row of one width.
 */
export class EventQueue implements Renewable {
  private readonly compact: boolean;
  private columns: RowColumns | undefined;
  private times: number[] = new Array<number>(INITIAL_CAPACITY).fill(0);
  private payloads: Payload[] = new Array<Payload>(INITIAL_CAPACITY).fill(undefined);
  private mask = INITIAL_CAPACITY - 1;
  private head = 0;
  size = 0;
  /** How many have left, ever. */
  private left = 0;
  /** How many had left and how many there were when changes were last written; nothing while they are not followed. */
  private followed: { left: number; size: number; slices: QueueSlices | undefined } | undefined;

  constructor(compact = false) {
    this.compact = compact;
  }

  push(timestamp: number, payload: Payload): void {
    if (this.size > this.mask) this.grow();
    const at = (this.head + this.size) & this.mask;
    this.times[at] = timestamp;
    if (this.columns === undefined) this.payloads[at] = payload;
    else this.columns.set(at, rowOf(payload));
    this.size++;
  }

  /** The oldest event's time; infinity when there is none. */
  get firstTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.times[this.head] ?? 0);
  }

  /** Takes the oldest event. The caller has seen that there is one. */
  shift(): Payload {
    const payload = this.columns === undefined ? this.payloads[this.head] : this.columns.get(this.head);
    if (this.columns === undefined) this.payloads[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    this.size--;
    this.left++;
    return payload;
  }

  timeAt(index: number): number {
    return this.times[(this.head + index) & this.mask] ?? 0;
  }

  payloadAt(index: number): Payload {
    const at = (this.head + index) & this.mask;
    return this.columns === undefined ? this.payloads[at] : this.columns.get(at);
  }

  /** Takes one event out of the middle. */
  removeAt(index: number): void {
    if (this.columns !== undefined) throw new TypeError('An event was taken out of the middle of a compact queue.');
    this.followed = undefined;
    for (let at = index; at + 1 < this.size; at++) {
      this.times[(this.head + at) & this.mask] = this.timeAt(at + 1);
      this.payloads[(this.head + at) & this.mask] = this.payloadAt(at + 1);
    }
    this.size--;
    this.payloads[(this.head + this.size) & this.mask] = undefined;
  }

  clear(): void {
    if (this.size > 0) this.payloads.fill(undefined);
    if (this.columns !== undefined) this.begin();
    this.head = 0;
    this.left += this.size;
    this.size = 0;
  }

  /** All payloads, oldest first; faster than walking through when all of them are looked at. */
  copy(): Payload[] {
    if (this.columns !== undefined) return Array.from({ length: this.size }, (_, index) => this.payloadAt(index));
    const end = this.head + this.size;
    if (end <= this.mask + 1) return this.payloads.slice(this.head, end);
    return [...this.payloads.slice(this.head), ...this.payloads.slice(0, end & this.mask)];
  }

  *[Symbol.iterator](): Iterator<{ timestamp: number; payload: Payload }> {
    for (let index = 0; index < this.size; index++) yield { timestamp: this.timeAt(index), payload: this.payloadAt(index) };
  }

  save(writer: BinaryWriter): void {
    writer.count(this.size);
    for (let index = 0; index < this.size; index++) this.saveAt(index, writer);
  }

  private saveAt(index: number, writer: BinaryWriter): void {
    writer.value(this.timeAt(index));
    writer.value(this.payloadAt(index));
  }

  load(reader: BinaryReader): void {
    this.clear();
    this.followed = undefined;
    this.takeAll(reader);
  }

  follow(): void {
    this.followed = { left: this.left, size: this.size, slices: this.followed?.slices };
  }

  /** Writes how many of those that were there have left, and those that came. See `Incremental`. */
  saveChanges(writer: BinaryWriter): boolean {
    const { followed } = this;
    if (followed === undefined) return false;
    const gone = Math.min(followed.size, this.left - followed.left);
    const stayed = followed.size - gone;
    writer.count(gone);
    writer.count(this.size - stayed);
    for (let index = stayed; index < this.size; index++) this.saveAt(index, writer);
    this.follow();
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    this.drop(Math.min(reader.count(), this.size));
    this.takeAll(reader);
  }

  renew(): void {
    this.followed = { left: this.left, size: this.size, slices: new QueueSlices(this.left, this.size) };
  }

  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    return this.followed?.slices?.save(this.left, writer, bytesMax, (index) => this.saveAt(index, writer)) ?? true;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    this.followed = undefined;
    loadQueue(this, slices, changes);
  }

  /** Lets the oldest go; there are as many. */
  drop(count: number): void {
    for (let left = count; left > 0; left--) this.shift();
  }

  take(reader: BinaryReader): void {
    const timestamp = Number(reader.value());
    this.push(timestamp, reader.value());
  }

  takeAll(reader: BinaryReader): void {
    for (let left = reader.count(); left > 0; left--) this.take(reader);
  }

  /** Small and empty again. */
  private begin(): void {
    this.columns = undefined;
    this.times = new Array<number>(INITIAL_CAPACITY).fill(0);
    this.payloads = new Array<Payload>(INITIAL_CAPACITY).fill(undefined);
    this.mask = INITIAL_CAPACITY - 1;
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2;
    const times = new Array<number>(capacity).fill(0);
    for (let index = 0; index < this.size; index++) times[index] = this.timeAt(index);
    if (this.compact && capacity >= COLUMNS_FROM) {
      const columns = new RowColumns(rowOf(this.payloadAt(0)).length, capacity);
      for (let index = 0; index < this.size; index++) columns.set(index, rowOf(this.payloadAt(index)));
      this.columns = columns;
      this.payloads = [];
    } else {
      const payloads = new Array<Payload>(capacity).fill(undefined);
      for (let index = 0; index < this.size; index++) payloads[index] = this.payloadAt(index);
      this.payloads = payloads;
    }
    this.times = times;
    this.mask = capacity - 1;
    this.head = 0;
  }
}
