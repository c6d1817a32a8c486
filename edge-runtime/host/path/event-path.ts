import { availableParallelism } from 'node:os';
import { ModelPool } from '../../infer/model-pool.ts';
import type { InferenceReply, InferenceRequest, ModelMetadata } from '../../infer/open-inference.ts';
import { backOffMs } from '../../kernel/clock.ts';
import { messageOf, PathError } from '../../kernel/path-error.ts';
import { connectRedis, storeTrouble, type RedisClient } from '../../kernel/redis.ts';
import { storeKeys } from '../../store/keys.ts';
import { StoreReader } from '../../store/reader.ts';
import type { AskReply, BuildEventPath, EventPath, IngestReply, PathBundle, PathDependencies, PathStatus, PathTelemetry, StoreAnswer, StoreQuery, TailRows } from './contract.ts';
import { PathCounters } from './counters.ts';
import { deadLetters, planPath, type PathPlan } from './plan.ts';
import { PathSession } from './session.ts';
import type { StageLatencies } from './stage-times.ts';
import { Tails } from './tails.ts';

/** How long `start` waits for a Redis that is not there yet. */
const storeWaitMs = 30_000;
const restartMinMs = 100;
const restartMaxMs = 5000;
const servingThreadsMax = 2;

export const buildEventPath: BuildEventPath = async (bundle, dependencies) => {
  const plan = planPath(bundle, dependencies);
  const models = bundle.manifest.models.map((model) => {
    const path = bundle.modelFiles.get(model.digest);
    if (path === undefined) throw new PathError('artefact.missing', model.name, `the file of model ${model.name} version ${model.version} is not on this node`);
    return { name: model.name, version: model.version, path, signature: model.signature };
  });
  const threads = Math.min(servingThreadsMax, Math.max(1, availableParallelism() - 1));
  const pool = await ModelPool.load(models, { threads, clock: dependencies.clock, logger: dependencies.logger, random: dependencies.random });
  return new SessionedPath(bundle, plan, pool, dependencies);
};

/** Keeps a session of the event path running from `start` to `stop`, and answers about it in between. */
class SessionedPath implements EventPath {
  readonly #bundle: PathBundle;
  readonly #plan: PathPlan;
  readonly #pool: ModelPool;
  readonly #dependencies: PathDependencies;
  readonly #counters = new PathCounters();
  readonly #tails: Tails;
  readonly #recordListeners = new Set<() => void>();
  readonly #ending = new AbortController();
  #state: PathStatus['state'] = 'built';
  #message: string | undefined;
  #session: PathSession | undefined;
  #run: Promise<void> = Promise.resolve();
  #reading: Promise<RedisClient> | undefined;
  #reader: StoreReader | undefined;
  #actions = 0;
  #telemetryFrom: number;

  constructor(bundle: PathBundle, plan: PathPlan, pool: ModelPool, dependencies: PathDependencies) {
    this.#bundle = bundle;
    this.#plan = plan;
    this.#pool = pool;
    this.#dependencies = dependencies;
    this.#tails = new Tails(dependencies.clock);
    this.#telemetryFrom = dependencies.clock.now();
    dependencies.signal.addEventListener('abort', () => void this.#abort(), { once: true });
  }

  async start(): Promise<void> {
    if (this.#state !== 'built') throw new Error(`an event path that is ${this.#state} cannot be started`);
    this.#state = 'recovering';
    const { clock } = this.#dependencies;
    const deadline = clock.now() + storeWaitMs;
    for (;;) {
      try {
        this.#session = await this.#open();
        break;
      } catch (error) {
        const isLasting = !(error instanceof PathError) || !error.retriable || clock.now() >= deadline;
        if (isLasting || this.#ending.signal.aborted) {
          this.#state = 'failed';
          this.#message = messageOf(error);
          throw error;
        }
        await clock.sleep(restartMinMs, this.#ending.signal);
      }
    }
    this.#run = this.#keepRunning(this.#session);
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopping';
    this.#ending.abort();
    this.#session?.stop();
    await this.#run;
    await this.#close();
  }

  status(): PathStatus {
    const session = this.#session;
    const sources = session?.sources() ?? [];
    return {
      state: this.#state === 'recovering' && session?.isLive === true ? 'running' : this.#state,
      ...(this.#message !== undefined && { message: this.#message }),
      storeReady: session !== undefined,
      sources: sources.map(({ source, rule, stream, type }) => ({ id: source.id, rule, stream, type, ...source.health() })),
      sinks: (session?.sinks() ?? []).map((sink) => ({ ...sink, ...this.#ownerOf(sink.id) })),
      models: this.#pool.status(),
      rules: this.#plan.rules.map(({ name, version, digest }) => ({ name, version, digest })),
      streams: [
        ...this.#plan.rules.flatMap((rule) => rule.streams.map(({ stored, kind, isStored }) => ({ name: stored.name, rule: rule.name, attributes: [...stored.attributes], kind, stored: isStored }))),
        { name: deadLetters.name, rule: '', attributes: [...deadLetters.attributes], kind: 'dead-letters' as const, stored: true },
      ],
    };
  }

  takeTelemetry(): PathTelemetry {
    const from = this.#telemetryFrom;
    const to = this.#dependencies.clock.now();
    this.#telemetryFrom = to;
    const session = this.#session;
    const sources = (session?.sources() ?? []).map(({ source }) => ({ id: source.id, ...source.health() }));
    const intake = session?.takeIntakeDepth();
    if (intake !== undefined) this.#counters.depth(intake.name, intake.depth, intake.limit);
    this.#actions += session?.takeDelivered() ?? 0;
    const actions = this.#actions;
    this.#actions = 0;
    return { from, to, models: this.#pool.takeUse(), actions, ...this.#counters.take(sources), process: { storeBytes: session?.storeBytes ?? 0 } };
  }

  takeStageTimes(): StageLatencies {
    return this.#counters.stages.take();
  }

  onRecord(callback: () => void): () => void {
    this.#recordListeners.add(callback);
    return () => void this.#recordListeners.delete(callback);
  }

  tail(stream: string, rowsPerSecondMax: number, callback: (rows: TailRows) => void): () => void {
    return this.#tails.add(stream, rowsPerSecondMax, callback);
  }

  async query(query: StoreQuery): Promise<StoreAnswer> {
    try {
      return await (await this.#storeReader()).query(query);
    } catch (error) {
      return { ok: false, code: 'unavailable', message: `the store does not answer: ${messageOf(error)}` };
    }
  }

  async ingest(path: string, contentType: string, body: Uint8Array): Promise<IngestReply> {
    if (this.#state !== 'running' && this.#state !== 'recovering') return { kind: 'refused', code: 'not-running', message: `the event path is ${this.#state}`, refused: [] };
    if (this.#session === undefined) return { kind: 'busy', retryAfterSeconds: 1, message: this.#message ?? 'the event path waits for its store' };
    const source = this.#session.httpSource(path);
    if (source === undefined) return { kind: 'refused', code: 'not-found', message: `no rule of this node has an HTTP source at ${path}`, refused: [] };
    return await source.receive(contentType, body);
  }

  async ask(rule: string, query: string): Promise<AskReply> {
    if (this.#session === undefined) return { ok: false, code: 'not-running', message: this.#message ?? `the event path is ${this.#state}`, issues: [] };
    return this.#session.runner(rule)?.ask(query) ?? { ok: false, code: 'unknown-rule', message: `no rule of this node is named ${rule}`, issues: [] };
  }

  infer(model: string, version: number | undefined, request: InferenceRequest): Promise<InferenceReply> {
    return this.#pool.infer(model, version, request);
  }

  models(): ModelMetadata[] {
    return this.#pool.metadata();
  }

  #open(): Promise<PathSession> {
    return PathSession.open({
      bundle: this.#bundle,
      plan: this.#plan,
      pool: this.#pool,
      keys: storeKeys(this.#dependencies.keyPrefix),
      counters: this.#counters,
      tails: this.#tails,
      dependencies: this.#dependencies,
      onRecord: () => this.#recordListeners.forEach((listener) => listener()),
    });
  }

  /** Session after session until `stop`: each begins with what the store holds. */
  async #keepRunning(first: PathSession): Promise<void> {
    const { clock, logger, random } = this.#dependencies;
    let session: PathSession | undefined = first;
    for (let attempt = 0; ; attempt += 1) {
      try {
        session ??= await this.#open();
        this.#session = session;
        this.#message = undefined;
        if (this.#ending.signal.aborted) session.stop();
        await session.run();
        return;
      } catch (error) {
        this.#message = storeTrouble(error) ?? messageOf(error);
        if (session?.isLive === true) attempt = 0;
        this.#actions += session?.takeDelivered() ?? 0;
        session = this.#session = undefined;
        if (this.#ending.signal.aborted) return;
        if (this.#state !== 'stopping') this.#state = 'recovering';
        logger.error('the event path starts again from its store', { reason: this.#message, attempt });
      }
      await clock.sleep(backOffMs(attempt, restartMinMs, restartMaxMs, random), this.#ending.signal);
    }
  }

  async #storeReader(): Promise<StoreReader> {
    this.#reading ??= connectRedis(this.#dependencies.redis, 'selvedge-reader');
    let client: RedisClient;
    try {
      client = await this.#reading;
    } catch (error) {
      this.#reading = undefined;
      throw error;
    }
    if (this.#reader === undefined) {
      const reader = new StoreReader(client, storeKeys(this.#dependencies.keyPrefix));
      this.#reader = reader;
      client.once('close', () => {
        this.#reader = undefined;
        this.#reading = undefined;
      });
    }
    return this.#reader;
  }

  #ownerOf(sink: string): { rule: string; stream: string } {
    for (const rule of this.#plan.rules) for (const { options, stream } of rule.sinks) if (options.id === sink) return { rule: rule.name, stream };
    return { rule: '', stream: '' };
  }

  async #abort(): Promise<void> {
    this.#ending.abort();
    this.#session?.abort();
    await this.#run;
    await this.#close();
  }

  async #close(): Promise<void> {
    (await this.#reading?.catch(() => undefined))?.disconnect();
    await this.#pool.close();
    this.#session = undefined;
    this.#state = 'stopped';
  }
}
