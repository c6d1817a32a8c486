import type { Row } from '../api.ts';
import { CURRENT, EXPIRED, type EventType, type Payload, type Stage, type Stateful } from './stage.ts';

/**
 * What a sliding window holds, by the value that the other side of the join asks for. It stands behind the window and
 * follows what comes and leaves; after a restore it is made anew from the window.
 */
export class JoinIndex implements Stage, Stateful {
  private readonly column: number;
  private readonly held: () => readonly Row[];
  private readonly next: Stage;
  private readonly byValue = new Map<unknown, Row[]>();
  private stale = false;

  constructor(column: number, held: () => readonly Row[], next: Stage) {
    this.column = column;
    this.held = held;
    this.next = next;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (!this.stale && Array.isArray(payload)) {
      if (type === CURRENT) this.add(payload);
      else if (type === EXPIRED) this.remove(payload);
    }
    this.next.event(type, timestamp, payload);
  }

  end(): void {
    this.next.end();
  }

  /** The rows with a value, oldest first; nothing equals a missing value. */
  find(value: unknown): readonly Row[] {
    if (this.stale) {
      this.stale = false;
      this.byValue.clear();
      for (const row of this.held()) this.add(row);
    }
    return value == null ? [] : (this.byValue.get(value) ?? []);
  }

  private add(row: Row): void {
    const value = row[this.column];
    const rows = this.byValue.get(value);
    if (rows === undefined) this.byValue.set(value, [row]);
    else rows.push(row);
  }

  private remove(row: Row): void {
    const value = row[this.column];
    const rows = this.byValue.get(value);
    if (rows === undefined) return;
    const at = rows[0] === row ? 0 : rows.indexOf(row);
    if (at >= 0) rows.splice(at, 1);
    if (rows.length === 0) this.byValue.delete(value);
  }

  save(): void {
    // The window has it all.
  }
  load(): void {
    this.stale = true;
  }
}
