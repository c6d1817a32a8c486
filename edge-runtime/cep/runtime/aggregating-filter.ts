import { CURRENT, RESET, type EventType, type Payload, type Stage, type Swappable } from '../operators/stage.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import type { FilterCode, Group } from './emit-query.ts';

/** A filter whose condition aggregates what comes to it, as `[count() > 2]` does: over all events, whatever groups there are. */
export class AggregatingFilter implements Stage, Swappable {
  private readonly code: FilterCode;
  private readonly next: Stage;
  private group: Group;
  private readonly aggregators: readonly string[];
  private some = false;

  constructor(code: FilterCode, next: Stage) {
    this.code = code;
    this.next = next;
    this.group = code.group();
    this.aggregators = Object.keys(this.group);
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const { code, group } = this;
    if (type === RESET) for (const name of this.aggregators) group[name]?.reset();
    else if (!(type === CURRENT ? code.arrive(group, timestamp, payload) : code.leave(group, timestamp, payload))) return;
    this.some = true;
    this.next.event(type, timestamp, payload);
  }

  /** A chunk of which nothing is left goes no further. */
  end(): void {
    if (!this.some) return;
    this.some = false;
    this.next.end();
  }

  fresh(): Group {
    return this.code.group();
  }
  use(memory: Group): void {
    this.group = memory;
  }
  save(writer: BinaryWriter): void {
    for (const name of this.aggregators) this.group[name]?.save(writer);
  }
  load(reader: BinaryReader): void {
    for (const name of this.aggregators) this.group[name]?.load(reader);
  }
}
