import type { EventType, Payload, Stage } from '../operators/stage.ts';
import type { Row } from '../api.ts';

/** Makes several events of one, or none; each has the attributes of the one and some of its own. */
export class SpreadStage implements Stage {
  private readonly values: (timestamp: number, payload: Payload) => unknown[];
  private readonly spread: (values: readonly unknown[]) => readonly (readonly unknown[])[];
  private readonly next: Stage;
  private readonly derived: ((row: Row, from: Row) => void) | undefined;
  private some = false;

  /** `derived` hears which row was made of which. */
  constructor(values: (timestamp: number, payload: Payload) => unknown[], spread: (values: readonly unknown[]) => readonly (readonly unknown[])[], next: Stage, derived: ((row: Row, from: Row) => void) | undefined) {
    this.values = values;
    this.spread = spread;
    this.next = next;
    this.derived = derived;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const row: Row = Array.isArray(payload) ? payload : [];
    for (const added of this.spread(this.values(timestamp, payload))) {
      const extended = [...row, ...added];
      this.derived?.(extended, row);
      this.some = true;
      this.next.event(type, timestamp, extended);
    }
  }

  end(): void {
    if (!this.some) return;
    this.some = false;
    this.next.end();
  }
}
