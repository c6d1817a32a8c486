import { Worker } from 'node:worker_threads';
import type { Logger } from '../../kernel/logger.ts';
import type { TailRows } from './contract.ts';
import { fromThreadError, type PathCallName, type PathCalls, type PathThreadData, type PathThreadMessage } from './messages.ts';

type Answer<Name extends PathCallName> = Promise<Awaited<ReturnType<PathCalls[Name]>>>;

/** A thread's first module lies beside this one, as its source does and as the built program has it. */
const threadModule = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';

/** Calls under way to one thread; past it a caller is told to come again. */
const CALLS_MAX = 4096;

export interface PathClientEvents {
  onRecord(): void;
  onTail(id: number, rows: TailRows): void;
  /** The thread ended without being told to. */
  onCrash(message: string): void;
}

export interface PathThreadLimits {
  /** Past it the thread is ended, and with it what it held; the agent lives on. */
  readonly heapMiB: number;
  readonly compileCacheFolder: string;
}

/** One event path in a thread of its own, seen from the agent's main thread. */
export class PathClient {
  readonly #worker: Worker;
  readonly #events: PathClientEvents;
  readonly #logger: Logger;
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #built: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #nextCall = 1;
  #expectEnd = false;
  #failure: string | undefined;

  private constructor(data: PathThreadData, limits: PathThreadLimits, logger: Logger, events: PathClientEvents) {
    this.#events = events;
    this.#logger = logger;
    this.#worker = new Worker(new URL(threadModule, import.meta.url), {
      workerData: data,
      // Three halves of a young generation; larger ones collect a little less often and stay large when the burst is over.
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB, maxYoungGenerationSizeMb: 24 },
      // Nothing of the agent's environment is for rules and models to see.
      env: { NODE_COMPILE_CACHE: limits.compileCacheFolder },
    });
    this.#worker.on('message', (message: PathThreadMessage) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#failure = error instanceof Error ? error.message : String(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#end(this.#failure ?? `the thread of the event path ended with ${code}`);
        resolve();
      });
    });
  }

  /** Starts a thread and builds the path in it. Rejects with why it cannot be built. */
  static async build(data: PathThreadData, limits: PathThreadLimits, logger: Logger, events: PathClientEvents): Promise<PathClient> {
    const client = new PathClient(data, limits, logger, events);
    try {
      await new Promise<void>((resolve, reject) => {
        client.#built = { resolve, reject };
      });
      return client;
    } catch (error) {
      await client.terminate();
      throw error;
    }
  }

  call<Name extends PathCallName>(name: Name, ...args: Parameters<PathCalls[Name]>): Answer<Name> {
    if (this.#failure !== undefined || this.#expectEnd) return Promise.reject(new Error(this.#failure ?? 'the event path is stopping'));
    if (this.#calls.size >= CALLS_MAX) return Promise.reject(new Error('too many calls to the event path are under way'));
    const id = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call: name, args });
    });
  }

  /** Lets the path finish what is under way and write its checkpoint; after `graceMs` it is ended as a crash would. Never rejects. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#logger.error('the event path did not stop in time and is ended', { graceMs });
      void this.terminate();
    }, graceMs);
    await this.call('stop').catch((error: unknown) => this.#logger.warn('the event path stopped badly', { problem: String(error) }));
    clearTimeout(timer);
    await this.terminate();
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    this.#expectEnd = true;
    await this.#worker.terminate();
    await this.#ended;
  }

  #receive(message: PathThreadMessage): void {
    switch (message.type) {
      case 'built':
        return this.#built?.resolve();
      case 'failed':
        return this.#built?.reject(fromThreadError(message.error));
      case 'answer': {
        // The thread answers each call with what that call returns.
        this.#calls.get(message.id)?.resolve(message.value as never);
        this.#calls.delete(message.id);
        return;
      }
      case 'refusal':
        this.#calls.get(message.id)?.reject(fromThreadError(message.error));
        this.#calls.delete(message.id);
        return;
      case 'record':
        return this.#events.onRecord();
      case 'tail':
        return this.#events.onTail(message.id, message.rows);
      case 'log':
        return this.#logger[message.level](message.message, message.fields);
    }
  }

  #end(message: string): void {
    this.#failure ??= message;
    const error = new Error(message);
    this.#built?.reject(error);
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
    if (!this.#expectEnd) this.#events.onCrash(message);
  }
}
