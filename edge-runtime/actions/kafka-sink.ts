import type { KafkaConnection, KafkaWriter } from '../kernel/kafka.ts';
import { messageOf } from '../kernel/path-error.ts';
import { DeliveryError, type Delivery, type Sink } from './outgoing.ts';

export interface KafkaSinkOptions {
  id: string;
  topic: string;
  /** Message key; events of one key stay in order. */
  key: string | undefined;
}

/** One message an event, its id in the header `selvedge-id`. The producer is idempotent, so its own retries do not double. */
export class KafkaSink implements Sink {
  readonly id: string;
  // A broker comes back, and order matters: what waits is only given up when the queue overflows.
  readonly attemptsMax = Number.POSITIVE_INFINITY;
  readonly #options: KafkaSinkOptions;
  readonly #connection: KafkaConnection;
  #writer: KafkaWriter | undefined;

  constructor(options: KafkaSinkOptions, connection: KafkaConnection) {
    this.id = options.id;
    this.#options = options;
    this.#connection = connection;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    try {
      this.#writer ??= await this.#connection.write();
      const { topic, key } = this.#options;
      await this.#writer.send(topic, deliveries.map((delivery) => ({ key: key ?? null, value: delivery.body, headers: { 'selvedge-id': delivery.id, 'selvedge-stream': delivery.stream } })));
    } catch (error) {
      await this.close();
      throw new DeliveryError(messageOf(error), true, error);
    }
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close().catch(() => undefined);
  }
}
