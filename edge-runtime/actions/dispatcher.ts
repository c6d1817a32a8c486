import { backOffMs, type Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { decodeOutgoing, DeliveryError, type Delivery, type OutgoingEvents, type Sink } from './outgoing.ts';
import type { PayloadFormat } from './payload.ts';

/** The sink's part of the store: entries in the order they were written, until they are dropped. */
export interface OutgoingQueue {
  read(count: number): Promise<{ id: string; payload: string }[]>;
  drop(ids: readonly string[]): Promise<void>;
  length(): Promise<number>;
}

export interface Outcome {
  sink: string;
  detection: string;
  outcome: 'delivered' | 'failed';
  message?: string;
}

/** Events that no sink will deliver, to be kept as dead letters before they leave the queue. */
export interface Undeliverable {
  sink: string;
  stream: string;
  id: string;
  reason: string;
  events: OutgoingEvents['events'];
}

export interface DispatcherOptions {
  sink: Sink;
  type: string;
  format: PayloadFormat;
  queue: OutgoingQueue;
  /** Begins the ids of deliveries: unique to this node. */
  origin: string;
  clock: Clock;
  logger: Logger;
  random(): number;
  onOutcome(outcome: Outcome): void;
  /** Resolves when they are kept. */
  keep(undeliverable: Undeliverable): Promise<void>;
}

/** What a sink that does not take events may hold before the oldest become dead letters. */
export const dispatchLimits = { entriesMax: 10_000, readAtOnce: 64, retryMinMs: 200, retryMaxMs: 15_000 } as const;

/**
 * Delivers what waits for one sink, in order and at least once: an entry leaves the store after the far side took it.
 * After the sink's `attemptsMax` tries, or one that cannot be mended, its events become dead letters and the next come to their turn.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #ending = new AbortController();
  #wake = Promise.withResolvers<void>();
  #run: Promise<void> = Promise.resolve();
  #waiting = 0;
  #delivered = 0;
  #reason: string | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#run = this.#keepDelivering();
  }

  /** There is something new in the queue. */
  wake(): void {
    this.#wake.resolve();
  }

  status(): { id: string; type: string; healthy: boolean; waiting: number; reason?: string } {
    return { id: this.#options.sink.id, type: this.#options.type, healthy: this.#reason === undefined, waiting: this.#waiting, ...(this.#reason !== undefined && { reason: this.#reason }) };
  }

  /** Events delivered since the last call. */
  takeDelivered(): number {
    const delivered = this.#delivered;
    this.#delivered = 0;
    return delivered;
  }

  /** Stops after the delivery under way; what is left waits in the store. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#wake.resolve();
    await this.#run;
    await this.#options.sink.close();
  }

  async #keepDelivering(): Promise<void> {
    const { queue, clock, logger, sink } = this.#options;
    while (!this.#ending.signal.aborted) {
      try {
        this.#wake = Promise.withResolvers();
        const entries = await queue.read(dispatchLimits.readAtOnce);
        if (entries.length === 0) {
          this.#waiting = 0;
          await this.#wake.promise;
          continue;
        }
        this.#waiting = await queue.length();
        for (const { id, payload } of entries) {
          if (this.#ending.signal.aborted) return;
          await this.#deliver(id, payload, this.#waiting > dispatchLimits.entriesMax);
          await queue.drop([id]);
          this.#waiting -= 1;
        }
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        this.#reason = messageOf(error);
        logger.warn('a sink cannot read what waits for it', { sink: sink.id, reason: this.#reason });
        await clock.sleep(1000, this.#ending.signal);
      }
    }
  }

  async #deliver(entry: string, payload: string, isOverflowing: boolean): Promise<void> {
    const { sink, format, origin, clock, logger, random } = this.#options;
    const outgoing = decodeOutgoing(payload);
    const deliveries = outgoing.events.map((event, index): Delivery => ({
      id: `${origin}/${sink.id}/${entry}/${index}`,
      stream: outgoing.stream,
      at: outgoing.times[index] ?? 0,
      body: format.write(event),
      contentType: format.contentType,
    }));
    // An overflowing queue gets one try an entry: it must become shorter.
    const attemptsMax = isOverflowing ? 1 : sink.attemptsMax;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await sink.deliver(deliveries, this.#ending.signal);
        this.#reason = undefined;
        this.#delivered += deliveries.length;
        this.#tell(outgoing, 'delivered');
        return;
      } catch (error) {
        if (this.#ending.signal.aborted) throw error;
        this.#reason = messageOf(error);
        const isLast = attempt + 1 >= attemptsMax || (error instanceof DeliveryError && !error.retriable);
        logger.warn('a sink did not take events', { sink: sink.id, reason: this.#reason, attempt, giveUp: isLast });
        if (isLast) {
          await this.#options.keep({ sink: sink.id, stream: outgoing.stream, id: entry, reason: this.#reason, events: outgoing.events });
          this.#tell(outgoing, 'failed', this.#reason);
          return;
        }
      }
      await clock.sleep(backOffMs(attempt, dispatchLimits.retryMinMs, dispatchLimits.retryMaxMs, random), this.#ending.signal);
      if (this.#ending.signal.aborted) throw new DeliveryError('stopped', true);
    }
  }

  #tell(outgoing: OutgoingEvents, outcome: Outcome['outcome'], message?: string): void {
    for (const detection of outgoing.detections) this.#options.onOutcome({ sink: this.#options.sink.id, detection, outcome, ...(message !== undefined && { message }) });
  }
}
