import type { Row } from '../../api.ts';
import type { SelectionPlan } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { compareRows } from '../../runtime/order-by.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, EXPIRED, rowOf, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';
import { loadHeld, saveHeld, type Held } from './held-event.ts';

/** `sort(n, attribute, 'asc' | 'desc', …)`: the first n events by an order; the last one leaves. */
export class SortWindow implements WindowStage {
  next: Stage;
  private readonly length: number;
  private readonly keys: SelectionPlan['orderBy'];
  private readonly context: OperatorContext;
  private held: Held[] = [];
  /** It is in order from when it was first full on. */
  private sorted = false;

  constructor(length: number, keys: SelectionPlan['orderBy'], context: OperatorContext, next: Stage) {
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
    if (!this.sorted) this.held.sort((left, right) => compareRows(rowOf(left.payload), rowOf(right.payload), this.keys));
    this.sorted = true;
    const leaving = this.held.pop();
    if (leaving !== undefined) this.next.event(EXPIRED, this.context.clock.now, leaving.payload);
  }

  /** Behind all that come before it or are equal. */
  private placeOf(row: Row): number {
    let low = 0;
    for (let high = this.held.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (compareRows(rowOf(this.held[middle]?.payload), row, this.keys) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
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
