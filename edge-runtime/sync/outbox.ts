import type { Logger } from '../kernel/logger.ts';
import type { RedisClient } from '../kernel/redis.ts';
import { type NodeRecord, recordSchema, type TimelineRecord } from '../protocol/index.ts';

/** A timeline record before it is numbered. */
export type TimelineDraft = Omit<TimelineRecord, 'sequence'>;

export interface OutboxLimits {
  readonly detectionsMax: number;
  readonly timelineMax: number;
  /** Of everything that waits, as Redis holds it. */
  readonly bytesMax: number;
  /** One record as JSON; its causes are cut to fit. */
  readonly recordBytesMax: number;
}

export const defaultOutboxLimits: OutboxLimits = { detectionsMax: 200_000, timelineMax: 10_000, bytesMax: 128 * 1024 * 1024, recordBytesMax: 64 * 1024 };

export interface OutboxKeys {
  /** Detections, written by the event path in the same transaction as their rows: entries `r` → JSON without a number. */
  readonly detections: string;
  readonly timeline: string;
  /** Numbered, sent or about to be, and not acknowledged: the entry of record n has the id `n-0`. */
  readonly window: string;
  /** `last`: the highest number given. */
  readonly meta: string;
}

export interface OutboxMeasure {
  readonly records: number;
  readonly bytes: number;
  readonly oldestAt: number | undefined;
}

const PAGE = 200;
/** Removed at once when the limit of bytes is passed, so that one overflow does not cost a pass for each record. */
const TRIM_SHARE = 0.05;

/**
 * The records that the node owes the control plane, in Redis, so that neither a crash of the agent nor of its event path
 * forgets or repeats one.
 *
 * 1. A record gets its number when it moves from a queue to the window, in one transaction; from then on that number means
 *    that record, however often it is sent.
 * 2. Numbers have no gaps: only what has no number yet is dropped when the outbox is full, oldest timeline entries first,
 *    then oldest detections, counted.
 * 3. What is acknowledged is removed.
 */
export class Outbox {
  readonly #redis: () => Promise<RedisClient>;
  readonly #keys: OutboxKeys;
  readonly #limits: OutboxLimits;
  readonly #logger: Logger;
  #lost = 0;

  /** `redis` gives a connection that works now, or rejects. */
  constructor(redis: () => Promise<RedisClient>, keys: OutboxKeys, limits: OutboxLimits, logger: Logger) {
    this.#redis = redis;
    this.#keys = keys;
    this.#limits = limits;
    this.#logger = logger;
  }

  async addTimeline(drafts: readonly TimelineDraft[]): Promise<void> {
    const transaction = (await this.#redis()).multi();
    for (const draft of drafts) transaction.xadd(this.#keys.timeline, '*', 'r', JSON.stringify(draft));
    await committed(transaction.exec());
  }

  /**
   * Aligns with what the control plane has, at the start of a connection. A Redis without a memory of numbers (new, or
   * lost) goes on after the control plane's highest, so that new records are not taken for old ones.
   */
  async align(recordsThrough: number): Promise<void> {
    const redis = await this.#redis();
    if ((await this.#last(redis)) < recordsThrough) await redis.hset(this.#keys.meta, 'last', recordsThrough);
    await this.acknowledge(recordsThrough);
  }

  async acknowledge(through: number): Promise<void> {
    await (await this.#redis()).xtrim(this.#keys.window, 'MINID', `${through + 1}-0`);
  }

  /** Numbered records after `sequence`, oldest first, at most `limit` of them and `bytesMax` of JSON (but at least one). */
  async after(sequence: number, limit: number, bytesMax: number): Promise<NodeRecord[]> {
    const entries = await (await this.#redis()).xrange(this.#keys.window, `(${sequence}-0`, '+', 'COUNT', limit);
    const records: NodeRecord[] = [];
    let bytes = 0;
    for (const [, fields] of entries) {
      const text = fields[1] ?? '';
      bytes += Buffer.byteLength(text);
      if (records.length > 0 && bytes > bytesMax) break;
      records.push(recordSchema.parse(JSON.parse(text)));
    }
    return records;
  }

  /** Numbers what waits, in the order of its making, until the window holds `windowMax`; how many it numbered. */
  async fill(windowMax: number): Promise<number> {
    const redis = await this.#redis();
    let total = 0;
    for (;;) {
      const room = windowMax - (await redis.xlen(this.#keys.window));
      const waiting = room > 0 ? await this.#oldestWaiting(redis, Math.min(room, PAGE)) : [];
      if (waiting.length === 0) return total;
      let sequence = await this.#last(redis);
      const transaction = redis.multi();
      for (const { key, id, text } of waiting) {
        const record = this.#numbered(text, sequence + 1);
        if (record !== undefined) transaction.xadd(this.#keys.window, `${++sequence}-0`, 'r', record);
        transaction.xdel(key, id);
      }
      transaction.hset(this.#keys.meta, 'last', sequence);
      await committed(transaction.exec());
      total += waiting.length;
    }
  }

  /** Keeps the limits: what is dropped is counted and told by `takeLost`. */
  async bound(): Promise<void> {
    const redis = await this.#redis();
    const { timeline, detections } = this.#keys;
    const dropped = (await redis.xtrim(timeline, 'MAXLEN', this.#limits.timelineMax)) + (await redis.xtrim(detections, 'MAXLEN', this.#limits.detectionsMax));
    this.#lost += dropped;
    while ((await this.#bytes(redis)) > this.#limits.bytesMax) {
      const waiting = await redis.xlen(timeline);
      const key = waiting > 0 ? timeline : detections;
      const length = waiting > 0 ? waiting : await redis.xlen(detections);
      if (length === 0) return;
      const trimmed = await redis.xtrim(key, 'MAXLEN', Math.floor(length * (1 - TRIM_SHARE)));
      // Read after the wait: another call may have counted meanwhile.
      this.#lost += trimmed;
    }
  }

  /** How many records were dropped since this was last asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** The highest number that was given. */
  async last(): Promise<number> {
    return this.#last(await this.#redis());
  }

  async measure(): Promise<OutboxMeasure> {
    const redis = await this.#redis();
    const { window, timeline, detections } = this.#keys;
    const lengths = await Promise.all([redis.xlen(window), redis.xlen(timeline), redis.xlen(detections)]);
    const numbered = await redis.xrange(window, '-', '+', 'COUNT', 1);
    const texts = [...numbered.map(([, fields]) => fields[1] ?? ''), ...(await this.#oldestWaiting(redis, 1)).map(({ text }) => text)];
    const times = texts.map(timeOf).filter((at) => at !== undefined);
    return { records: lengths.reduce((sum, length) => sum + length, 0), bytes: await this.#bytes(redis), oldestAt: times.length === 0 ? undefined : Math.min(...times) };
  }

  async #bytes(redis: RedisClient): Promise<number> {
    const { window, timeline, detections } = this.#keys;
    const sizes = await Promise.all([window, timeline, detections].map((key) => redis.memory('USAGE', key)));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  async #last(redis: RedisClient): Promise<number> {
    return Number((await redis.hget(this.#keys.meta, 'last')) ?? 0);
  }

  /** Both queues merged by their entries' ids, which Redis makes from its clock. */
  async #oldestWaiting(redis: RedisClient, limit: number): Promise<{ key: string; id: string; text: string }[]> {
    const pages = await Promise.all(
      [this.#keys.detections, this.#keys.timeline].map(async (key) => (await redis.xrange(key, '-', '+', 'COUNT', limit)).map(([id, fields]) => ({ key, id, text: fields[1] ?? '' }))),
    );
    return pages.flat().sort((a, b) => compareIds(a.id, b.id)).slice(0, limit);
  }

  /** The record as it will travel, or undefined (and counted as lost) when it is none. */
  #numbered(text: string, sequence: number): string | undefined {
    let draft: unknown;
    try {
      draft = JSON.parse(text);
    } catch {
      draft = undefined;
    }
    const parsed = recordSchema.safeParse(typeof draft === 'object' && draft !== null ? { ...draft, sequence } : draft);
    if (!parsed.success) {
      this.#lost += 1;
      this.#logger.error('a record that cannot be read was dropped', { problem: parsed.error.issues[0]?.message });
      return undefined;
    }
    return fitted(parsed.data, this.#limits.recordBytesMax);
  }
}

/** The record's JSON, with causes left out from the oldest on until it fits; its data stays whole. */
function fitted(record: NodeRecord, bytesMax: number): string {
  let text = JSON.stringify(record);
  if (record.kind !== 'detection') return text;
  for (let causes = record.causes; Buffer.byteLength(text) > bytesMax && causes.length > 0; ) {
    causes = causes.slice(Math.ceil(causes.length / 2));
    text = JSON.stringify({ ...record, causes });
  }
  return text;
}

function timeOf(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'at' in value && typeof value.at === 'number' ? value.at : undefined;
  } catch {
    return undefined;
  }
}

/** Redis stream ids: milliseconds, then a counter. */
function compareIds(a: string, b: string): number {
  const [aMs = 0, aCount = 0] = a.split('-').map(Number);
  const [bMs = 0, bCount = 0] = b.split('-').map(Number);
  return aMs - bMs || aCount - bCount;
}

async function committed(result: Promise<[Error | null, unknown][] | null>): Promise<void> {
  const answers = await result;
  if (answers === null) throw new Error('Redis gave the transaction up');
  for (const [error] of answers) if (error !== null) throw error;
}
