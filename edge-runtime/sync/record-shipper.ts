import { backOffMs, type Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { linkLimits, type NodeRecord } from '../protocol/index.ts';
import type { Outbox, TimelineDraft } from './outbox.ts';

export interface ShipperOptions {
  readonly outbox: Outbox;
  /** Hands records to the link; false when it does not take them now. */
  readonly send: (records: NodeRecord[]) => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

const MESSAGE_BYTES_MAX = linkLimits.messageBytesMax * 0.8;
const CHECK_MS = 1000;
const RETRY_MS = 50;
const TIMELINE_HELD_MAX = 1000;

/**
 * Sends the outbox in order, with a window of records under way, and removes what is acknowledged. A connection starts
 * from what the control plane says it has; everything numbered after that is sent again, and recognised there by its number.
 */
export class RecordShipper {
  readonly #options: ShipperOptions;
  /** Undefined while there is no connection. */
  #sentThrough: number | undefined;
  #alignTo: number | undefined;
  #acknowledged: number | undefined;
  /** Timeline entries that Redis has not taken yet: the first seconds of a start, or while Redis is away. */
  #held: TimelineDraft[] = [];
  #woken = false;
  #wake: () => void = () => undefined;

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  /** A connection began; the control plane has every record up to this number. */
  connected(recordsThrough: number): void {
    this.#alignTo = recordsThrough;
    this.#acknowledged = undefined;
    this.wake();
  }

  disconnected(): void {
    this.#alignTo = undefined;
    this.#sentThrough = undefined;
    this.#acknowledged = undefined;
  }

  acknowledge(through: number): void {
    this.#acknowledged = Math.max(through, this.#acknowledged ?? 0);
    this.wake();
  }

  /** Puts an entry on the node's timeline; kept in memory, up to a limit, until Redis takes it. */
  note(draft: TimelineDraft): void {
    this.#held.push(draft);
    if (this.#held.length > TIMELINE_HELD_MAX) this.#held.shift();
    this.wake();
  }

  /** Something was added to the outbox. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Works until `signal` aborts. Never rejects: when Redis is away it comes back to it. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const more = await this.#pass();
        failures = 0;
        await this.#pause(more ? RETRY_MS : CHECK_MS, signal);
      } catch (error) {
        if (failures === 0 && !signal.aborted) this.#options.logger.warn('the record outbox is not reachable', { problem: messageOf(error) });
        failures += 1;
        await this.#options.clock.sleep(backOffMs(failures, 50, 5000, this.#options.random), signal);
      }
    }
  }

  /** Writes down what is still in memory: the last thing before Redis ends. */
  async flush(): Promise<void> {
    const { outbox } = this.#options;
    const drafts = this.#held;
    if (drafts.length === 0) return;
    this.#held = [];
    try {
      await outbox.addTimeline(drafts);
    } catch (error) {
      this.#held = [...drafts, ...this.#held].slice(-TIMELINE_HELD_MAX);
      throw error;
    }
  }

  /** Whether something is left that the link did not take. */
  async #pass(): Promise<boolean> {
    const { outbox } = this.#options;
    await this.flush();
    if (this.#alignTo !== undefined) {
      const recordsThrough = this.#alignTo;
      await outbox.align(recordsThrough);
      // Unless that connection has ended while Redis answered.
      if (this.#alignTo === recordsThrough) {
        this.#alignTo = undefined;
        this.#sentThrough = recordsThrough;
      }
    }
    if (this.#acknowledged !== undefined) {
      const through = this.#acknowledged;
      await outbox.acknowledge(through);
      // Only then is it done: with a full window, an acknowledgement that got lost with Redis would be the last.
      if (this.#acknowledged === through) this.#acknowledged = undefined;
    }
    if (this.#sentThrough === undefined) {
      await outbox.bound();
      return false;
    }
    await outbox.fill(linkLimits.recordsInFlightMax);
    await outbox.bound();
    return this.#sendWindow();
  }

  async #sendWindow(): Promise<boolean> {
    while (this.#sentThrough !== undefined) {
      const records = await this.#options.outbox.after(this.#sentThrough, linkLimits.recordsPerMessageMax, MESSAGE_BYTES_MAX);
      const last = records.at(-1);
      // The connection may have ended, or begun anew, while Redis answered.
      if (last === undefined || this.#sentThrough === undefined || this.#alignTo !== undefined) return this.#alignTo !== undefined;
      if (!this.#options.send(records)) return true;
      this.#sentThrough = last.sequence;
    }
    return false;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    this.#wake = () => waiting.abort();
    if (!this.#woken) await this.#options.clock.sleep(ms, AbortSignal.any([signal, waiting.signal]));
    this.#woken = false;
  }
}
