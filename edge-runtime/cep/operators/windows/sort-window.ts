import type { Row } from '../../api.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { compareValues } from '../../runtime/order-by.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, rowOf, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import type { AttributeReader } from './attribute.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';

/** `sort(n, attribute, 'asc' | 'desc', …)`: the first n events by an order; the last one leaves. */
export class SortWindow implements WindowStage {
  next: Stage;
  private readonly length: number;
  private readonly keys: readonly { pick: AttributeReader; descending: boolean }[];
  private readonly context: OperatorContext;
  private held: Held[] = [];
  /** It is in order from when it was first full on. */
  private sorted = false;

  constructor(length: number, keys: readonly { pick: AttributeReader; descending: boolean }[], context: OperatorContext, next: Stage) {
    this.length = length;
    this.keys = keys;
    this.context = context;
    this.next = next;
  }

  event(_type: EventType, timestamp: number, payload: Payload): void {
    this.next.event(CURRENT, timestamp, payload);
    if (this.sorted) this.held.splice(this.placeOf(rowOf(payload)), 0, { timestamp, payload });
    else this.held.push({ timestamp, payload });
    if (this.held.length <= this.length) return;
    if (!this.sorted) this.held.sort((left, right) => this.compare(rowOf(left.payload), rowOf(right.payload)));
    this.sorted = true;
    const leaving = this.held.pop();
    if (leaving !== undefined) this.next.event(EXPIRED, this.context.clock.now, leaving.payload);
  }

  /** Behind all that come before it or are equal. */
  private placeOf(row: Row): number {
    let low = 0;
    for (let high = this.held.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.compare(rowOf(this.held[middle]?.payload), row) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private compare(left: Row, right: Row): number {
    for (const { pick, descending } of this.keys) {
      const [a, b] = [pick(left), pick(right)];
      if (a == null && b == null) continue;
      // What is missing comes last, in either direction.
      if (a == null) return 1;
      if (b == null) return -1;
      const order = compareValues(a, b);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return this.held;
  }
  save(writer: BinaryWriter): void {
    saveHeld(this.held, writer);
  }
  load(reader: BinaryReader): void {
    this.held = loadHeld(reader);
    this.sorted = false;
  }
}
