import { Worker } from 'node:worker_threads';
import type { ModelSignature } from '../protocol/index.ts';
import { transferable, type NamedTensors } from './tensor.ts';
import type { ServingReply, ServingRequest } from './worker-messages.ts';

export interface ServingAnswer {
  outputs: NamedTensors;
  /** Time in the runtime alone, microseconds. */
  runUs: number;
}

/** A serving thread refused or died. `unsupported` says that the model itself cannot be served. */
export class ServingError extends Error {
  override readonly name = 'ServingError';
  readonly unsupported: boolean;
  /** The thread is gone, and every other call of it fails alike. */
  readonly ended: boolean;
  constructor(message: string, unsupported: boolean, ended: boolean) {
    super(message);
    this.unsupported = unsupported;
    this.ended = ended;
  }
}

interface Waiting {
  resolve(reply: ServingReply): void;
  reject(error: ServingError): void;
}

/** A thread's first module lies beside this one, as its source does and as the built program has it. */
const threadModule = import.meta.url.endsWith('.ts') ? './serving-thread.ts' : './serving-thread.js';

/** One serving thread and the calls it owes an answer. */
export class ServingClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly ended: Promise<void>;
  #nextId = 1;
  #isEnded = false;

  constructor() {
    this.#worker = new Worker(new URL(threadModule, import.meta.url), { name: 'serving', resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    this.#worker.on('message', (reply: ServingReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (waiting === undefined) return;
      if (reply.kind === 'failed') waiting.reject(new ServingError(reply.message, reply.unsupported, false));
      else waiting.resolve(reply);
    });
    let cause = 'it was closed';
    this.#worker.on('error', (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#isEnded = true;
        for (const waiting of this.#waiting.values()) waiting.reject(new ServingError(`the serving thread ended: ${cause}`, false, true));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Calls without an answer yet. */
  get busy(): number {
    return this.#waiting.size;
  }

  async load(model: string, path: string): Promise<Omit<ModelSignature, 'columns'>> {
    const reply = await this.#ask({ kind: 'load', id: this.#nextId++, model, path }, []);
    if (reply.kind !== 'loaded') throw new ServingError(`unexpected reply ${reply.kind}`, false, false);
    return reply.signature;
  }

  /** The input tensors move to the thread and are empty afterwards. */
  async run(model: string, inputs: NamedTensors): Promise<ServingAnswer> {
    const reply = await this.#ask({ kind: 'run', id: this.#nextId++, model, inputs }, transferable(inputs));
    if (reply.kind !== 'answer') throw new ServingError(`unexpected reply ${reply.kind}`, false, false);
    return { outputs: reply.outputs, runUs: reply.runUs };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    await this.ended;
  }

  #ask(request: ServingRequest, transfer: ArrayBuffer[]): Promise<ServingReply> {
    if (this.#isEnded) return Promise.reject(new ServingError('the serving thread has ended', false, true));
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker.postMessage(request, transfer);
    });
  }
}
