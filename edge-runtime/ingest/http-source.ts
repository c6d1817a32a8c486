import { LiveGate, type EventBatch, type Positions, type ReplayPlan, type Source, type SourceHealth } from '../kernel/event-batch.ts';
import { messageOf } from '../kernel/path-error.ts';
import { storeTrouble } from '../kernel/redis.ts';
import { BatchBuilder } from './batch-builder.ts';
import { decodeLimits, type DecodedEvents } from './decoder.ts';
import type { SourceDependencies } from './kafka-source.ts';

/** Bodies kept until a checkpoint covers them. Positions count from 1 without gaps. */
export interface Journal {
  /** Resolves when the body is kept; appends resolve in the order they were asked for. */
  append(body: Uint8Array, time: number): Promise<number>;
  read(from: number): AsyncIterable<{ position: number; time: number; body: Uint8Array }>;
}

export type HttpReply =
  | { kind: 'accepted'; events: number; refused: { index: number; reason: string }[] }
  | { kind: 'busy'; retryAfterSeconds: number; message: string }
  | { kind: 'refused'; code: 'too-large' | 'unsupported-type' | 'malformed'; message: string; refused: { index: number; reason: string }[] };

export interface HttpSourceOptions {
  id: string;
  /** Below the gateway's own prefix, for example `/readings`. */
  path: string;
}

const partition = '0';
const refusedShownMax = 20;

/**
 * Takes bodies from the gateway. A body is acknowledged when the journal has it, so an acknowledged event survives the
 * end of this process and of Redis (I4); when the engine is behind, the sender is asked to come back later.
 */
export class HttpSource implements Source {
  readonly id: string;
  readonly path: string;
  readonly #deps: SourceDependencies;
  readonly #journal: Journal;
  /** Whether the engine has room for another body. */
  readonly #isFull: () => boolean;
  readonly #ending = new AbortController();
  readonly #gate = new LiveGate();
  #state: SourceHealth['state'] = 'connecting';
  #reason: string | undefined;
  #run: Promise<void> = Promise.resolve();

  constructor(options: HttpSourceOptions, journal: Journal, isFull: () => boolean, deps: SourceDependencies) {
    this.id = options.id;
    this.path = options.path;
    this.#journal = journal;
    this.#isFull = isFull;
    this.#deps = deps;
  }

  start(positions: Positions, plan: ReplayPlan): Promise<void> {
    this.#run = this.#deliverJournal(positions[partition] ?? 1, plan.cuts[partition] ?? []).catch((error: unknown) => {
      this.#state = 'disconnected';
      this.#reason = messageOf(error);
    });
    return Promise.resolve();
  }

  goLive(): void {
    this.#gate.open();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.#state = 'disconnected';
    await this.#run;
  }

  committed(): Promise<void> {
    return Promise.resolve();
  }

  health(): SourceHealth {
    return { state: this.#state, paused: this.#isFull(), ...(this.#reason !== undefined && { reason: this.#reason }) };
  }

  isCaughtUp(): boolean {
    return this.#state === 'connected';
  }

  async receive(contentType: string, body: Uint8Array): Promise<HttpReply> {
    if (!/^application\/(json|x-ndjson|[\w.-]+\+json)\b/i.test(contentType)) {
      return { kind: 'refused', code: 'unsupported-type', message: `content type '${contentType}' is not JSON`, refused: [] };
    }
    if (body.length > decodeLimits.bytesMax) return { kind: 'refused', code: 'too-large', message: `${body.length} bytes; at most ${decodeLimits.bytesMax} are accepted`, refused: [] };
    if (this.#state !== 'connected') return { kind: 'busy', retryAfterSeconds: 1, message: 'the event path is starting or recovering' };
    if (this.#isFull()) return { kind: 'busy', retryAfterSeconds: 1, message: 'events arrive faster than they are processed' };

    const arrivedAtUs = this.#deps.clock.microseconds();
    const time = this.#deps.clock.now();
    const events: DecodedEvents = { times: [], rows: [], refused: [] };
    this.#deps.decoder.decode(body, 0, time, events);
    const refused = events.refused.slice(0, refusedShownMax).map(({ index, reason }) => ({ index, reason }));
    if (events.rows.length === 0) return { kind: 'refused', code: 'malformed', message: refused[0]?.reason ?? 'the body holds no events', refused };

    let position: number;
    try {
      position = await this.#journal.append(body, time);
    } catch (error) {
      return { kind: 'busy', retryAfterSeconds: 1, message: storeTrouble(error) ?? `the store does not answer: ${messageOf(error)}` };
    }
    for (const refusal of events.refused) refusal.position = position;
    void this.#deps.put({ source: this.id, partition, from: position, to: position, arrivedAtUs, ...events, bytes: body.length });
    return { kind: 'accepted', events: events.rows.length, refused };
  }

  /** First what a replay needs, then what had been accepted and not processed; only then new bodies. */
  async #deliverJournal(from: number, cuts: readonly number[]): Promise<void> {
    const builder = new BatchBuilder(this.id, partition, cuts);
    for await (const { position, time, body } of this.#journal.read(from)) {
      if (this.#ending.signal.aborted) return;
      if (!this.#gate.isOpen && position > (cuts.at(-1) ?? 0)) {
        await this.#put(builder.take());
        await this.#gate.passed(this.#ending.signal);
      }
      this.#deps.decoder.decode(body, position, time, builder.open(position, this.#deps.clock.microseconds()));
      if (builder.close(position, body.length)) await this.#put(builder.take());
    }
    await this.#put(builder.take());
    await this.#gate.passed(this.#ending.signal);
    if (!this.#ending.signal.aborted) this.#state = 'connected';
  }

  async #put(batch: EventBatch | undefined): Promise<void> {
    if (batch !== undefined) await this.#deps.put(batch);
  }
}
