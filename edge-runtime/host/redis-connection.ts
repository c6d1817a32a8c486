import { connectRedis, type RedisClient, type RedisTarget } from '../kernel/redis.ts';

/** One connection that is made when it is needed and made anew when it broke; whoever uses it hears of both by a rejection. */
export class RedisConnection {
  readonly #target: RedisTarget;
  readonly #name: string;
  #client: RedisClient | undefined;
  #connecting: Promise<RedisClient> | undefined;

  constructor(target: RedisTarget, name: string) {
    this.#target = target;
    this.#name = name;
  }

  async client(): Promise<RedisClient> {
    if (this.#client?.status === 'ready') return this.#client;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async close(): Promise<void> {
    await this.#connecting?.catch(() => undefined);
    this.#client?.disconnect();
    this.#client = undefined;
  }

  async #connect(): Promise<RedisClient> {
    this.#client?.disconnect();
    this.#client = undefined;
    this.#client = await connectRedis(this.#target, this.#name);
    return this.#client;
  }
}
