import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { EventQueue } from './event-queue.ts';
import { EXPIRED, type Payload, type Stage, type Stateful } from '../stage.ts';

/**
 * What a batch window put out last, until it leaves with the next batch. What a join or a question came upon leaves with the
 * time that it has, as in Siddhi, and the rest with the time of leaving.
 */
export class LastBatch implements Stateful {
  private readonly queue = new EventQueue();
  /** So many of the oldest were come upon. */
  private found = 0;

  push(timestamp: number, payload: Payload): void {
    this.queue.push(timestamp, payload);
  }

  leave(now: number, next: Stage): void {
    const { queue, found } = this;
    for (let index = 0; index < queue.size; index++) next.event(EXPIRED, index < found ? queue.timeAt(index) : now, queue.payloadAt(index));
    this.clear();
  }

  /** Lets the oldest go until there are at most so many. Nobody hears of it. */
  shorten(max: number): void {
    this.queue.drop(this.size - max);
    this.found = 0;
  }

  clear(): void {
    this.queue.clear();
    this.found = 0;
  }

  get size(): number {
    return this.queue.size;
  }

  /** Someone came upon all that is in it now. */
  lookInto(): void {
    this.found = this.queue.size;
  }

  events(): Iterable<{ timestamp: number; payload: Payload }> {
    return this.queue;
  }

  save(writer: BinaryWriter): void {
    writer.count(this.queue.size);
    for (const one of this.flat()) writer.value(one);
  }

  load(reader: BinaryReader): void {
    this.fill(Array.from({ length: reader.count() * 2 }, () => reader.value()));
  }

  /** Times and payloads by turns. A time in a list is that of an event that was come upon; older snapshots know none. */
  *flat(): Generator<unknown> {
    const { queue, found } = this;
    for (let index = 0; index < queue.size; index++) {
      const time = queue.timeAt(index);
      yield index < found ? [time] : time;
      yield queue.payloadAt(index);
    }
  }

  /** Takes in what `flat` gave. */
  fill(flat: readonly unknown[]): void {
    this.clear();
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const time = flat[index];
      if (Array.isArray(time)) this.found++;
      this.push(Number(Array.isArray(time) ? time[0] : time), flat[index + 1]);
    }
  }
}
