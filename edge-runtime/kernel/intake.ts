import { type EventBatch, weightOf } from './event-batch.ts';

export interface IntakeLimits {
  /** What could not be read counts as a row. */
  rowsMax: number;
  bytesMax: number;
}

/**
 * The bounded queue before the engine. A batch is always taken; when that fills the queue, `put` returns a
 * promise that resolves once there is room, and a source that honours it adds nothing meanwhile.
 */
export class Intake {
  readonly #limits: IntakeLimits;
  readonly #batches: EventBatch[] = [];
  #first = 0;
  #rows = 0;
  #bytes = 0;
  #deepest = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #arrival: (() => void) | undefined;
  #isReleased = false;

  constructor(limits: IntakeLimits) {
    this.#limits = limits;
  }

  get rows(): number {
    return this.#rows;
  }

  get isEmpty(): boolean {
    return this.#first === this.#batches.length;
  }

  get isFull(): boolean {
    return this.#rows >= this.#limits.rowsMax || this.#bytes >= this.#limits.bytesMax;
  }

  /** Calls back whenever a batch was put. */
  onArrival(callback: () => void): void {
    this.#arrival = callback;
  }

  put(batch: EventBatch): Promise<void> | undefined {
    this.#batches.push(batch);
    this.#rows += weightOf(batch);
    this.#bytes += batch.bytes;
    this.#deepest = Math.max(this.#deepest, this.#rows);
    this.#arrival?.();
    if (!this.isFull || this.#isReleased) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  take(): EventBatch | undefined {
    const batch = this.#batches[this.#first];
    if (batch === undefined) return undefined;
    this.#first += 1;
    if (this.#first > 64 && this.#first * 2 > this.#batches.length) {
      this.#batches.splice(0, this.#first);
      this.#first = 0;
    }
    this.#rows -= weightOf(batch);
    this.#bytes -= batch.bytes;
    if (!this.isFull && this.#room !== undefined) {
      this.#room.resolve();
      this.#room = undefined;
    }
    return batch;
  }

  /** The deepest it was since the last call, in rows. */
  takeDepth(): { name: string; depth: number; limit: number } {
    const depth = this.#deepest;
    this.#deepest = this.#rows;
    return { name: 'intake', depth, limit: this.#limits.rowsMax };
  }

  /** Lets every source that waits go on, and none wait any more: used when the path ends and nothing will be taken. */
  release(): void {
    this.#isReleased = true;
    this.#room?.resolve();
    this.#room = undefined;
  }
}
