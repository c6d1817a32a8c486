import type { Transaction } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';

interface QueueOptions<Row> {
  /** Past so many the oldest are given up, and counted. */
  waitingMax: number;
  batchMax: number;
  /** Writes a batch, adding it to what others wrote of the same intervals. */
  write: (tx: Transaction, rows: readonly Row[]) => Promise<void>;
  givenUp: (rows: number) => void;
}

/** Finished intervals on their way to the database, which may be away for a while. */
export class WriteQueue<Row> {
  readonly #deps: Pick<Deps, 'db' | 'logger'>;
  readonly #options: QueueOptions<Row>;
  #waiting: Row[] = [];

  constructor(deps: Pick<Deps, 'db' | 'logger'>, options: QueueOptions<Row>) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Writes these and all that wait; never rejects. */
  async flush(rows: readonly Row[]): Promise<void> {
    const { waitingMax, givenUp } = this.#options;
    this.#waiting = this.#waiting.concat(rows);
    if (this.#waiting.length > waitingMax) {
      givenUp(this.#waiting.length - waitingMax);
      this.#waiting = this.#waiting.slice(-waitingMax);
    }
    await this.#writeAll().catch((error: unknown) => this.#deps.logger.warn({ err: error, waiting: this.#waiting.length }, 'telemetry waits for the database'));
  }

  async #writeAll(): Promise<void> {
    const { db, logger } = this.#deps;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#options.batchMax);
      await db.$transaction((tx) => this.#options.write(tx, batch)).catch(async (error: unknown) => {
        // A database that is away keeps everything waiting; one that answers and refuses this would refuse it for ever.
        await db.$queryRaw`SELECT 1`;
        this.#options.givenUp(batch.length);
        logger.error({ err: error, intervals: batch.length }, 'telemetry that the database refuses was given up');
      });
      this.#waiting.splice(0, batch.length);
    }
  }
}
