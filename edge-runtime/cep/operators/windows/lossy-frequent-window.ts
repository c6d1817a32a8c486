import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { inMapOrder, keyOf, type KeyPart } from './frequent-key.ts';
import type { Held } from './held-event.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

interface Counted extends Held {
  count: number;
  bucket: number;
}

/** `lossyFrequent(support, error, attribute, …)`: the latest events of values with at least that share of all (Manku and Motwani). */
export class LossyFrequentWindow implements WindowStage {
  next: Stage;
  private readonly support: number;
  private readonly error: number;
  private readonly parts: readonly KeyPart[];
  private readonly context: OperatorContext;
  private readonly width: number;
  private readonly latest = new Map<string, Counted>();
  /** The most values that it ever held. */
  private peak = 0;
  private total = 0;
  private bucket = 1;

  constructor(support: number, error: number, parts: readonly KeyPart[], context: OperatorContext, next: Stage) {
    this.support = support;
    this.error = error;
    this.parts = parts;
    this.context = context;
    this.next = next;
    this.width = Math.ceil(1 / error);
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const key = keyOf(payload, this.parts);
    this.total++;
    if (this.total !== 1) this.bucket = Math.ceil(this.total / this.width);
    const known = this.latest.get(key);
    const counted: Counted = { timestamp, payload, count: (known?.count ?? 0) + 1, bucket: known?.bucket ?? this.bucket - 1 };
    this.latest.set(key, counted);
    this.peak = Math.max(this.peak, this.latest.size);
    if (counted.count >= (this.support - this.error) * this.total) this.next.event(CURRENT, timestamp, payload);
    if (this.total % this.width === 0) this.prune();
  }

  private prune(): void {
    const gone: Counted[] = [];
    for (const [key, counted] of this.latest) {
      if (counted.count + counted.bucket > this.bucket) continue;
      this.latest.delete(key);
      gone.push(counted);
    }
    for (const { payload } of inMapOrder(gone, this.parts, this.peak)) this.next.event(EXPIRED, this.context.clock.now, payload);
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return inMapOrder([...this.latest.values()], this.parts, this.peak);
  }
  save(writer: BinaryWriter): void {
    writer.list([this.total, this.bucket, this.peak]);
    writer.list([...this.latest].flatMap(([key, { timestamp, payload, count, bucket }]) => [key, timestamp, payload, count, bucket]));
  }
  load(reader: BinaryReader): void {
    const [total, bucket, peak] = reader.list();
    this.total = Number(total);
    this.bucket = Number(bucket);
    this.latest.clear();
    const flat = reader.list();
    for (let index = 0; index + 4 < flat.length; index += 5) {
      const payload = flat[index + 2];
      this.latest.set(keyOf(payload, this.parts), { timestamp: Number(flat[index + 1]), payload, count: Number(flat[index + 3]), bucket: Number(flat[index + 4]) });
    }
    this.peak = Math.max(Number(peak ?? 0), this.latest.size);
  }
}
