import type { Undeliverable } from '../actions/dispatcher.ts';
import type { Row } from '../cep/index.ts';
import type { ModelPool } from '../infer/model-pool.ts';
import { HttpSource } from '../ingest/http-source.ts';
import type { EventBatch, Positions } from '../kernel/event-batch.ts';
import { Intake } from '../kernel/intake.ts';
import { randomId } from '../kernel/random-id.ts';
import { connectRedis, type RedisClient } from '../kernel/redis.ts';
import { yieldToOthers } from '../kernel/yield-to-others.ts';
import { RedisJournal } from '../store/journal.ts';
import type { StoreKeys } from '../store/keys.ts';
import type { Operation } from '../store/step.ts';
import { StepStore, type Recovery } from '../store/step-store.ts';
import type { PathBundle, PathDependencies } from './event-path-contract.ts';
import { PathActions } from './path-actions.ts';
import type { PathCounters } from './path-counters.ts';
import type { PathPlan } from './path-plan.ts';
import { openSources, type SessionSource } from './path-sources.ts';
import { PredictionDesk } from './prediction-desk.ts';
import { RuleRunner } from './rule-runner.ts';
import { ruleTimers } from './rule-timers.ts';
import { advance, checkpointRestMs, frozen, restoreRules, startingPositions } from './session-recovery.ts';
import { replaySteps } from './session-replay.ts';
import { addLetters, emptyStep, faultLetters, mergedRows, refusalLetters, StepAssembler, type AssembledStep } from './step-output.ts';
import type { Tails } from './tails.ts';

/** What a session works within (I6). A full intake pauses the sources; the rest pauses the intake. */
export const sessionLimits = {
  intakeRows: 8_000,
  intakeBytes: 16 * 1_048_576,
  stepRows: 1024,
  predictionsPending: 16_384,
  commitsUnderWay: 4,
} as const;

export interface SessionEnvironment {
  bundle: PathBundle;
  plan: PathPlan;
  pool: ModelPool;
  keys: StoreKeys;
  counters: PathCounters;
  tails: Tails;
  dependencies: PathDependencies;
  onRecord(): void;
}

/**
 * The event path from one opening of the store to its end. It either runs or has failed as a whole: whatever goes wrong
 * with Redis, the next session starts from what Redis holds, so there is one way to recover and every failure tests it.
 */
export class PathSession {
  readonly #env: SessionEnvironment;
  readonly #store: StepStore;
  readonly #side: RedisClient;
  readonly #intake = new Intake({ rowsMax: sessionLimits.intakeRows, bytesMax: sessionLimits.intakeBytes });
  readonly #runners: ReadonlyMap<string, RuleRunner>;
  readonly #assemblers: ReadonlyMap<string, StepAssembler>;
  readonly #sources: SessionSource[];
  readonly #actions: PathActions;
  readonly #positions: Map<string, Record<string, number>>;
  readonly #recovery: Recovery;
  readonly #desk: PredictionDesk;
  readonly #lettersWaiting: { rows: Row[]; kept: () => void }[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #failure: { error: unknown } | undefined;
  #wake = Promise.withResolvers<void>();
  #commitsUnderWay = 0;
  #isLive = false;
  #stopping: 'no' | 'sources' | 'draining' = 'no';
  #nextCheckpointAt: number;
  #stepsSinceCheckpoint = 0;

  private constructor(env: SessionEnvironment, store: StepStore, side: RedisClient, recovery: Recovery) {
    this.#env = env;
    this.#store = store;
    this.#side = side;
    this.#recovery = recovery;
    this.#runners = new Map(env.plan.rules.map((rule) => [rule.name, new RuleRunner(rule, () => randomId(env.dependencies.random))]));
    this.#assemblers = new Map(env.plan.rules.map((rule) => [rule.name, new StepAssembler(rule, env.bundle)]));
    this.#positions = startingPositions(recovery);
    this.#sources = [];
    this.#desk = new PredictionDesk(env.pool, env.dependencies.clock, () => this.#wakeUp());
    this.#actions = new PathActions(env.plan, side, env.keys, env.dependencies, (undeliverable) => this.#keep(undeliverable), env.onRecord);
    this.#nextCheckpointAt = env.dependencies.clock.now() + env.dependencies.settings.checkpointIntervalMs;
    this.#failed.promise.catch(() => undefined);
    store.onLost((reason) => this.#fail(new Error(reason)));
  }

  /** Opens the store and starts the sources where the last session ended. Throws a `PathError`. */
  static async open(env: SessionEnvironment): Promise<PathSession> {
    const { dependencies, keys, plan } = env;
    const { settings, clock } = dependencies;
    const retention = { seconds: settings.store.retentionSeconds, bytesMax: settings.store.maxBytes };
    const { store, recovery } = await StepStore.open({ target: dependencies.redis, keys, streams: plan.stored, retention, clock });
    let side: RedisClient | undefined;
    try {
      side = await connectRedis(dependencies.redis, 'selvedge-side');
      const session = new PathSession(env, store, side, recovery);
      await session.#begin();
      return session;
    } catch (error) {
      store.close();
      side?.disconnect();
      throw error;
    }
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  get storeBytes(): number {
    return this.#store.bytes;
  }

  sources(): SessionSource[] {
    return this.#sources;
  }

  sinks(): ReturnType<PathActions['status']> {
    return this.#actions.status();
  }

  takeDelivered(): number {
    return this.#actions.takeDelivered();
  }

  takeIntakeDepth(): ReturnType<Intake['takeDepth']> {
    return this.#intake.takeDepth();
  }

  httpSource(path: string): HttpSource | undefined {
    for (const { source } of this.#sources) if (source instanceof HttpSource && source.path === path) return source;
    return undefined;
  }

  runner(rule: string): RuleRunner | undefined {
    return this.#runners.get(rule);
  }

  /** Works until it was stopped; rejects when it failed. Ends everything it started either way. */
  async run(): Promise<void> {
    try {
      await Promise.race([this.#replay().then(() => this.#work()), this.#failed.promise]);
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.#intake.release();
      const ends = [...this.#sources.map(({ source }) => source.stop()), this.#actions.stop()];
      await Promise.allSettled(ends);
      this.#store.close();
      this.#side.disconnect();
    }
  }

  /** Ends the sources, works off what they delivered, writes a checkpoint; `run` resolves then. A replay waits for its sources and writes nothing: it is left. */
  stop(): void {
    if (this.#stopping !== 'no') return;
    this.#stopping = 'sources';
    if (!this.#isLive) return this.#fail(new Error('the event path was stopped while it did again what was logged'));
    void Promise.allSettled(this.#sources.map(({ source }) => source.stop())).then(() => {
      this.#stopping = 'draining';
      this.#wakeUp();
    });
  }

  /** Ends at once, as a crash would. */
  abort(): void {
    this.#fail(new Error('the event path was ended'));
  }

  async #begin(): Promise<void> {
    const { plan, dependencies, keys } = this.#env;
    const lost = restoreRules(this.#runners, this.#recovery.checkpoint, dependencies.logger);
    const opener = {
      intake: this.#intake,
      dependencies,
      session: Math.floor(dependencies.random() * 0x1_00_00_00_00).toString(36),
      openJournal: (source: string) => RedisJournal.open(this.#side, keys.journal(source), (this.#positions.get(source)?.['0'] ?? 1) - 1, (error) => this.#fail(error)),
    };
    this.#sources.push(...(await openSources(plan, opener)));
    await this.#actions.start();
    for (const { rule, reason } of lost) await this.#tell('StateLost', `Rule ${rule} began without its former state: ${reason}`);
  }

  async #tell(reason: string, message: string): Promise<void> {
    const { dependencies, keys, onRecord } = this.#env;
    await this.#side.xadd(keys.recordOutbox, '*', 'r', JSON.stringify({ kind: 'timeline', at: dependencies.clock.now(), reason, message: message.slice(0, 1024), tone: 'notice' }));
    onRecord();
  }

  async #replay(): Promise<void> {
    const { steps } = this.#recovery;
    await replaySteps(steps, {
      sources: this.#sources,
      runners: this.#runners,
      assemblers: this.#assemblers,
      positions: this.#positions,
      intake: this.#intake,
      desk: this.#desk,
      isEnded: () => this.#failure !== undefined,
    });
    if (steps.length > 0) this.#env.dependencies.logger.info('the event path did again what was logged since its checkpoint', { steps: steps.length });
    this.#stepsSinceCheckpoint = steps.length;
    this.#intake.onArrival(() => this.#wakeUp());
    this.#isLive = true;
    for (const { source } of this.#sources) source.goLive();
  }

  async #work(): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isDrained()) return await this.#checkpoint();
      const worked = this.#commitsUnderWay < sessionLimits.commitsUnderWay && this.#step();
      // A checkpoint is only taken when no prediction is awaited.
      if (this.#isCheckpointDue() && this.#desk.isQuiet) void this.#checkpoint().catch((error: unknown) => this.#fail(error));
      if (worked) await yieldToOthers();
      else await this.#waitForWork();
    }
  }

  #isDrained(): boolean {
    return this.#stopping === 'draining' && this.#intake.isEmpty && this.#desk.isQuiet && this.#commitsUnderWay === 0 && this.#lettersWaiting.length === 0;
  }

  #isCheckpointDue(): boolean {
    return this.#stepsSinceCheckpoint > 0 && this.#env.dependencies.clock.now() >= this.#nextCheckpointAt;
  }

  async #waitForWork(): Promise<void> {
    const { clock } = this.#env.dependencies;
    const now = clock.now();
    const timers = this.#commitsUnderWay < sessionLimits.commitsUnderWay && this.#intake.isEmpty ? ruleTimers(this.#runners, this.#sources, now).map(({ inMs }) => inMs) : [];
    const waits = [...timers, this.#stepsSinceCheckpoint > 0 ? this.#nextCheckpointAt - now : 1000];
    const cancel = clock.after(Math.max(1, Math.min(...waits)), () => this.#wakeUp());
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
    cancel();
  }

  #wakeUp(): void {
    this.#wake.resolve();
  }

  /** One step: what came is given to the engines, what they put out is written. False when there was nothing to do. */
  #step(): boolean {
    const { clock } = this.#env.dependencies;
    const operations: Operation[] = [];
    const assembled = emptyStep();
    const arrivals: { arrivedAtUs: number; rows: number }[] = [];
    const { stages } = this.#env.counters;
    const startedUs = clock.microseconds();
    let oldestUs = startedUs;
    let predicted = 0;

    for (const { runner, ordinal, answer, arrivedAtUs, askedAtUs, answeredAtUs, rows } of this.#desk.take()) {
      runner.complete(ordinal, answer);
      operations.push({ kind: 'complete', rule: runner.plan.name, call: ordinal, ...('error' in answer && { error: answer.error }) });
      arrivals.push({ arrivedAtUs, rows });
      predicted += rows;
      stages.add('model', answeredAtUs - askedAtUs, rows);
      stages.add('answer', startedUs - answeredAtUs, rows);
      oldestUs = Math.min(oldestUs, arrivedAtUs);
    }
    const isBarred = this.#isCheckpointDue() && !this.#desk.isQuiet;
    let rows = 0;
    let inputUs = clock.microseconds();
    while (!isBarred && rows < sessionLimits.stepRows && this.#pending() < sessionLimits.predictionsPending) {
      const batch = this.#intake.take();
      if (batch === undefined) break;
      this.#input(batch, operations, assembled);
      rows += batch.rows.length;
      inputUs = Math.min(inputUs, batch.arrivedAtUs);
    }
    this.#tick(operations);
    if (operations.length === 0 && this.#lettersWaiting.length === 0) return false;

    const asked = this.#askModels(Math.min(oldestUs, inputUs));
    arrivals.push({ arrivedAtUs: inputUs, rows: Math.max(0, rows - asked) });
    this.#collect(assembled, clock.microseconds() - Math.min(oldestUs, inputUs));
    this.#commit(operations, assembled, arrivals);
    stages.add('rules', clock.microseconds() - startedUs, rows + predicted);
    return true;
  }

  #input(batch: EventBatch, operations: Operation[], assembled: AssembledStep): void {
    const from = this.#sources.find(({ source }) => source.id === batch.source);
    if (from === undefined) throw new Error(`a batch came from the unknown source ${batch.source}`);
    operations.push({ kind: 'input', source: batch.source, partition: batch.partition, from: batch.from, to: batch.to });
    advance(this.#positions, batch);
    this.#env.counters.input(batch);
    this.#env.counters.stages.input(batch, this.#env.dependencies.clock);
    if (batch.rows.length > 0) this.#runners.get(from.rule)?.input(from.stream, batch.times, batch.rows, this.#env.dependencies.clock.now());
    addLetters(assembled, refusalLetters(batch.source, batch.refused), this.#env.dependencies.clock.now());
  }

  /** Time moves on by itself only where nothing is on its way that would be older. */
  #tick(operations: Operation[]): void {
    if (!this.#intake.isEmpty) return;
    for (const { runner, inMs, time } of ruleTimers(this.#runners, this.#sources, this.#env.dependencies.clock.now())) {
      if (inMs > 0) continue;
      runner.tick(time);
      operations.push({ kind: 'tick', rule: runner.plan.name, time });
    }
  }

  #pending(): number {
    let pending = 0;
    for (const runner of this.#runners.values()) pending += runner.pending;
    return pending;
  }

  /** Sends out the predictions to be made; returns for how many rows. */
  #askModels(arrivedAtUs: number): number {
    let rows = 0;
    for (const runner of this.#runners.values()) {
      for (const call of runner.takeCalls()) {
        rows += call.count;
        this.#desk.ask(runner, call, arrivedAtUs);
      }
    }
    this.#env.counters.depth('predictions', this.#pending(), sessionLimits.predictionsPending);
    return rows;
  }

  #collect(assembled: AssembledStep, latencyUs: number): void {
    for (const [name, runner] of this.#runners) {
      this.#assemblers.get(name)?.add(assembled, runner.takeOutputs(), this.#store.step + 1, latencyUs);
      addLetters(assembled, faultLetters(runner.plan, runner.takeFaults()), this.#env.dependencies.clock.now());
    }
  }

  #commit(operations: readonly Operation[], assembled: AssembledStep, arrivals: readonly { arrivedAtUs: number; rows: number }[]): void {
    const { counters, tails, dependencies } = this.#env;
    const letters = this.#lettersWaiting.splice(0);
    addLetters(assembled, letters.flatMap((waiting) => waiting.rows), dependencies.clock.now());
    const committedUs = dependencies.clock.microseconds();
    this.#commitsUnderWay += 1;
    this.#stepsSinceCheckpoint += 1;
    counters.depth('commits', this.#commitsUnderWay, sessionLimits.commitsUnderWay);
    // Nothing of the rows is held while Redis writes, unless somebody looks on: what lives longer costs the collector more.
    const { sinks, detections, counts } = assembled;
    const isTold = assembled.output.records.length > 0;
    const streams = assembled.streams.map(({ stream, rows, times, plan }) => ({ stream, count: rows.length, shown: tails.isWatched(stream) ? { plan, times, rows } : undefined }));
    this.#store.commit(operations, mergedRows(assembled)).then(
      () => {
        this.#commitsUnderWay -= 1;
        const now = dependencies.clock.microseconds();
        for (const { arrivedAtUs, rows } of arrivals) {
          if (rows > 0) counters.latency(now - arrivedAtUs, rows);
          counters.stages.add('store', now - committedUs, rows);
        }
        counters.detections += counts.detections;
        counters.deadLetters += counts.deadLetters;
        counters.stored += this.#store.takeStored();
        for (const { stream, count, shown } of streams) {
          counters.events(stream, count);
          if (shown !== undefined) tails.show(stream, shown.plan, shown.times, shown.rows);
        }
        for (const { kept } of letters) kept();
        this.#actions.committed(sinks, detections, isTold);
        this.#wakeUp();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async #checkpoint(): Promise<void> {
    const { dependencies } = this.#env;
    const startedAt = dependencies.clock.now();
    const rules = [...this.#runners.values()].map((runner) => ({ name: runner.plan.name, digest: runner.plan.digest, snapshot: runner.snapshot() }));
    const positions = frozen(this.#positions);
    const journals = new Map<string, Positions>(this.#sources.filter(({ type }) => type === 'http').map(({ source }) => [source.id, positions[source.id] ?? {}]));
    this.#nextCheckpointAt = startedAt + Math.max(dependencies.settings.checkpointIntervalMs, checkpointRestMs(dependencies.clock.now() - startedAt, rules));
    this.#stepsSinceCheckpoint = 0;
    await this.#store.checkpoint({ positions, rules }, journals);
    for (const { source } of this.#sources) {
      await source.committed(positions[source.id] ?? {}).catch((error: unknown) => dependencies.logger.warn('offsets could not be committed', { source: source.id, reason: String(error) }));
    }
  }

  /** What no sink will deliver becomes dead letters; resolves when they are in the store. */
  #keep({ sink, stream, id, reason, events }: Undeliverable): Promise<void> {
    const kept = Promise.withResolvers<void>();
    const rows = events.map((event, index): Row => [stream, `${sink} ${id}#${index}`, `not delivered: ${reason}`, JSON.stringify(event).slice(0, 2048)]);
    this.#lettersWaiting.push({ rows, kept: () => kept.resolve() });
    this.#wakeUp();
    return Promise.race([kept.promise, this.#failed.promise]);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#failed.reject(error);
    this.#wakeUp();
  }
}
