import type { Row } from '../api.ts';
import { CURRENT, type EventType, type Payload, type Stage } from '../operators/stage.ts';
import type { Provenance } from './provenance.ts';
import type { Receiver } from './receiver.ts';

/** From the chunks of a stream to the events of a query's first stage. */
export class StageEntry implements Receiver {
  readonly first: Stage;

  constructor(first: Stage) {
    this.first = first;
  }

  one(timestamp: number, row: Row): void {
    this.first.event(CURRENT, timestamp, row);
    this.first.end();
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    for (let index = from; index < to; index++) this.first.event(CURRENT, timestamps[index] ?? 0, rows[index]);
    this.first.end();
  }
}

/** Tells of each event before it goes on. */
export function watched(receiver: Receiver, tell: (timestamp: number, row: Row) => void): Receiver {
  if (receiver instanceof StageEntry) {
    const { first } = receiver;
    return new StageEntry({
      event: (type, timestamp, payload) => {
        if (type === CURRENT && Array.isArray(payload)) tell(timestamp, payload);
        first.event(type, timestamp, payload);
      },
      end: () => first.end(),
    });
  }
  return {
    one: (timestamp, row) => {
      tell(timestamp, row);
      receiver.one(timestamp, row);
    },
    many: (timestamps, rows, from, to) => {
      for (let index = from; index < to; index++) tell(timestamps[index] ?? 0, rows[index] ?? []);
      receiver.many(timestamps, rows, from, to);
    },
  };
}

export class FilterStage implements Stage {
  private readonly test: (timestamp: number, payload: Payload) => boolean;
  private readonly next: Stage;
  private some = false;

  constructor(test: (timestamp: number, payload: Payload) => boolean, next: Stage) {
    this.test = test;
    this.next = next;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (!this.test(timestamp, payload)) return;
    this.some = true;
    this.next.event(type, timestamp, payload);
  }

  /** A chunk of which nothing is left goes no further. */
  end(): void {
    if (!this.some) return;
    this.some = false;
    this.next.end();
  }
}

export class ExtendStage implements Stage {
  private readonly values: (timestamp: number, payload: Payload) => unknown[];
  private readonly run: (values: readonly unknown[]) => readonly unknown[];
  private readonly next: Stage;
  private readonly provenance: Provenance | undefined;

  constructor(values: (timestamp: number, payload: Payload) => unknown[], run: (values: readonly unknown[]) => readonly unknown[], next: Stage, provenance: Provenance | undefined) {
    this.provenance = provenance;
    this.values = values;
    this.run = run;
    this.next = next;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const row = Array.isArray(payload) ? payload : [];
    const extended = [...row, ...this.run(this.values(timestamp, payload))];
    this.provenance?.derived(extended, row);
    this.next.event(type, timestamp, extended);
  }

  end(): void {
    this.next.end();
  }
}

/** Hands what comes out of a query's first part to the receiver of its second. */
export class Handover implements Stage {
  private readonly later: Receiver;

  constructor(later: Receiver) {
    this.later = later;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type === CURRENT && Array.isArray(payload)) this.later.one(timestamp, payload);
  }

  end(): void {
    // The receiver takes events one by one.
  }
}
