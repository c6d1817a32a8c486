import type { ChainableCommander } from 'ioredis';
import type { Row } from '../cep/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Positions } from '../kernel/event-batch.ts';
import { messageOf, PathError } from '../kernel/path-error.ts';
import { connectRedis, storeTrouble, type RedisClient, type RedisTarget } from '../kernel/redis.ts';
import { decodeCheckpoint, encodeCheckpoint, stateField, type Checkpoint, type NextCheckpoint, type StoredCheckpoint } from './checkpoint.ts';
import type { StoreKeys } from './keys.ts';
import { RowPacker } from './packed-rows.ts';
import { decodeOperations, encodeOperations, type Operation, type StepOutput, type StoredStream } from './step.ts';
import { bytesOf, trimmed, type Retention, type StreamSegments } from './store-limits.ts';
import { declareStream } from './stream-catalogue.ts';

export interface LoggedStep {
  step: number;
  operations: Operation[];
}

/** What a path finds when it opens the store. */
export interface Recovery {
  checkpoint: Checkpoint | undefined;
  /** Steps since the checkpoint, oldest first. Their output is in the store already. */
  steps: LoggedStep[];
}

export interface StepStoreOptions {
  target: RedisTarget;
  keys: StoreKeys;
  streams: readonly StoredStream[];
  retention: Retention;
  clock: Clock;
}

interface KeptState {
  first: number;
  last: number;
}

interface OpenStream extends StreamSegments {
  /** Number of its attributes' list in the catalogue. */
  version: number;
  /** Entry ids may not go back, whatever the events' times do. */
  newestMs: number;
}

const segmentMs = 1000;

/**
 * The writing side of the store. Each step is one Redis transaction: the order log's entry, rows, outgoing events and
 * detections, all or nothing (I4, I5). A checkpoint is one as well: engine state, positions and the log's truncation.
 */
export class StepStore {
  readonly #client: RedisClient;
  readonly #options: StepStoreOptions;
  readonly #streams: Map<string, OpenStream>;
  readonly #packer = new RowPacker();
  #step: number;
  #stored = 0;
  /** Of which rules a state is kept: the numbers of what it begins with and of the last increment. */
  #kept: ReadonlyMap<string, KeptState>;

  private constructor(client: RedisClient, options: StepStoreOptions, streams: Map<string, OpenStream>, step: number, checkpoint: StoredCheckpoint | undefined) {
    this.#client = client;
    this.#options = options;
    this.#streams = streams;
    this.#step = step;
    this.#kept = new Map((checkpoint?.rules ?? []).map(({ name, first, increments }) => [name, { first, last: first + increments.length }]));
  }

  /** Throws a `PathError` when Redis cannot be reached or holds something that is not ours. */
  static async open(options: StepStoreOptions): Promise<{ store: StepStore; recovery: Recovery }> {
    let client: RedisClient;
    try {
      client = await connectRedis(options.target, 'selvedge-steps');
    } catch (error) {
      throw new PathError('store.unavailable', 'redis', storeTrouble(error) ?? `the node's Redis cannot be reached: ${messageOf(error)}`, error);
    }
    try {
      const checkpoint = await readCheckpoint(client, options.keys);
      const steps = await readLog(client, options.keys, checkpoint?.step ?? 0);
      const streams = new Map<string, OpenStream>();
      let newestStep = Math.max(checkpoint?.step ?? 0, steps.at(-1)?.step ?? 0);
      for (const stream of options.streams) {
        const { newestMs, step } = await newestEntry(client, options.keys.rows(stream.name));
        newestStep = Math.max(newestStep, step);
        const version = await declareStream(client, options.keys.catalogue, stream);
        streams.set(stream.name, { stream: stream.name, version, newestMs, segments: [] });
      }
      for (const { stream, segments } of checkpoint?.segments ?? []) {
        const open = streams.get(stream) ?? { stream, version: 0, newestMs: 0, segments: [] };
        open.segments = segments;
        streams.set(stream, open);
      }
      return { store: new StepStore(client, options, streams, newestStep, checkpoint), recovery: { checkpoint, steps } };
    } catch (error) {
      client.disconnect();
      throw error;
    }
  }

  /** Called once when the connection is lost: what was under way is then unknown, and the store must be opened again. */
  onLost(callback: (reason: string) => void): void {
    this.#client.once('close', () => callback('the connection to Redis was lost'));
  }

  get step(): number {
    return this.#step;
  }

  /** Bytes of rows kept, as packed. */
  get bytes(): number {
    return [...this.#streams.values()].reduce((sum, stream) => sum + bytesOf(stream), 0);
  }

  /** Rows written since the last call. */
  takeStored(): number {
    const stored = this.#stored;
    this.#stored = 0;
    return stored;
  }

  /** Writes one step. Resolves when Redis has it; steps resolve in order. */
  commit(operations: readonly Operation[], output: StepOutput): Promise<void> {
    const { keys } = this.#options;
    this.#step += 1;
    const multi = this.#client.multi();
    multi.xadd(keys.log, `0-${this.#step}`, 'o', encodeOperations(operations));
    for (const { stream, times, rows } of output.rows) this.#addRows(multi, stream, times, rows);
    output.outgoing.forEach(({ sink, payload }, index) => multi.xadd(keys.outgoing(sink), `${this.#step}-${index + 1}`, 'e', payload));
    for (const { id, record } of output.pending) multi.hset(keys.pendingDetections, id, record);
    for (const record of output.records) multi.xadd(keys.recordOutbox, '*', 'r', record);
    return execute(multi);
  }

  /**
   * Replaces the checkpoint, empties the log up to it and lets go of what retention no longer covers. Of a rule's state a
   * snapshot replaces what was kept of it, an increment is added to it, and what a renewal made history of goes.
   */
  async checkpoint(state: NextCheckpoint, journals: ReadonlyMap<string, Positions>): Promise<void> {
    const { keys, clock, retention } = this.#options;
    const streams = [...this.#streams.values()];
    const trims = trimmed(streams, retention, clock.now());
    const segments = streams.map(({ stream, segments: kept }) => ({ stream, segments: kept }));
    const multi = this.#client.multi();
    multi.set(keys.checkpoint, encodeCheckpoint({ ...state, step: this.#step, at: clock.now(), segments }));
    this.#writeStates(multi, state.rules);
    multi.xtrim(keys.log, 'MINID', `0-${this.#step + 1}`);
    for (const [source, positions] of journals) multi.xtrim(keys.journal(source), 'MINID', `0-${positions['0'] ?? 0}`);
    for (const { stream, before } of trims) multi.xtrim(keys.rows(stream), 'MINID', before);
    await execute(multi);
  }

  /** Ends the connection; commits under way fail. */
  close(): void {
    this.#client.disconnect();
  }

  #writeStates(multi: ChainableCommander, rules: NextCheckpoint['rules']): void {
    const former = this.#kept;
    this.#kept = new Map(rules.map(({ name, first, increments }) => [name, { first, last: increments }]));
    for (const { name, first, increments, written } of rules) {
      const kept = former.get(name);
      const isSnapshot = written !== undefined && increments === 0;
      if (!isSnapshot && (kept === undefined || first < kept.first || increments !== kept.last + (written === undefined ? 0 : 1))) throw new Error(`rule ${name} has increments up to ${increments} upon a state of which those up to ${kept?.last ?? 'none'} are kept`);
      if (kept !== undefined) this.#dropStates(multi, name, kept.first, isSnapshot ? kept.last : first - 1);
      if (written !== undefined) multi.hset(this.#options.keys.snapshots, stateField(name, increments), Buffer.from(written.buffer, written.byteOffset, written.byteLength));
    }
    for (const [name, { first, last }] of former) if (!this.#kept.has(name)) this.#dropStates(multi, name, first, last);
  }

  #dropStates(multi: ChainableCommander, rule: string, first: number, last: number): void {
    if (last >= first) multi.hdel(this.#options.keys.snapshots, ...Array.from({ length: last - first + 1 }, (_, index) => stateField(rule, first + index)));
  }

  #addRows(multi: ChainableCommander, stored: StoredStream, times: readonly number[], rows: readonly Row[]): void {
    const stream = this.#streams.get(stored.name);
    if (stream === undefined) throw new Error(`stream ${stored.name} was not declared when the store was opened`);
    let newest = stream.newestMs;
    for (const time of times) if (time > newest) newest = time;
    stream.newestMs = Math.floor(newest);
    const packed = this.#packer.pack(stored.attributes.map((attribute) => attribute.type), times, rows);
    multi.xadd(this.#options.keys.rows(stored.name), `${stream.newestMs}-${this.#step}`, 'v', stream.version, 'p', packed);
    this.#stored += rows.length;
    this.#account(stream, packed.length);
  }

  #account(stream: OpenStream, bytes: number): void {
    const now = this.#options.clock.now();
    const end = `${stream.newestMs}-${this.#step + 1}`;
    const last = stream.segments.at(-1);
    if (last !== undefined && Math.floor(last.until / segmentMs) === Math.floor(now / segmentMs)) {
      last.bytes += bytes;
      last.until = now;
      last.end = end;
    } else stream.segments.push({ bytes, until: now, end });
  }
}

/** Redis does not undo a transaction of which one command failed: that is a defect of ours, and the path must stop on it. */
async function execute(multi: ChainableCommander): Promise<void> {
  const replies = await multi.exec();
  if (replies === null) throw new Error('the transaction was not executed');
  for (const [error] of replies) if (error !== null) throw error;
}

async function readCheckpoint(client: RedisClient, keys: StoreKeys): Promise<StoredCheckpoint | undefined> {
  const bytes = await client.getBuffer(keys.checkpoint);
  if (bytes === null) return undefined;
  const { checkpoint, isBeside } = await decoded(bytes, client, keys);
  if (!isBeside) {
    // What its form had behind the header is put where the others have it, so that the next checkpoint finds it there.
    const multi = client.multi().del(keys.snapshots);
    for (const { name, snapshot } of checkpoint.rules) multi.hset(keys.snapshots, stateField(name), Buffer.from(snapshot));
    await execute(multi);
  }
  return checkpoint;
}

async function decoded(bytes: Buffer, client: RedisClient, keys: StoreKeys): Promise<ReturnType<typeof decodeCheckpoint>> {
  try {
    return decodeCheckpoint(bytes, await client.hgetallBuffer(keys.snapshots));
  } catch (error) {
    throw new PathError('store.corrupt', keys.checkpoint, `the checkpoint in Redis cannot be read: ${messageOf(error)}`, error);
  }
}

async function readLog(client: RedisClient, keys: StoreKeys, after: number): Promise<LoggedStep[]> {
  const entries = await client.xrange(keys.log, `(0-${after}`, '+');
  return entries.map(([id, fields]) => {
    try {
      return { step: Number(id.slice(2)), operations: decodeOperations(fields[1] ?? '') };
    } catch (error) {
      throw new PathError('store.corrupt', `${keys.log} ${id}`, `the order log in Redis cannot be read: ${messageOf(error)}`, error);
    }
  });
}

async function newestEntry(client: RedisClient, key: string): Promise<{ newestMs: number; step: number }> {
  const [entry] = await client.xrevrange(key, '+', '-', 'COUNT', 1);
  const [ms, step] = (entry?.[0] ?? '0-0').split('-').map(Number);
  return { newestMs: ms ?? 0, step: step ?? 0 };
}
