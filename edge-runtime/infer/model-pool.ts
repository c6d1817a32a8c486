import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf, PathError } from '../kernel/path-error.ts';
import { SketchRecorder, type AttributeSpread, type ModelSignature, type Sketch } from '../protocol/index.ts';
import { modelRows, type ModelRows } from './model-rows.ts';
import { ModelSpreads, spreadAttributes } from './model-spreads.ts';
import { describeTensors, InferenceRequestError, inferenceResponse, parseInference } from './open-inference-body.ts';
import type { InferenceReply, InferenceRequest, ModelMetadata } from './open-inference.ts';
import { RequestBatcher } from './request-batcher.ts';
import { ServingClient, ServingError, type ServingAnswer } from './serving-client.ts';
import type { NamedTensors, TensorShape } from './tensor.ts';

export interface PoolModel {
  name: string;
  version: number;
  path: string;
  signature: ModelSignature;
}

export interface PoolOptions {
  threads: number;
  clock: Clock;
  logger: Logger;
  /** A number from 0 to below 1. */
  random: () => number;
}

interface Served extends PoolModel {
  key: string;
  rows: ModelRows;
  batcher: RequestBatcher;
  predictions: number;
  errors: number;
  latency: SketchRecorder;
  spreads: ModelSpreads;
  reason?: string;
}

/** A batch of predictions by columns, or why there are none. `latencyUs` counts from the call to its answer. */
export type Prediction = { outputs: unknown[][]; latencyUs: number } | { error: string; latencyUs: number };

export interface ModelUse {
  name: string;
  version: number;
  predictions: number;
  errors: number;
  latencyUs: Sketch;
  /** Not each time: they are collected for a while, so that they cost a node's link little. */
  spreads?: AttributeSpread[];
}

const restartsMax = 5;
const spreadsEveryUs = 10_000_000;

/**
 * The models of a bundle, loaded in serving threads. Rules call `predict` with columns; outside callers come through
 * `infer` and share runs. A thread that dies is replaced and its calls are made again once.
 */
export class ModelPool {
  readonly #models: ReadonlyMap<string, Served>;
  readonly #options: PoolOptions;
  #threads: ServingClient[] = [];
  #restarts = 0;
  #isClosed = false;
  #spreadsTakenAt: number;

  private constructor(models: readonly PoolModel[], options: PoolOptions) {
    this.#options = options;
    this.#spreadsTakenAt = options.clock.microseconds();
    const attributes = spreadAttributes(models.map(({ signature }) => signature));
    this.#models = new Map(
      models.map((model, index): [string, Served] => {
        const key = `${model.name}@${model.version}`;
        const batcher = new RequestBatcher((inputs) => this.#run(key, inputs));
        const spreads = new ModelSpreads(attributes[index] ?? [], { ...options, models: models.length });
        return [key, { ...model, key, rows: modelRows(model.signature), batcher, predictions: 0, errors: 0, latency: new SketchRecorder(), spreads }];
      }),
    );
  }

  /** Loads every model in every thread. Throws a `PathError` naming the model that cannot be served as its signature says. */
  static async load(models: readonly PoolModel[], options: PoolOptions): Promise<ModelPool> {
    const pool = new ModelPool(models, options);
    try {
      const threads = models.length === 0 ? 0 : options.threads;
      for (let index = 0; index < threads; index += 1) await pool.#startThread();
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Predicts `count` rows given by columns, for a model named `name@version`. Never rejects. */
  async predict(key: string, columns: readonly (readonly unknown[])[], count: number): Promise<Prediction> {
    const startedAt = this.#options.clock.microseconds();
    const since = (): number => this.#options.clock.microseconds() - startedAt;
    const model = this.#models.get(key);
    if (model === undefined) return { error: `no model ${key}`, latencyUs: 0 };
    try {
      let unfit: number[] = [];
      const answer = await this.#retried(key, () => {
        const packed = model.rows.pack(columns, count);
        unfit = packed.unfit;
        return packed.tensors;
      });
      const outputs = model.rows.unpack(answer.outputs, count, unfit);
      model.predictions += count - unfit.length;
      model.errors += unfit.length;
      model.spreads.look(columns, outputs, count, unfit);
      model.latency.add(since());
      return { outputs, latencyUs: since() };
    } catch (error) {
      model.errors += count;
      return { error: messageOf(error), latencyUs: since() };
    }
  }

  /** One Open Inference Protocol request; the newest version unless one is named. Never rejects. */
  async infer(name: string, version: number | undefined, request: InferenceRequest): Promise<InferenceReply> {
    const model = this.#find(name, version);
    if (model === undefined) return { ok: false, code: 'not-found', message: `no model '${name}'${version === undefined ? '' : ` version ${version}`} in the bundle` };
    const startedAt = this.#options.clock.microseconds();
    try {
      const parsed = parseInference(request, model.signature);
      const outputs = await model.batcher.run(parsed.inputs);
      if (outputs === undefined) return { ok: false, code: 'busy', message: `too many calls of '${name}' are waiting` };
      const latencyUs = this.#options.clock.microseconds() - startedAt;
      model.predictions += 1;
      model.latency.add(latencyUs);
      return { ok: true, response: inferenceResponse(model.name, model.version, parsed, outputs), latencyUs };
    } catch (error) {
      if (error instanceof InferenceRequestError) return { ok: false, code: 'invalid', message: error.message };
      model.errors += 1;
      return { ok: false, code: 'failed', message: messageOf(error) };
    }
  }

  status(): { name: string; version: number; loaded: boolean; reason?: string }[] {
    const isUp = this.#threads.length > 0;
    return [...this.#models.values()].map(({ name, version, reason }) => ({ name, version, loaded: isUp && reason === undefined, ...(reason !== undefined && { reason }) }));
  }

  metadata(): ModelMetadata[] {
    const byName = Map.groupBy(this.#models.values(), (model) => model.name);
    return [...byName].flatMap(([name, versions]) => {
      const newest = versions.toSorted((a, b) => a.version - b.version).at(-1);
      if (newest === undefined) return [];
      const { inputs, outputs } = newest.signature;
      return { name, versions: versions.map((model) => String(model.version)), platform: 'onnx_onnxv1', inputs: describeTensors(inputs), outputs: describeTensors(outputs) };
    });
  }

  /** What each model did since the last call. */
  takeUse(): ModelUse[] {
    const withSpreads = this.#options.clock.microseconds() - this.#spreadsTakenAt >= spreadsEveryUs;
    if (withSpreads) this.#spreadsTakenAt = this.#options.clock.microseconds();
    return [...this.#models.values()].map((model) => {
      const spreads = withSpreads ? model.spreads.take() : [];
      const use = { name: model.name, version: model.version, predictions: model.predictions, errors: model.errors, latencyUs: model.latency.take(), ...(spreads.length > 0 && { spreads }) };
      model.predictions = model.errors = 0;
      return use;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #find(name: string, version: number | undefined): Served | undefined {
    if (version !== undefined) return this.#models.get(`${name}@${version}`);
    return [...this.#models.values()].filter((model) => model.name === name).toSorted((a, b) => a.version - b.version).at(-1);
  }

  async #startThread(): Promise<void> {
    const thread = new ServingClient();
    try {
      for (const model of this.#models.values()) {
        const signature = await thread.load(model.key, model.path);
        requireSame(model, signature.inputs, model.signature.inputs, 'inputs');
        requireSame(model, signature.outputs, model.signature.outputs, 'outputs');
      }
    } catch (error) {
      await thread.close();
      if (error instanceof PathError) throw error;
      throw new PathError('model.invalid', 'models', `a model cannot be loaded: ${messageOf(error)}`, error);
    }
    this.#threads.push(thread);
    void thread.ended.then(() => this.#replace(thread));
  }

  async #replace(thread: ServingClient): Promise<void> {
    this.#threads = this.#threads.filter((other) => other !== thread);
    if (this.#isClosed) return;
    this.#restarts += 1;
    this.#options.logger.error('a serving thread ended and is replaced', { restarts: this.#restarts });
    try {
      if (this.#restarts > restartsMax) throw new Error(`serving threads ended ${this.#restarts} times`);
      await this.#startThread();
    } catch (error) {
      for (const model of this.#models.values()) model.reason = messageOf(error);
    }
  }

  /** Once more when the thread died under the call: the fault may have been another call's. */
  async #retried(key: string, inputs: () => NamedTensors): Promise<ServingAnswer> {
    try {
      return await this.#ask(key, inputs());
    } catch (error) {
      if (!(error instanceof ServingError) || !error.ended || this.#isClosed) throw error;
      return await this.#ask(key, inputs());
    }
  }

  async #run(key: string, inputs: NamedTensors): Promise<NamedTensors> {
    return (await this.#ask(key, inputs)).outputs;
  }

  async #ask(key: string, inputs: NamedTensors): Promise<ServingAnswer> {
    while (this.#threads.length === 0 && !this.#isClosed && this.#restarts <= restartsMax) await this.#options.clock.sleep(5);
    const [first, ...others] = this.#threads;
    if (first === undefined) throw new Error('no serving thread is running');
    const thread = others.reduce((least, other) => (other.busy < least.busy ? other : least), first);
    return await thread.run(key, inputs);
  }
}

function requireSame(model: Served, loaded: readonly TensorShape[], published: readonly TensorShape[], what: string): void {
  const isSame =
    loaded.length === published.length &&
    loaded.every((tensor, index) => {
      const other = published[index];
      return other !== undefined && other.name === tensor.name && other.type === tensor.type && tensor.shape.every((size, place) => size === -1 || size === other.shape[place]);
    });
  if (!isSame) throw new PathError('model.signature', model.key, `the file of model ${model.key} has other ${what} than its published signature`);
}
