import type { RedisClient } from '../kernel/redis.ts';

/** What waits for one sink, in the order it was written. */
export class RedisOutgoingQueue {
  readonly #client: RedisClient;
  readonly #key: string;

  constructor(client: RedisClient, key: string) {
    this.#client = client;
    this.#key = key;
  }

  async read(count: number): Promise<{ id: string; payload: string }[]> {
    const entries = await this.#client.xrange(this.#key, '-', '+', 'COUNT', count);
    return entries.map(([id, fields]) => ({ id, payload: fields[1] ?? '' }));
  }

  async drop(ids: readonly string[]): Promise<void> {
    await this.#client.xdel(this.#key, ...ids);
  }

  async length(): Promise<number> {
    return this.#client.xlen(this.#key);
  }
}
