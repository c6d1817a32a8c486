import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';

/**
 * The running value over the events in a window. `add` and `remove` return the value after the event; a null argument
 * changes nothing but for `count` and `distinctCount`.
 */
export interface Aggregator {
  add(value: unknown): unknown;
  remove(value: unknown): unknown;
  /** All events left at once: a batch ended. */
  reset(): void;
  /** Whether it holds nothing that a fresh one would not. */
  readonly empty: boolean;
  save(writer: BinaryWriter): void;
  load(reader: BinaryReader): void;
}
