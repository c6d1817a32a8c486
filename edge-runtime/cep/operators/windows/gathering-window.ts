import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { EventType, Payload, Stage, WindowStage } from '../stage.ts';
import { EventQueue } from './event-queue.ts';
import type { Held } from './held-event.ts';
import { LastBatch } from './last-batch.ts';
import type { BatchUse } from './window-use.ts';

/** So many events of batches that never leave are held beside the last batch. */
const LINGERING_MAX = 10_000;

/**
 * A window that gathers events and lets them go in batches, each when the next one is there. Where nothing that leaves is asked for
 * but someone looks into it, batches stay, as in Siddhi; beyond a bound the oldest events go.
 */
export abstract class GatheringWindow implements WindowStage {
  next: Stage;
  protected readonly use: BatchUse;
  protected readonly context: OperatorContext;
  protected readonly arrived = new EventQueue();
  protected readonly before = new LastBatch();
  /** What is put out is kept, to leave with the next batch or to be found. */
  protected readonly keeps: boolean;

  constructor(use: BatchUse, context: OperatorContext, next: Stage) {
    this.use = use;
    this.context = context;
    this.next = next;
    this.keeps = use.expired || use.searched;
  }

  /** What was put out before leaves, or stays where nobody is told. */
  protected leave(): void {
    if (this.use.expired) this.before.leave(this.context.clock.now, this.next);
    else this.before.shorten(LINGERING_MAX);
  }

  abstract event(type: EventType, timestamp: number, payload: Payload): void;
  abstract end(): void;
  abstract save(writer: BinaryWriter): void;
  abstract load(reader: BinaryReader): void;

  events(): Iterable<Held> {
    return this.before.events();
  }
  lookInto(): void {
    this.before.lookInto();
  }
  gathering(): Iterable<Held> {
    return this.use.streaming ? this.before.events() : this.arrived;
  }
}
