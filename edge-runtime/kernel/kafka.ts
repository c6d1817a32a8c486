import { CompressionTypes, Kafka, logLevel, type Consumer, type EachBatchPayload, type KafkaConfig, type KafkaMessage } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import Batch from 'kafkajs/src/consumer/batch.js';
import requestQueue from 'kafkajs/src/network/requestQueue/index.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import { fetchWaitMs, KafkaPartitions } from './kafka-partitions.ts';
import type { KafkaBatch, KafkaReader, KafkaReaderOptions } from './kafka-reader.ts';

/** The only file that uses the Kafka client, so that it can be replaced alone. */

export interface KafkaOptions {
  brokers: readonly string[];
  clientId: string;
  ssl: boolean;
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

export interface PartitionRange {
  partition: number;
  /** The oldest offset still there. */
  low: number;
  /** The offset that the next message will get. */
  high: number;
}

export interface KafkaWriter {
  send(topic: string, messages: readonly { key: string | null; value: string; headers: Record<string, string> }[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * The client looks at the queue of each connection a thousand times a second for as long as it is open, whether anything
 * waits there or not: about one percent of a core each. It is only needed for requests that wait.
 */
function restIdleConnections(): void {
  const { prototype } = requestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: typeof prototype) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
restIdleConnections();

const retry = { initialRetryTime: 100, maxRetryTime: 2000, retries: 3 };

/** How old what is known of a topic may be. */
const metadataMaxAge = 300_000;

export class KafkaConnection {
  readonly #config: KafkaConfig;
  readonly #kafka: Kafka;

  constructor(options: KafkaOptions) {
    this.#config = {
      clientId: options.clientId,
      brokers: [...options.brokers],
      ssl: options.ssl,
      ...(options.sasl !== undefined && { sasl: saslOf(options.sasl) }),
      connectionTimeout: 3000,
      requestTimeout: 10_000,
      enforceRequestTimeout: true,
      retry,
    };
    this.#kafka = new Kafka({
      ...this.#config,
      // What it gives up it says by rejecting, or to `onCrash`; what it calls an error besides is one of its own retries, several a second.
      logLevel: logLevel.NOTHING,
    });
  }

  /** Offsets of every partition of a topic. Rejects when the topic does not exist or no broker answers. */
  async ranges(topic: string): Promise<PartitionRange[]> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
    } finally {
      await admin.disconnect();
    }
  }

  /** What a group has committed, by partition; partitions without a commit are absent. */
  async committed(groupId: string, topic: string): Promise<Map<number, number>> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      const [entry] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return new Map((entry?.partitions ?? []).map(({ partition, offset }): [number, number] => [partition, Number(offset)]).filter(([, offset]) => offset >= 0));
    } finally {
      await admin.disconnect();
    }
  }

  read(options: KafkaReaderOptions): Promise<KafkaReader> {
    return options.groupId === undefined ? this.#readAll(options) : this.#readInGroup(options, options.groupId);
  }

  async #readAll(options: KafkaReaderOptions): Promise<KafkaReader> {
    const cluster = new Cluster({ ...this.#config, logger: this.#kafka.logger(), socketFactory: socketFactory(), metadataMaxAge, allowAutoTopicCreation: false });
    const reader = new KafkaPartitions({ cluster, see: (offset, data) => new Batch(options.topic, String(offset), data), messagesOf: ({ messages }) => messages.map(messageOf) }, options);
    try {
      await reader.open();
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async #readInGroup(options: KafkaReaderOptions, groupId: string): Promise<KafkaReader> {
    const consumer = this.#kafka.consumer({
      groupId,
      sessionTimeout: 10_000,
      heartbeatInterval: 1000,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytes: options.fetchBytesMax,
      maxBytesPerPartition: options.fetchBytesMax,
      allowAutoTopicCreation: false,
      retry: { ...retry, restartOnFailure: () => Promise.resolve(false) },
    });
    consumer.on('consumer.group_join', (event) => {
      const partitions = event.payload.memberAssignment[options.topic] ?? [];
      for (const partition of partitions) {
        const offset = options.startAt(partition);
        if (offset !== undefined) consumer.seek({ topic: options.topic, partition, offset: String(offset) });
      }
      options.onAssigned(partitions);
    });
    consumer.on('consumer.crash', (event) => options.onCrash(event.payload.error.message));
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: options.topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 8, eachBatch: (payload) => options.onBatch(batchOf(payload)) });
    } catch (error) {
      await close(consumer);
      throw error;
    }
    return {
      commit: (offsets) => consumer.commitOffsets([...offsets].map(([partition, offset]) => ({ topic: options.topic, partition, offset: String(offset) }))),
      close: () => close(consumer),
    };
  }

  async write(): Promise<KafkaWriter> {
    const producer = this.#kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
    await producer.connect();
    return {
      async send(topic, messages) {
        await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages: messages.map(({ key, value, headers }) => ({ key, value, headers })) });
      },
      close: () => producer.disconnect(),
    };
  }
}

function saslOf(sasl: NonNullable<KafkaOptions['sasl']>) {
  const { username, password } = sasl;
  switch (sasl.mechanism) {
    case 'plain':
      return { mechanism: 'plain' as const, username, password };
    case 'scram-sha-256':
      return { mechanism: 'scram-sha-256' as const, username, password };
    case 'scram-sha-512':
      return { mechanism: 'scram-sha-512' as const, username, password };
  }
}

async function close(consumer: Consumer): Promise<void> {
  try {
    await consumer.disconnect();
  } catch {
    // The broker is gone: there is nothing left to take leave of.
  }
}

function batchOf(payload: EachBatchPayload): KafkaBatch {
  const { batch } = payload;
  return {
    partition: batch.partition,
    high: Number(batch.highWatermark),
    messages: batch.messages.map(messageOf),
    resolve: (offset) => payload.resolveOffset(String(offset)),
    heartbeat: () => payload.heartbeat(),
    pause: () => payload.pause(),
    isCurrent: () => payload.isRunning() && !payload.isStale(),
  };
}

function messageOf(message: KafkaMessage): KafkaBatch['messages'][number] {
  return { offset: Number(message.offset), time: Number(message.timestamp), value: message.value };
}
