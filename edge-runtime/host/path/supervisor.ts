import type { BuiltPath, PathRuntime, StagedBundle } from '../../activation/path-runtime.ts';
import { backOffMs, type Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { messageOf } from '../../kernel/path-error.ts';
import type { PathStatus, TailRows } from './contract.ts';
import { PathClient } from './client.ts';
import type { PathThreadData } from './messages.ts';

export interface PathSupervisorOptions {
  readonly thread: Omit<PathThreadData, 'bundle' | 'settings' | 'node'>;
  readonly node: () => string;
  readonly heapMiB: number;
  readonly compileCacheFolder: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onRecord: () => void;
  readonly onTail: (id: number, rows: TailRows) => void;
  readonly onCrash: (message: string) => void;
  readonly onChange: () => void;
  /** Another thread runs now. */
  readonly onPath: () => void;
}

const STOP_MS = 15_000;
const STEADY_MS = 60_000;
const STATUS_MS = 500;
/** A thread that does not answer for this long hangs, and is ended as if it had crashed. */
const HANG_MS = 30_000;

/**
 * Runs event paths in threads. The one that was started is watched: when its thread crashes or hangs, it is built and
 * started again from its checkpoint, at once the first time and with a growing wait after that.
 */
export class PathSupervisor implements PathRuntime {
  readonly #options: PathSupervisorOptions;
  #active: SupervisedPath | undefined;

  constructor(options: PathSupervisorOptions) {
    this.#options = options;
  }

  async build(bundle: StagedBundle): Promise<BuiltPath> {
    const path = new SupervisedPath(this.#options, bundle, (active) => {
      this.#active = active;
      this.#options.onChange();
    });
    await path.build();
    return path;
  }

  /** The path that runs, while its thread does. */
  get client(): PathClient | undefined {
    return this.#active?.client;
  }

  /** What the running path last said of itself. */
  get status(): PathStatus | undefined {
    return this.#active?.status;
  }

  /** Why the path that should run does not, while it is being brought back. */
  get trouble(): string | undefined {
    return this.#active?.trouble;
  }

  /** The settings of what runs. */
  get bundle(): StagedBundle | undefined {
    return this.#active?.bundle;
  }
}

class SupervisedPath implements BuiltPath {
  readonly bundle: StagedBundle;
  client: PathClient | undefined;
  status: PathStatus | undefined;
  trouble: string | undefined;
  readonly #options: PathSupervisorOptions;
  readonly #activate: (active: SupervisedPath | undefined) => void;
  readonly #stopping = new AbortController();
  #built: PathClient | undefined;
  #failures = 0;
  #startedAt = 0;
  #recovering: Promise<void> = Promise.resolve();
  #watching: Promise<void> = Promise.resolve();

  constructor(options: PathSupervisorOptions, bundle: StagedBundle, activate: (active: SupervisedPath | undefined) => void) {
    this.#options = options;
    this.bundle = bundle;
    this.#activate = activate;
  }

  async build(): Promise<void> {
    const { thread, heapMiB, compileCacheFolder, logger, node, onRecord, onTail } = this.#options;
    const { settings, ...bundle } = this.bundle;
    this.#built = await PathClient.build({ ...thread, node: node(), settings, bundle }, { heapMiB, compileCacheFolder }, logger, { onRecord, onTail, onCrash: (message) => this.#crashed(message) });
  }

  async start(): Promise<void> {
    await this.#startBuilt();
    this.#activate(this);
    this.#announce();
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const wasActive = this.client !== undefined || this.trouble !== undefined;
    await this.#recovering;
    await this.client?.stop(STOP_MS);
    await this.#built?.terminate();
    this.client = this.#built = undefined;
    await this.#watching;
    if (wasActive) this.#activate(undefined);
  }

  async #startBuilt(): Promise<void> {
    const client = this.#built;
    if (client === undefined) throw new Error('a path is built before it is started');
    await client.call('start');
    this.status = await client.call('status');
    this.#built = undefined;
    this.client = client;
    this.trouble = undefined;
    this.#startedAt = this.#options.clock.now();
  }

  #announce(): void {
    this.#options.onPath();
    this.#options.onChange();
  }

  #crashed(message: string): void {
    const wasRunning = this.client !== undefined;
    this.client = undefined;
    this.#built = undefined;
    if (!wasRunning || this.#stopping.signal.aborted) return;
    this.trouble = message;
    this.#failures = this.#options.clock.now() - this.#startedAt > STEADY_MS ? 0 : this.#failures + 1;
    this.#options.logger.error('the event path crashed and is started again from its checkpoint', { problem: message, failures: this.#failures });
    this.#options.onCrash(message);
    this.#options.onChange();
    this.#recovering = this.#recover();
  }

  async #recover(): Promise<void> {
    const { clock, random, logger } = this.#options;
    while (!this.#stopping.signal.aborted) {
      if (this.#failures > 1) await clock.sleep(backOffMs(this.#failures - 2, 200, 60_000, random), this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      try {
        await this.build();
        await this.#startBuilt();
        this.#announce();
        return;
      } catch (error) {
        await this.#built?.terminate();
        this.#built = undefined;
        this.#failures += 1;
        this.trouble = messageOf(error);
        logger.error('the event path could not be started again', { problem: this.trouble, failures: this.#failures });
        this.#options.onCrash(this.trouble);
        this.#options.onChange();
      }
    }
  }

  async #watch(): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleep(STATUS_MS, signal);
      const { client } = this;
      if (client === undefined || signal.aborted) continue;
      const cancel = clock.after(HANG_MS, () => {
        logger.error('the event path does not answer and is ended', { silentMs: HANG_MS });
        void client.terminate().then(() => this.#crashed('the event path did not answer'));
      });
      try {
        this.status = await client.call('status');
        this.#options.onChange();
      } catch {
        // Its end is reported by the thread itself.
      } finally {
        cancel();
      }
    }
  }
}
