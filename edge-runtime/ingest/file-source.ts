import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Attribute } from '../cep/index.ts';
import { LiveGate, type EventBatch, type Positions, type ReplayPlan, type Source, type SourceHealth } from '../kernel/event-batch.ts';
import { messageOf } from '../kernel/path-error.ts';
import { BatchBuilder } from './batch-builder.ts';
import { csvReader } from './csv.ts';
import type { DecodedEvents } from './decoder.ts';
import type { SourceDependencies } from './kafka-source.ts';

export interface FileSourceOptions {
  id: string;
  /** Absolute, checked to be inside the node's files folder. */
  path: string;
  /** Event time passes this many times as fast as the clock; 0 reads as fast as the engine takes it. */
  speed: number;
  format: { kind: 'lines' } | { kind: 'csv'; attributes: readonly Attribute[]; delimiter: string; header: boolean; columns: Readonly<Record<string, string>> | undefined; timestamp: string | undefined };
}

const partition = '0';
const lineBytesMax = 1_048_576;

type ReadLine = (line: string, position: number, time: number, into: DecodedEvents) => void;

/**
 * Replays a file once, line by line, at the pace of its own times. A position is a line number, from 1. Where lines bring
 * no time, theirs is when the file was written plus a millisecond a line: the same whenever it is read.
 */
export class FileSource implements Source {
  readonly id: string;
  readonly #options: FileSourceOptions;
  readonly #deps: SourceDependencies;
  readonly #ending = new AbortController();
  readonly #gate = new LiveGate();
  #state: SourceHealth['state'] = 'connecting';
  #reason: string | undefined;
  #pacing: { eventTime: number; clockTime: number } | undefined;
  #run: Promise<void> = Promise.resolve();

  constructor(options: FileSourceOptions, deps: SourceDependencies) {
    this.id = options.id;
    this.#options = options;
    this.#deps = deps;
  }

  start(positions: Positions, plan: ReplayPlan): Promise<void> {
    this.#run = this.#deliver(positions[partition] ?? 1, plan.cuts[partition] ?? []).catch((error: unknown) => {
      this.#state = 'disconnected';
      this.#reason = messageOf(error);
      this.#deps.logger.error('file source stopped', { source: this.id, reason: this.#reason });
    });
    return Promise.resolve();
  }

  goLive(): void {
    this.#gate.open();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#run;
  }

  committed(): Promise<void> {
    return Promise.resolve();
  }

  health(): SourceHealth {
    return { state: this.#state, paused: false, ...(this.#reason !== undefined && { reason: this.#reason }) };
  }

  /** A file being replayed owns the time until it ends. */
  isCaughtUp(): boolean {
    return this.#state === 'finished' || this.#state === 'disconnected';
  }

  async #deliver(from: number, cuts: readonly number[]): Promise<void> {
    const { clock } = this.#deps;
    const builder = new BatchBuilder(this.id, partition, cuts);
    const lines = createInterface({ input: createReadStream(this.#options.path, { encoding: 'utf8', highWaterMark: 262_144 }), crlfDelay: Number.POSITIVE_INFINITY });
    const writtenAt = Math.floor((await stat(this.#options.path)).mtimeMs);
    let read: ReadLine | undefined;
    let position = 0;
    for await (const line of lines) {
      if (this.#ending.signal.aborted) return;
      position += 1;
      this.#state = 'connected';
      if (read === undefined) {
        read = this.#lineReader(line);
        if (this.#options.format.kind === 'csv' && this.#options.format.header) continue;
      }
      if (position < from || line === '') continue;
      if (!this.#gate.isOpen && position > (cuts.at(-1) ?? 0)) {
        await this.#put(builder.take());
        await this.#gate.passed(this.#ending.signal);
      }
      const into = builder.open(position, clock.microseconds());
      const before = into.times.length;
      read(line, position, writtenAt + position, into);
      const waitMs = this.#waitFor(into.times[before]);
      if (builder.close(position, line.length) || waitMs > 0) await this.#put(builder.take());
      if (waitMs > 0) await clock.sleep(waitMs, this.#ending.signal);
    }
    await this.#put(builder.take());
    this.#state = 'finished';
  }

  #lineReader(firstLine: string): ReadLine {
    const { format } = this.#options;
    if (format.kind === 'lines') return (line, position, time, into) => this.#deps.decoder.decode(Buffer.from(line.slice(0, lineBytesMax + 1)), position, time, into);
    const reader = csvReader(format, format.header ? firstLine : null);
    if ('missing' in reader) throw new Error(`${this.#options.path} has no column '${reader.missing}'`);
    return (line, position, time, into) => reader.read(line, position, time, into);
  }

  /** How long until the event after this one may come. */
  #waitFor(eventTime: number | undefined): number {
    if (this.#options.speed === 0 || eventTime === undefined) return 0;
    this.#pacing ??= { eventTime, clockTime: this.#deps.clock.now() };
    const due = this.#pacing.clockTime + (eventTime - this.#pacing.eventTime) / this.#options.speed;
    return Math.max(0, due - this.#deps.clock.now());
  }

  async #put(batch: EventBatch | undefined): Promise<void> {
    if (batch !== undefined) await this.#deps.put(batch);
  }
}
