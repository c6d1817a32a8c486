import { type EventBatch, weightOf } from '../kernel/event-batch.ts';
import type { DecodedEvents } from './decoder.ts';

/** One batch holds at most this, except that a message is never divided. What could not be read counts as a row. */
export const batchLimits = { rowsMax: 1000, bytesMax: 262_144 } as const;

/**
 * Collects messages of one partition into batches. A batch ends when it is large enough, when the messages at hand are
 * used up, and at every cut: the ends of batches that were processed before a crash, so that a replay has the same ones.
 */
export class BatchBuilder {
  readonly #source: string;
  readonly #partition: string;
  readonly #cuts: ReadonlySet<number>;
  #batch: EventBatch | undefined;

  constructor(source: string, partition: string, cuts: readonly number[]) {
    this.#source = source;
    this.#partition = partition;
    this.#cuts = new Set(cuts);
  }

  /** Where the next message's events go. */
  open(position: number, arrivedAtUs: number): DecodedEvents {
    this.#batch ??= { source: this.#source, partition: this.#partition, from: position, to: position, arrivedAtUs, times: [], rows: [], refused: [], bytes: 0 };
    return this.#batch;
  }

  /** Ends a message; true when the batch is to be put now. */
  close(position: number, bytes: number): boolean {
    const batch = this.#batch;
    if (batch === undefined) return false;
    batch.to = position;
    batch.bytes += bytes;
    return weightOf(batch) >= batchLimits.rowsMax || batch.bytes >= batchLimits.bytesMax || this.#cuts.has(position);
  }

  /** The batch so far, if any; the next message starts another. */
  take(): EventBatch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch;
  }
}
