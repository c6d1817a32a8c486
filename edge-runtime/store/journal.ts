import type { RedisClient } from '../kernel/redis.ts';

const pageSize = 64;

/**
 * Bodies accepted from outside and not yet covered by a checkpoint, numbered from 1. Redis appends them to its file
 * before it answers, so what was acknowledged is there after Redis was killed; a power cut may take the last second, which
 * the disk may not have kept yet.
 */
export class RedisJournal {
  readonly #client: RedisClient;
  readonly #key: string;
  readonly #onFailure: (error: unknown) => void;
  #last: number;

  private constructor(client: RedisClient, key: string, last: number, onFailure: (error: unknown) => void) {
    this.#client = client;
    this.#key = key;
    this.#last = last;
    this.#onFailure = onFailure;
  }

  /** `through` is the last number that a checkpoint covers; `onFailure` hears when Redis does not take a body. */
  static async open(client: RedisClient, key: string, through: number, onFailure: (error: unknown) => void): Promise<RedisJournal> {
    const [newest] = await client.xrevrange(key, '+', '-', 'COUNT', 1);
    return new RedisJournal(client, key, Math.max(through, Number(newest?.[0].slice(2) ?? 0)), onFailure);
  }

  async append(body: Uint8Array, time: number): Promise<number> {
    this.#last += 1;
    const position = this.#last;
    try {
      await this.#client.xadd(this.#key, `0-${position}`, 't', time, 'b', Buffer.from(body.buffer, body.byteOffset, body.byteLength));
      return position;
    } catch (error) {
      this.#onFailure(error);
      throw error;
    }
  }

  async *read(from: number): AsyncIterable<{ position: number; time: number; body: Uint8Array }> {
    let next = from;
    for (;;) {
      const entries = await this.#client.xrangeBuffer(this.#key, `0-${next}`, '+', 'COUNT', pageSize);
      for (const [id, fields] of entries) {
        const position = Number(id.toString().slice(2));
        next = position + 1;
        yield { position, time: Number(fields[1]?.toString() ?? 0), body: fields[3] ?? Buffer.alloc(0) };
      }
      if (entries.length < pageSize) return;
    }
  }
}
