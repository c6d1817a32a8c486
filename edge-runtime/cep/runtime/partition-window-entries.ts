import type { EventType, Payload, Stage } from '../operators/stage.ts';
import type { KeyReader } from './partition-keys.ts';

/** What comes out of a named window on its way to the copies of its keys, arrived and leaving alike; cut where the key changes. */
export class KeyedStage implements Stage {
  private readonly reader: KeyReader;
  private readonly find: (key: unknown) => Stage;
  private run: { key: unknown; way: Stage } | undefined;

  constructor(reader: KeyReader, find: (key: unknown) => Stage) {
    this.reader = reader;
    this.find = find;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const { reader } = this;
    if (!Array.isArray(payload)) return;
    if (reader.kind === 'ranges') {
      for (const key of reader.keysOf(timestamp, payload)) this.send(key, type, timestamp, payload);
      return;
    }
    const key = reader.keyOf(timestamp, payload);
    if (key !== null && key !== undefined) this.send(key, type, timestamp, payload);
  }

  private send(key: unknown, type: EventType, timestamp: number, payload: Payload): void {
    if (this.run?.key !== key) {
      this.end();
      this.run = { key, way: this.find(key) };
    }
    this.run?.way.event(type, timestamp, payload);
  }

  end(): void {
    const { run } = this;
    this.run = undefined;
    run?.way.end();
  }
}

/** What comes out of a named window that has no key in the partition: every key that lives gets it. */
export class EveryKeyStage<T> implements Stage {
  private readonly living: () => readonly T[];
  private readonly enter: (one: T) => void;
  private readonly wayOf: (one: T) => Stage;
  private chunk: [type: EventType, timestamp: number, payload: Payload][] = [];

  constructor(living: () => readonly T[], enter: (one: T) => void, wayOf: (one: T) => Stage) {
    this.living = living;
    this.enter = enter;
    this.wayOf = wayOf;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    this.chunk.push([type, timestamp, payload]);
  }

  end(): void {
    const { chunk } = this;
    this.chunk = [];
    for (const one of this.living()) {
      this.enter(one);
      const way = this.wayOf(one);
      for (const event of chunk) way.event(...event);
      way.end();
    }
  }
}
