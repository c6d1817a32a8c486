import type { Row } from '../../api.ts';
import type { EventKind } from '../../language/syntax.ts';
import { CURRENT, RESET, type EventType, type Payload, type Stage, type WindowStage } from '../stage.ts';

interface Published {
  type: EventType;
  timestamp: number;
  payload: Payload;
}

/** What comes out of a named window, handed chunk by chunk to the queries that read it, in the order of the text. */
export class WindowOutlet implements Stage {
  private readonly events: EventKind;
  private readers: readonly Stage[] = [];
  private chunk: Published[] = [];
  private readonly listeners: Set<(timestamp: number, row: Row) => void> = new Set();

  constructor(events: EventKind) {
    this.events = events;
  }

  /** The returned function ends it. */
  subscribe(reader: Stage): () => void {
    this.readers = [...this.readers, reader];
    return () => {
      this.readers = this.readers.filter((one) => one !== reader);
    };
  }

  /** Hears the events that arrive; the returned function ends it. */
  listen(listener: (timestamp: number, row: Row) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type === RESET || (type === CURRENT ? this.events === 'expired' : this.events === 'current')) return;
    this.chunk.push({ type, timestamp, payload });
  }

  end(): void {
    const { chunk } = this;
    if (chunk.length === 0) return;
    this.chunk = [];
    for (const reader of this.readers) {
      for (const { type, timestamp, payload } of chunk) reader.event(type, timestamp, payload);
      reader.end();
    }
    if (this.listeners.size === 0) return;
    for (const { type, timestamp, payload } of chunk) {
      if (type === CURRENT && Array.isArray(payload)) for (const listener of this.listeners) listener(timestamp, payload);
    }
  }
}

/** The rows that a window holds now, oldest first, for who looks into it. */
export function rowsHeld(window: WindowStage): Row[] {
  window.lookInto?.();
  const rows: Row[] = [];
  for (const { payload } of window.events()) if (Array.isArray(payload)) rows.push(payload);
  return rows;
}
