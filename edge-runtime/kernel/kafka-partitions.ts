import type Cluster from 'kafkajs/src/cluster/index.js';
import type Batch from 'kafkajs/src/consumer/batch.js';
import type { FetchedPartition } from 'kafkajs/src/consumer/batch.js';
import type { KafkaBatch, KafkaReader, KafkaReaderOptions } from './kafka-reader.ts';
import { messageOf } from './path-error.ts';

/** A fetch that finds nothing is answered after this time. */
export const fetchWaitMs = 250;
const readCommitted = 1;

export interface PartitionsDriver {
  readonly cluster: Cluster;
  /** What of a fetch is to be seen. */
  see(fetchedOffset: number, data: FetchedPartition): Batch;
  messagesOf(batch: Batch): KafkaBatch['messages'];
}

/**
 * Reads every partition of a topic as a member of no group, each from where its reader says: nobody is waited for at the start,
 * neither for the broker's delay before a new group's first members nor for one that was killed. Whatever fails ends it, and who
 * reads begins anew from what the brokers say then: an offset that is gone, a partition that moved, one that is new.
 */
export class KafkaPartitions implements KafkaReader {
  readonly #driver: PartitionsDriver;
  readonly #options: KafkaReaderOptions;
  readonly #next = new Map<number, number>();
  readonly #paused = new Set<number>();
  /** As the brokers described them when reading began. */
  #known: ReturnType<Cluster['findTopicPartitionMetadata']> = [];
  #isClosed = false;
  #wake = Promise.withResolvers<void>();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(driver: PartitionsDriver, options: KafkaReaderOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { topic, startAt, onAssigned } = this.#options;
    const { cluster } = this.#driver;
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    this.#known = cluster.findTopicPartitionMetadata(topic);
    const partitions = this.#known.map(({ partitionId }) => partitionId).toSorted((a, b) => a - b);
    for (const partition of partitions) this.#next.set(partition, startAt(partition) ?? 0);
    onAssigned(partitions);
    const leaders = Map.groupBy(this.#known, ({ leader }) => leader);
    const following = [...leaders].map(([leader, led]) => this.#follow(leader, led.map(({ partitionId }) => partitionId)));
    this.#reading = Promise.allSettled(following);
    Promise.all(following).catch((error: unknown) => this.#isClosed || this.#options.onCrash(messageOf(error)));
  }

  /** In no group there is nobody to tell. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends after what was handed over has been taken. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake.resolve();
    await this.#driver.cluster.disconnect();
    await this.#reading;
  }

  /** One fetch after the other from one broker; the next after what came has been taken. */
  async #follow(leader: number, partitions: readonly number[]): Promise<void> {
    const { topic, fetchBytesMax } = this.#options;
    const { cluster } = this.#driver;
    while (!this.#isClosed) {
      const wanted = partitions.filter((partition) => !this.#paused.has(partition));
      if (wanted.length === 0) {
        await this.#wake.promise;
        continue;
      }
      await this.#requireSame();
      const broker = await cluster.findBroker({ nodeId: leader });
      const asked = wanted.map((partition) => ({ partition, fetchOffset: String(this.#next.get(partition) ?? 0), maxBytes: fetchBytesMax }));
      const { responses } = await broker.fetch({ isolationLevel: readCommitted, maxWaitTime: fetchWaitMs, minBytes: 1, maxBytes: fetchBytesMax, topics: [{ topic, partitions: asked }] });
      await Promise.all(responses.flatMap((response) => response.partitions.map((data) => this.#handOver(data))));
    }
  }

  /** The client asks the brokers again every few minutes. */
  async #requireSame(): Promise<void> {
    await this.#driver.cluster.refreshMetadataIfNecessary();
    const now = this.#driver.cluster.findTopicPartitionMetadata(this.#options.topic);
    const isSame = now.length === this.#known.length && now.every(({ partitionId, leader }) => this.#known.some((known) => known.partitionId === partitionId && known.leader === leader));
    if (!isSame) throw new Error('the partitions of the topic changed');
  }

  async #handOver(data: FetchedPartition): Promise<void> {
    const { partition } = data;
    if (this.#isClosed) return;
    const batch = this.#driver.see(this.#next.get(partition) ?? 0, data);
    if (batch.isEmptyDueToFiltering()) this.#next.set(partition, Number(batch.lastOffset()) + 1);
    if (batch.isEmpty()) return;
    await this.#options.onBatch({
      partition,
      high: Number(data.highWatermark),
      messages: this.#driver.messagesOf(batch),
      resolve: (offset) => void this.#next.set(partition, offset + 1),
      heartbeat: () => Promise.resolve(),
      pause: () => this.#pause(partition),
      isCurrent: () => !this.#isClosed,
    });
  }

  #pause(partition: number): () => void {
    this.#paused.add(partition);
    return () => {
      this.#paused.delete(partition);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    };
  }
}
