import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { EventType, Payload, Stage, WindowStage } from '../stage.ts';
import { EventQueue } from './event-queue.ts';
import type { Held } from './held-event.ts';
import { LastBatch } from './last-batch.ts';
import type { BatchUse } from './window-use.ts';

/** A window that gathers events and lets them go in batches, each when the next one is there. */
export abstract class GatheringWindow implements WindowStage {
  next: Stage;
  protected readonly use: BatchUse;
  protected readonly context: OperatorContext;
  protected readonly arrived = new EventQueue();
  protected readonly before = new LastBatch();
  /** What is put out is kept until the next batch, to leave with it or to be found. */
  protected readonly keeps: boolean;

  constructor(use: BatchUse, context: OperatorContext, next: Stage) {
    this.use = use;
    this.context = context;
    this.next = next;
    this.keeps = use.expired || use.searched;
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
