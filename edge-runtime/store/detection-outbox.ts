import type { RedisClient } from '../kernel/redis.ts';
import type { StoreKeys } from './keys.ts';

/** Detections on their way to the control plane: pending while their actions are under way, then records. */
export class DetectionOutbox {
  readonly #client: RedisClient;
  readonly #keys: StoreKeys;

  constructor(client: RedisClient, keys: StoreKeys) {
    this.#client = client;
    this.#keys = keys;
  }

  /** What was pending when the last path ended. */
  async pending(): Promise<{ id: string; record: string }[]> {
    return Object.entries(await this.#client.hgetall(this.#keys.pendingDetections)).map(([id, record]) => ({ id, record }));
  }

  /** Makes a pending detection a record, as one step: it is one or the other, never both. */
  async settle(id: string, record: string): Promise<void> {
    await this.#client.multi().xadd(this.#keys.recordOutbox, '*', 'r', record).hdel(this.#keys.pendingDetections, id).exec();
  }

  async add(record: string): Promise<void> {
    await this.#client.xadd(this.#keys.recordOutbox, '*', 'r', record);
  }
}
