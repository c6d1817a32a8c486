import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { inMapOrder, keyOf, type KeyPart } from './frequent-key.ts';
import type { Held } from './held-event.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

interface Counted extends Held {
  count: number;
}

/** `frequent(n, attribute, …)`: the latest event of each of the n most frequent values (Misra and Gries). */
export class FrequentWindow implements WindowStage {
  next: Stage;
  private readonly size: number;
  private readonly parts: readonly KeyPart[];
  private readonly context: OperatorContext;
  private readonly latest = new Map<string, Counted>();

  constructor(size: number, parts: readonly KeyPart[], context: OperatorContext, next: Stage) {
    this.size = size;
    this.parts = parts;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    const key = keyOf(payload, this.parts);
    const known = this.latest.get(key);
    if (known !== undefined) this.latest.set(key, { timestamp, payload, count: known.count + 1 });
    else {
      if (this.latest.size >= this.size) this.lower();
      if (this.latest.size >= this.size) return;
      this.latest.set(key, { timestamp, payload, count: 1 });
    }
    this.next.event(CURRENT, timestamp, payload);
  }

  private lower(): void {
    const gone: Counted[] = [];
    for (const [key, held] of this.latest) {
      if (--held.count > 0) continue;
      this.latest.delete(key);
      gone.push(held);
    }
    for (const { payload } of inMapOrder(gone, this.parts, this.size)) this.next.event(EXPIRED, this.context.clock.now, payload);
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return inMapOrder([...this.latest.values()], this.parts, this.size);
  }
  save(writer: BinaryWriter): void {
    writer.list([...this.latest].flatMap(([key, { timestamp, payload, count }]) => [key, timestamp, payload, count]));
  }
  load(reader: BinaryReader): void {
    this.latest.clear();
    const flat = reader.list();
    for (let index = 0; index + 3 < flat.length; index += 4) {
      const payload = flat[index + 2];
      this.latest.set(keyOf(payload, this.parts), { timestamp: Number(flat[index + 1]), payload, count: Number(flat[index + 3]) });
    }
  }
}
