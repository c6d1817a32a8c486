import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Alarm } from '../../runtime/timers.ts';
import type { OperatorContext } from '../operator-context.ts';
import { isRenewable, type CURRENT, type EXPIRED, type EventType, type Incremental, type Payload, type Renewable, type Stage, type WindowStage } from '../stage.ts';
import { EventQueue } from './event-queue.ts';
import type { Held } from './held-event.ts';

/** A window whose events leave one by one in the order they came, so that a snapshot can say what came and what left. */
export abstract class SlidingWindow implements WindowStage, Renewable {
  next: Stage;
  protected queue: EventQueue;

  constructor(next: Stage, compact: boolean) {
    this.next = next;
    this.queue = new EventQueue(compact);
  }

  abstract event(type: EventType, timestamp: number, payload: Payload): void;

  /** All that a snapshot holds of it, in the order of writing. */
  protected kept(): readonly Incremental[] {
    return [this.queue];
  }

  end(): void {
    this.next.end();
  }
  events(): Iterable<Held> {
    return this.queue;
  }
  save(writer: BinaryWriter): void {
    for (const part of this.kept()) part.save(writer);
  }
  load(reader: BinaryReader): void {
    for (const part of this.kept()) part.load(reader);
  }
  follow(): void {
    for (const part of this.kept()) part.follow();
  }
  saveChanges(writer: BinaryWriter): boolean {
    return this.kept().every((part) => part.saveChanges(writer));
  }
  loadChanges(reader: BinaryReader): void {
    for (const part of this.kept()) part.loadChanges(reader);
  }
  renew(): void {
    for (const part of this.kept()) if (isRenewable(part)) part.renew();
  }
  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    // Each of them, though the one before is not done.
    return this.kept().filter(isRenewable).map((part) => part.saveSlice(writer, bytesMax)).every((isDone) => isDone);
  }
  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    for (const part of this.kept()) {
      if (isRenewable(part)) part.loadSlices(slices, changes);
      else for (const reader of changes) part.loadChanges(reader);
    }
  }
}

/** A sliding window whose events leave when they are `duration` milliseconds old by the clock. */
export abstract class AgingWindow extends SlidingWindow {
  protected readonly duration: number;
  protected readonly context: OperatorContext;
  protected readonly alarm: Alarm;
  private readonly leavesAs: typeof CURRENT | typeof EXPIRED;

  constructor(duration: number, leavesAs: typeof CURRENT | typeof EXPIRED, context: OperatorContext, next: Stage, compact: boolean) {
    super(next, compact);
    this.duration = duration;
    this.leavesAs = leavesAs;
    this.context = context;
    this.alarm = context.alarm(() => {
      this.letGo();
      this.next.end();
    });
  }

  protected override kept(): readonly Incremental[] {
    return [this.queue, this.alarm];
  }

  /** Lets go what is old enough now. */
  protected letGo(): void {
    const { queue, next, leavesAs } = this;
    const { now } = this.context.clock;
    const bound = now - this.duration;
    while (queue.firstTime <= bound) next.event(leavesAs, now, queue.shift());
  }
}
