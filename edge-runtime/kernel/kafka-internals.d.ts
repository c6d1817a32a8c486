/* What of the Kafka client is not part of what it exports, so that it has no types of its own; its version is pinned. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  const requestQueue: {
    readonly prototype: {
      readonly pending: readonly unknown[];
      scheduleCheckPendingRequests(): void;
    };
  };
  export default requestQueue;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';
  export default function socketFactory(): ISocketFactory;
}

declare module 'kafkajs/src/cluster/index.js' {
  import type { ISocketFactory, KafkaConfig, Logger } from 'kafkajs';
  import type { FetchedPartition } from 'kafkajs/src/consumer/batch.js';

  interface FetchRequest {
    isolationLevel: 0 | 1;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }

  /** The brokers as one of them described them, and connections to them that are made when they are needed. */
  export default class Cluster {
    constructor(options: Omit<KafkaConfig, 'logLevel' | 'logCreator'> & { logger: Logger; socketFactory: ISocketFactory; metadataMaxAge: number; allowAutoTopicCreation: boolean });
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addTargetTopic(topic: string): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
    /** Connected. Rejects when there is none of this number any more. */
    findBroker(broker: { nodeId: number }): Promise<{ fetch(request: FetchRequest): Promise<{ responses: { partitions: FetchedPartition[] }[] }> }>;
  }
}

declare module 'kafkajs/src/consumer/batch.js' {
  import type { KafkaMessage } from 'kafkajs';

  export interface FetchedPartition {
    partition: number;
    highWatermark: string;
  }

  /** What a fetch brought of one partition, without control records and what transactions took back. */
  export default class Batch {
    constructor(topic: string, fetchedOffset: string, data: FetchedPartition);
    readonly messages: KafkaMessage[];
    isEmpty(): boolean;
    /** Nothing of what came is for us to see; the rest lies behind it. */
    isEmptyDueToFiltering(): boolean;
    lastOffset(): string;
  }
}
