/* Reading a topic, whichever way partitions are come by. */

export interface KafkaBatch {
  partition: number;
  high: number;
  messages: { offset: number; time: number; value: Uint8Array | null }[];
  /** Marks everything up to this offset as handed over; the rest comes again. */
  resolve(offset: number): void;
  heartbeat(): Promise<void>;
  /** Stops fetching this partition; the returned function starts it again. */
  pause(): () => void;
  /** False when the consumer stops or the partition moved elsewhere. */
  isCurrent(): boolean;
}

export interface KafkaReaderOptions {
  topic: string;
  /** The members of a group divide the partitions among them; without one all are read. */
  groupId: string | undefined;
  /** Bounds what one fetch holds in memory. */
  fetchBytesMax: number;
  /** Where to read on when a partition is assigned; undefined means where the group stands. */
  startAt(partition: number): number | undefined;
  onBatch(batch: KafkaBatch): Promise<void>;
  onAssigned(partitions: number[]): void;
  /** The connection or the group was lost; the client itself has given up. */
  onCrash(reason: string): void;
}

export interface KafkaReader {
  commit(offsets: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}
