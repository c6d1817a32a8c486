import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Delivery, Sink } from './outgoing.ts';

const linesPerSecondMax = 50;
const lineMax = 512;

/** Writes events to the agent's log; of a flood it writes the beginning and how many more there were. */
export class LogSink implements Sink {
  readonly id: string;
  readonly attemptsMax = 1;
  readonly #prefix: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #second = 0;
  #lines = 0;
  #skipped = 0;

  constructor(id: string, prefix: string, logger: Logger, clock: Clock) {
    this.id = id;
    this.#prefix = prefix;
    this.#logger = logger;
    this.#clock = clock;
  }

  deliver(deliveries: readonly Delivery[]): Promise<void> {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) {
      if (this.#skipped > 0) this.#logger.info(`${this.#prefix}: ${this.#skipped} more events were not written`);
      this.#second = second;
      this.#lines = this.#skipped = 0;
    }
    for (const delivery of deliveries) {
      if (this.#lines < linesPerSecondMax) this.#logger.info(`${this.#prefix}: ${delivery.body.slice(0, lineMax)}`, { stream: delivery.stream, id: delivery.id });
      else this.#skipped += 1;
      this.#lines += 1;
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
