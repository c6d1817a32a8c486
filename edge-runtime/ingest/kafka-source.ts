import type { Clock } from '../kernel/clock.ts';
import { backOffMs } from '../kernel/clock.ts';
import { LiveGate, type EventBatch, type Positions, type PutBatch, type ReplayPlan, type Source, type SourceHealth } from '../kernel/event-batch.ts';
import type { KafkaConnection } from '../kernel/kafka.ts';
import type { KafkaBatch, KafkaReader } from '../kernel/kafka-reader.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { yieldToOthers } from '../kernel/yield-to-others.ts';
import { BatchBuilder } from './batch-builder.ts';
import type { Decoder } from './decoder.ts';

export interface KafkaSourceOptions {
  id: string;
  topic: string;
  /** Set to share a topic with others by Kafka's own means; without it this node reads every partition. */
  sharedGroup: string | undefined;
  offsetReset: 'earliest' | 'latest';
}

export interface SourceDependencies {
  decoder: Decoder;
  put: PutBatch;
  clock: Clock;
  logger: Logger;
  random(): number;
}

const fetchBytesMax = 2 * 1_048_576;
const reconnectMinMs = 250;
const reconnectMaxMs = 5000;
const heartbeatMs = 1000;

/**
 * Reads a topic from positions of our own. Kafka's committed offsets are only written for others to see, after the
 * checkpoint that covers them: what is read again after a crash is decided by the checkpoint alone (I5).
 */
export class KafkaSource implements Source {
  readonly id: string;
  readonly #options: KafkaSourceOptions;
  readonly #connection: KafkaConnection;
  readonly #deps: SourceDependencies;
  readonly #ending = new AbortController();
  readonly #gate = new LiveGate();
  readonly #next = new Map<number, number>();
  readonly #high = new Map<number, number>();
  readonly #waitingForLive: (() => void)[] = [];
  #cuts: ReplayPlan['cuts'] = {};
  /** Undefined until this connection has joined the group. */
  #assigned: readonly number[] | undefined;
  #state: SourceHealth['state'] = 'connecting';
  #reason: string | undefined;
  #pauses = 0;
  #reader: KafkaReader | undefined;
  #run: Promise<void> = Promise.resolve();

  constructor(options: KafkaSourceOptions, connection: KafkaConnection, deps: SourceDependencies) {
    this.id = options.id;
    this.#options = options;
    this.#connection = connection;
    this.#deps = deps;
  }

  start(positions: Positions, plan: ReplayPlan): Promise<void> {
    for (const [partition, next] of Object.entries(positions)) this.#next.set(Number(partition), next);
    this.#cuts = plan.cuts;
    this.#run = this.#keepReading();
    return Promise.resolve();
  }

  goLive(): void {
    this.#gate.open();
    for (const resume of this.#waitingForLive.splice(0)) resume();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#run;
  }

  async committed(positions: Positions): Promise<void> {
    if (this.#options.sharedGroup === undefined || this.#reader === undefined) return;
    const mine = new Map(Object.entries(positions).map(([partition, next]): [number, number] => [Number(partition), next]).filter(([partition]) => this.#assigned?.includes(partition)));
    if (mine.size > 0) await this.#reader.commit(mine);
  }

  health(): SourceHealth {
    const lag = (this.#assigned ?? []).reduce((sum, partition) => sum + Math.max(0, (this.#high.get(partition) ?? 0) - (this.#next.get(partition) ?? 0)), 0);
    return { state: this.#state, paused: this.#pauses > 0, lag, ...(this.#reason !== undefined && { reason: this.#reason }) };
  }

  isCaughtUp(): boolean {
    return this.#state === 'connected' && this.#gate.isOpen && this.#pauses === 0 && this.health().lag === 0;
  }

  async #keepReading(): Promise<void> {
    const { clock, logger, random } = this.#deps;
    let attempt = 0;
    let told: string | undefined;
    while (!this.#ending.signal.aborted) {
      try {
        await this.#readUntilItEnds(() => {
          if (told !== undefined) logger.info('kafka source is connected again', { source: this.id, attempts: attempt });
          told = undefined;
          attempt = 0;
        });
      } catch (error) {
        this.#reason = messageOf(error);
      }
      if (this.#ending.signal.aborted) return;
      this.#state = 'disconnected';
      const reason = this.#reason ?? 'unknown';
      // A broker that is away for a day is told of once, and not with every try.
      if (reason !== told) logger.warn('kafka source is disconnected and tries again', { source: this.id, reason, attempt });
      told = reason;
      await clock.sleep(backOffMs(attempt, reconnectMinMs, reconnectMaxMs, random), this.#ending.signal);
      attempt += 1;
    }
  }

  async #readUntilItEnds(onConnected: () => void): Promise<void> {
    await this.#settlePositions();
    this.#assigned = undefined;
    const ended = Promise.withResolvers<void>();
    const end = (): void => ended.resolve();
    // Whoever ends it may have done so while positions were asked for.
    if (this.#ending.signal.aborted) return;
    this.#ending.signal.addEventListener('abort', end, { once: true });
    try {
      this.#reader = await this.#connection.read({
        topic: this.#options.topic,
        groupId: this.#options.sharedGroup,
        fetchBytesMax,
        startAt: (partition) => (this.#isFromAnother(partition) ? undefined : (this.#next.get(partition) ?? 0)),
        onBatch: async (batch) => {
          if (batch.high >= (this.#next.get(batch.partition) ?? 0)) return this.#onBatch(batch);
          // Its positions say nothing any more: they are settled again.
          this.#reason = 'the topic ends before what was read of it';
          end();
        },
        onAssigned: (partitions) => this.#onAssigned(partitions),
        onCrash: (reason) => {
          this.#reason = reason;
          end();
        },
      });
      onConnected();
      await ended.promise;
    } finally {
      this.#ending.signal.removeEventListener('abort', end);
      const reader = this.#reader;
      this.#reader = undefined;
      await reader?.close();
    }
  }

  /** Every partition gets a position before the first message, so that a restart begins where this start did. */
  async #settlePositions(): Promise<void> {
    const { topic, sharedGroup, offsetReset } = this.#options;
    const ranges = await this.#connection.ranges(topic);
    const committed = sharedGroup === undefined ? new Map<number, number>() : await this.#connection.committed(sharedGroup, topic);
    const isFirstStart = this.#next.size === 0;
    for (const { partition, low, high } of ranges) {
      this.#high.set(partition, high);
      const known = Math.max(this.#next.get(partition) ?? -1, committed.get(partition) ?? -1);
      const fresh = offsetReset === 'latest' && isFirstStart ? high : low;
      const next = known === -1 ? fresh : this.#inRange(partition, known, low, high);
      if (next !== this.#next.get(partition)) await this.#moveTo(partition, next);
    }
  }

  #inRange(partition: number, known: number, low: number, high: number): number {
    if (known >= low && known <= high) return known;
    const lost = known < low ? `${low - known} messages were deleted by the broker before they were read` : 'the topic was made anew';
    this.#deps.logger.error('kafka source cannot go on where it was', { source: this.id, partition, position: known, low, high, consequence: lost });
    return low;
  }

  /** An empty batch: it carries the position to the log and, beyond a cut, tells a replay that no more will come. */
  async #moveTo(partition: number, next: number): Promise<void> {
    this.#next.set(partition, next);
    await this.#deps.put({ ...this.#emptyBatch(partition), from: next, to: next - 1 });
  }

  #emptyBatch(partition: number): EventBatch {
    return { source: this.id, partition: String(partition), from: 0, to: -1, arrivedAtUs: this.#deps.clock.microseconds(), times: [], rows: [], refused: [], bytes: 0 };
  }

  #onAssigned(partitions: readonly number[]): void {
    const taken = partitions.filter((partition) => this.#isFromAnother(partition));
    this.#assigned = partitions;
    this.#state = 'connected';
    this.#reason = undefined;
    if (taken.length > 0) void this.#follow(taken);
  }

  /** It was another member's until now: it goes on where that one left it, and never before what was read of it here. */
  #isFromAnother(partition: number): boolean {
    return this.#options.sharedGroup !== undefined && this.#assigned?.includes(partition) === false;
  }

  /** Learns how far others came with partitions, so that what they have read does not count as still to come. */
  async #follow(partitions: readonly number[]): Promise<void> {
    const { topic, sharedGroup } = this.#options;
    if (sharedGroup === undefined) return;
    try {
      const [ranges, committed] = await Promise.all([this.#connection.ranges(topic), this.#connection.committed(sharedGroup, topic)]);
      for (const { partition, high } of ranges.filter((range) => partitions.includes(range.partition))) {
        this.#high.set(partition, high);
        this.#next.set(partition, Math.max(this.#next.get(partition) ?? 0, committed.get(partition) ?? 0));
      }
    } catch (error) {
      this.#deps.logger.warn('kafka source does not know how far its group came', { source: this.id, reason: messageOf(error) });
    }
  }

  async #onBatch(batch: KafkaBatch): Promise<void> {
    const { clock, decoder } = this.#deps;
    const { partition } = batch;
    const arrivedAtUs = clock.microseconds();
    const cuts = this.#cuts[String(partition)] ?? [];
    const builder = new BatchBuilder(this.id, String(partition), cuts);
    this.#high.set(partition, batch.high);
    // Only while something is awaited can the source end or the partition go.
    let hasWaited = true;
    for (const { offset, time, value } of batch.messages) {
      if (hasWaited && (this.#ending.signal.aborted || !batch.isCurrent())) return;
      hasWaited = false;
      if (offset < (this.#next.get(partition) ?? 0)) {
        batch.resolve(offset);
        continue;
      }
      if (!this.#gate.isOpen && offset > (cuts.at(-1) ?? -1)) {
        await this.#deliver(builder.take(), batch);
        this.#waitForLive(batch, offset);
        return;
      }
      const into = builder.open(offset, arrivedAtUs);
      if (value !== null) decoder.decode(value, offset, time, into);
      if (!builder.close(offset, value?.length ?? 0)) continue;
      await this.#deliver(builder.take(), batch);
      hasWaited = true;
    }
    await this.#deliver(builder.take(), batch);
  }

  async #deliver(events: EventBatch | undefined, batch: KafkaBatch): Promise<void> {
    if (events === undefined) return;
    this.#next.set(batch.partition, events.to + 1);
    const room = this.#deps.put(events);
    // A step may begin with this batch before the rest of the fetch is read.
    if (room === undefined) await yieldToOthers();
    else await this.#pausedUntil(room, batch);
    batch.resolve(events.to);
  }

  /** The engine is behind: Kafka keeps the rest, and the group is told that this member lives. */
  async #pausedUntil(room: Promise<void>, batch: KafkaBatch): Promise<void> {
    const resume = batch.pause();
    this.#pauses += 1;
    let hasRoom = false;
    const taken = room.then(() => (hasRoom = true));
    const waiting = new AbortController();
    try {
      while (!hasRoom && !this.#ending.signal.aborted) {
        await Promise.race([taken, this.#deps.clock.sleep(heartbeatMs, waiting.signal)]);
        if (!hasRoom) await batch.heartbeat();
      }
    } finally {
      waiting.abort();
      this.#pauses -= 1;
      resume();
    }
  }

  /** All that was logged has come; the rest stays with Kafka until the replay is over everywhere. */
  #waitForLive(batch: KafkaBatch, offset: number): void {
    void this.#deps.put({ ...this.#emptyBatch(batch.partition), from: offset, to: offset - 1 });
    this.#waitingForLive.push(batch.pause());
  }
}
