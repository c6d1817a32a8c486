import type { Undeliverable } from '../../actions/dispatcher.ts';
import { HttpSource } from '../../ingest/http-source.ts';
import type { Positions } from '../../kernel/event-batch.ts';
import { Intake } from '../../kernel/intake.ts';
import { randomId } from '../../kernel/random-id.ts';
import { connectRedis, type RedisClient } from '../../kernel/redis.ts';
import { yieldToOthers } from '../../kernel/yield-to-others.ts';
import { RedisJournal } from '../../store/journal.ts';
import { StepStore, type Recovery } from '../../store/step-store.ts';
import { PathActions } from './actions.ts';
import { Committer } from './committer.ts';
import { PredictionDesk } from './prediction-desk.ts';
import { RuleRunner } from './rule-runner.ts';
import { checkpointRestMs, frozen, restoreRules, startingPositions } from './recovery.ts';
import { replaySteps } from './replay.ts';
import { sessionLimits, type SessionEnvironment, type SessionParts } from './session-parts.ts';
import { StepAssembler } from './step-output.ts';
import { openSources, type SessionSource } from './sources.ts';
import { Stepper } from './stepper.ts';

/**
 * The event path from one opening of the store to its end. It either runs or has failed as a whole: whatever goes wrong
 * with Redis, the next session starts from what Redis holds, so there is one way to recover and every failure tests it.
 */
export class PathSession {
  readonly #env: SessionEnvironment;
  readonly #store: StepStore;
  readonly #side: RedisClient;
  readonly #recovery: Recovery;
  readonly #parts: SessionParts;
  readonly #stepper: Stepper;
  readonly #actions: PathActions;
  readonly #committer: Committer;
  readonly #failed = Promise.withResolvers<never>();
  #failure: { error: unknown } | undefined;
  #wake = Promise.withResolvers<void>();
  #isLive = false;
  #stopping: 'no' | 'sources' | 'draining' = 'no';
  #nextCheckpointAt: number;
  #stepsSinceCheckpoint = 0;

  private constructor(env: SessionEnvironment, store: StepStore, side: RedisClient, recovery: Recovery) {
    const { plan, bundle, keys, dependencies } = env;
    this.#env = env;
    this.#store = store;
    this.#side = side;
    this.#recovery = recovery;
    this.#parts = {
      sources: [],
      runners: new Map(plan.rules.map((rule) => [rule.name, new RuleRunner(rule, () => randomId(dependencies.random))])),
      assemblers: new Map(plan.rules.map((rule) => [rule.name, new StepAssembler(rule, bundle)])),
      positions: startingPositions(recovery),
      intake: new Intake({ rowsMax: sessionLimits.intakeRows, bytesMax: sessionLimits.intakeBytes }),
      desk: new PredictionDesk(env.pool, dependencies.clock, () => this.#wakeUp()),
    };
    this.#stepper = new Stepper(env, this.#parts);
    this.#actions = new PathActions(plan, side, keys, dependencies, (undeliverable) => this.#keep(undeliverable), env.onRecord);
    this.#committer = new Committer(env, store, this.#actions, { written: () => this.#wakeUp(), failure: (error) => this.#fail(error) });
    this.#nextCheckpointAt = dependencies.clock.now() + dependencies.settings.checkpointIntervalMs;
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
    return this.#parts.sources;
  }

  sinks(): ReturnType<PathActions['status']> {
    return this.#actions.status();
  }

  takeDelivered(): number {
    return this.#actions.takeDelivered();
  }

  takeIntakeDepth(): ReturnType<Intake['takeDepth']> {
    return this.#parts.intake.takeDepth();
  }

  httpSource(path: string): HttpSource | undefined {
    for (const { source } of this.#parts.sources) if (source instanceof HttpSource && source.path === path) return source;
    return undefined;
  }

  runner(rule: string): RuleRunner | undefined {
    return this.#parts.runners.get(rule);
  }

  /** Works until it was stopped; rejects when it failed. Ends everything it started either way. */
  async run(): Promise<void> {
    try {
      await Promise.race([this.#replay().then(() => this.#work()), this.#failed.promise]);
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.#parts.intake.release();
      const ends = [...this.#parts.sources.map(({ source }) => source.stop()), this.#actions.stop()];
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
    void Promise.allSettled(this.#parts.sources.map(({ source }) => source.stop())).then(() => {
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
    const lost = restoreRules(this.#parts.runners, this.#recovery.checkpoint, dependencies.logger);
    const opener = {
      intake: this.#parts.intake,
      dependencies,
      openJournal: (source: string) => RedisJournal.open(this.#side, keys.journal(source), (this.#parts.positions.get(source)?.['0'] ?? 1) - 1, (error) => this.#fail(error)),
    };
    this.#parts.sources.push(...(await openSources(plan, opener)));
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
    await replaySteps(steps, this.#parts, () => this.#failure !== undefined);
    if (steps.length > 0) this.#env.dependencies.logger.info('the event path did again what was logged since its checkpoint', { steps: steps.length });
    this.#stepsSinceCheckpoint = steps.length;
    this.#parts.intake.onArrival(() => this.#wakeUp());
    this.#isLive = true;
    for (const { source } of this.#parts.sources) source.goLive();
  }

  async #work(): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isDrained()) return await this.#checkpoint();
      const worked = this.#committer.hasRoom && this.#step();
      // A checkpoint is only taken when no prediction is awaited.
      if (this.#isCheckpointDue() && this.#parts.desk.isQuiet) void this.#checkpoint().catch((error: unknown) => this.#fail(error));
      if (worked) await yieldToOthers();
      else await this.#waitForWork();
    }
  }

  #isDrained(): boolean {
    return this.#stopping === 'draining' && this.#parts.intake.isEmpty && this.#parts.desk.isQuiet && this.#committer.isQuiet;
  }

  #isCheckpointDue(): boolean {
    return this.#stepsSinceCheckpoint > 0 && this.#env.dependencies.clock.now() >= this.#nextCheckpointAt;
  }

  async #waitForWork(): Promise<void> {
    const { clock } = this.#env.dependencies;
    const now = clock.now();
    const timers = this.#committer.hasRoom ? this.#stepper.timers().map(({ inMs }) => inMs) : [];
    const waits = [...timers, this.#stepsSinceCheckpoint > 0 ? this.#nextCheckpointAt - now : 1000];
    const cancel = clock.after(Math.max(1, Math.min(...waits)), () => this.#wakeUp());
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
    cancel();
  }

  #wakeUp(): void {
    this.#wake.resolve();
  }

  /** Does one step and has it written. False when there was nothing to do. */
  #step(): boolean {
    const step = this.#stepper.take(this.#store.step + 1, this.#isCheckpointDue() && !this.#parts.desk.isQuiet);
    if (step.operations.length === 0 && !this.#committer.hasLetters) return false;
    this.#stepsSinceCheckpoint += 1;
    this.#committer.commit(step);
    this.#renew();
    return true;
  }

  /** Writes a slice of one rule's state, so that it need not be written at once at a checkpoint. */
  #renew(): void {
    for (const runner of this.#parts.runners.values()) if (runner.renew()) return;
  }

  async #checkpoint(): Promise<void> {
    const { dependencies } = this.#env;
    const startedAt = dependencies.clock.now();
    const rules = [...this.#parts.runners.values()].map((runner) => ({ name: runner.plan.name, digest: runner.plan.digest, ...runner.save() }));
    const positions = frozen(this.#parts.positions);
    const journals = new Map<string, Positions>(this.#parts.sources.filter(({ type }) => type === 'http').map(({ source }) => [source.id, positions[source.id] ?? {}]));
    this.#nextCheckpointAt = startedAt + Math.max(dependencies.settings.checkpointIntervalMs, checkpointRestMs(dependencies.clock.now() - startedAt, rules));
    this.#stepsSinceCheckpoint = 0;
    await this.#store.checkpoint({ positions, rules }, journals);
    for (const { source } of this.#parts.sources) {
      await source.committed(positions[source.id] ?? {}).catch((error: unknown) => dependencies.logger.warn('offsets could not be committed', { source: source.id, reason: String(error) }));
    }
  }

  #keep(undeliverable: Undeliverable): Promise<void> {
    const kept = this.#committer.keep(undeliverable);
    this.#wakeUp();
    return Promise.race([kept, this.#failed.promise]);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#failed.reject(error);
    this.#wakeUp();
  }
}
