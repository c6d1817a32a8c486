import { backOffMs, type Clock } from '../kernel/clock.ts';
import { type Disk, machineDisk } from '../kernel/disk.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { artefactsOf, type Digest } from '../protocol/index.ts';
import { Acceptance } from './acceptance.ts';
import { type ActivationFailure, ActivationJournal } from './activation-journal.ts';
import type { ActivationStatus, TimelineEntry } from './activation-status.ts';
import type { ArtefactSource } from './artefact-download.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { candidateOf } from './candidate.ts';
import { type ActivationProgress, discardBuilt, executors, type Executors, progressOf, shownAs, type Workbench } from './executors.ts';
import type { PathRuntime } from './path-runtime.ts';
import { type ActivationFacts, plan, type Step } from './plan.ts';
import { Probation } from './probation.ts';
import { opensInMs, stagedProgress, type Waiting, waitingOf } from './schedule.ts';
import { classify } from './step-failure.ts';
import type { TrustAnchor } from './trust.ts';
import { type SignedDesired, type VerifiedDesired, verifyDesired } from './verify.ts';
import { Wake } from './wake.ts';

export interface ActivatorOptions {
  readonly folder: string;
  /** The machine's own unless told otherwise. */
  readonly disk?: Disk;
  readonly store: ArtefactStore;
  readonly trust: TrustAnchor;
  readonly runtime: PathRuntime;
  /** Where to fetch from; undefined while there is no link. */
  readonly source: () => ArtefactSource | undefined;
  readonly clock: Clock;
  /** Bytes of memory that are left for a bundle that is built beside the one that runs. */
  readonly availableMemory: () => number;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onChange: () => void;
  readonly onTimeline: (entry: TimelineEntry) => void;
  /** How long a new bundle must run before the one before it is given up. */
  readonly probationMs: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  /** What is fetched ahead of being desired; it makes room before anything desired is fetched. */
  readonly ahead?: { readonly artefacts: readonly { digest: Digest; bytes: number }[]; giveWay(): Promise<void> };
}

const IDLE_MS = 3_600_000;

/**
 * Brings the node from the bundle that runs to the one it is told to run.
 *
 * 1. One step at a time, planned anew from the facts after each; a newer desired state interrupts fetching and building.
 * 2. What runs is touched by `switch` and by going back alone; by then everything that can fail beside it has been tried.
 * 3. The journal names the new bundle before it starts, so a crash at any point comes up with one whole bundle (I2);
 *    until the new one has survived its probation the old one stays on the disk to go back to.
 */
export class Activator {
  readonly #options: ActivatorOptions;
  readonly #journal: ActivationJournal;
  readonly #bench: Workbench = { running: undefined, staged: undefined, built: undefined, present: new Set() };
  readonly #executors: Executors;
  #progress: ActivationProgress | undefined;
  readonly #acceptance: Acceptance;
  readonly #probation: Probation;
  readonly #wake: Wake;
  /** That the current bundle did not come up is not written down: the next start of the agent tries again. */
  #startFailure: ActivationFailure | undefined;
  #interrupt = new AbortController();

  private constructor(options: ActivatorOptions, journal: ActivationJournal) {
    this.#options = options;
    this.#journal = journal;
    this.#wake = new Wake(options.clock);
    this.#probation = new Probation({ journal, clock: options.clock, probationMs: options.probationMs, onVerdict: () => this.#wake.poke() });
    this.#acceptance = new Acceptance({ ...options, journal, onTaken: () => this.#taken() });
    this.#executors = executors({ ...options, journal, show: (progress) => this.#show(progress) }, this.#bench);
  }

  /** Reads what the disk says must run, and proves it again: signatures and the digest of every artefact (I3). */
  static async load(options: ActivatorOptions): Promise<Activator> {
    const problems: string[] = [];
    const journal = await ActivationJournal.load(options.folder, options.disk ?? machineDisk, (signed) => verifyDesired(signed, options.trust.forWhatRuns), (message) => problems.push(message));
    for (const message of problems) {
      options.logger.error(message);
      options.onTimeline({ reason: 'BundleOnDiskRefused', message: message.slice(0, 1024), tone: 'critical' });
    }
    const activator = new Activator(options, journal);
    for (const artefact of activator.#artefacts()) {
      if (await options.store.intact(artefact.digest, artefact.bytes)) activator.#bench.present.add(artefact.digest);
    }
    return activator;
  }

  get status(): ActivationStatus {
    const { current, previous, probation, desired, failure, hold } = this.#journal.state;
    return {
      running: this.#bench.running?.bundle,
      converged: this.#bench.running?.bundle ?? (probation === null ? current : previous) ?? undefined,
      current: current ?? undefined,
      desired: desired ?? undefined,
      progress: this.#progress,
      failure: this.#startFailure ?? failure ?? undefined,
      rejection: this.#acceptance.rejection,
      hold: this.#holdMs() > 0 ? (hold ?? undefined) : undefined,
      waiting: this.#waiting(),
    };
  }

  /** Takes a desired state from the link: proven and newer, it is written down and worked towards; otherwise it is refused and said so. */
  accept(signed: SignedDesired): Promise<void> {
    return this.#acceptance.accept(signed);
  }

  /** By which a desired state comes otherwise than over the link. */
  get acceptance(): Acceptance {
    return this.#acceptance;
  }

  /** Tries a failed generation once more. */
  async retry(generation: number): Promise<void> {
    if (this.#startFailure?.generation === generation) this.#startFailure = undefined;
    if (this.#journal.state.failure?.generation === generation) await this.#journal.update(() => ({ failure: null }));
    this.#wake.poke();
  }

  /** A person at the site forbids changes until `until` (milliseconds since 1970); what runs goes on. */
  async hold(until: number, reason: string): Promise<void> {
    await this.#journal.update(() => ({ hold: { until, reason } }));
    this.#options.onTimeline({ reason: 'Held', message: `Held at the site until ${new Date(until).toISOString()}: ${reason}`, tone: 'notice' });
    this.#interrupt.abort(new Error('held'));
    this.#wake.poke();
  }

  async release(): Promise<void> {
    if (this.#journal.state.hold === null) return;
    await this.#journal.update(() => ({ hold: null }));
    this.#options.onTimeline({ reason: 'Released', message: 'The hold at the site was ended.', tone: 'info' });
    this.#wake.poke();
  }

  /** The link came up, or a file did: what waits for artefacts may go on. */
  linked(): void {
    this.#wake.poke();
  }

  /** The running path crashed and is being restarted. On probation, too many crashes end it. */
  pathCrashed(message: string): void {
    this.#probation.crashed(message);
  }

  /** Works until `signal` aborts, then stops what runs in an orderly way. */
  async run(signal: AbortSignal): Promise<void> {
    const end = (): void => this.#interrupt.abort(new Error('stopping'));
    signal.addEventListener('abort', end, { once: true });
    let attempts = 0;
    let counted = false;
    while (!signal.aborted) {
      let step: Step | undefined;
      this.#interrupt = new AbortController();
      try {
        if (!counted) await this.#probation.countStart();
        counted = true;
        const { failed, isProven } = this.#probation;
        if (failed !== undefined) await this.#rollBack(failed.reason, failed.message);
        else if (isProven) await this.#confirm();
        step = plan(this.#facts())[0];
        if (step === undefined) {
          this.#show(this.#stagedProgress());
          await this.#wake.rest(this.#idleMs(), signal);
        } else {
          await this.#execute(step, AbortSignal.any([signal, this.#interrupt.signal]));
        }
        attempts = 0;
      } catch (error) {
        if (signal.aborted) break;
        if (this.#interrupt.signal.aborted && (step?.type === 'fetch' || step?.type === 'build' || step?.type === 'stage')) continue;
        if (await this.#settled(step, error)) continue;
        attempts += 1;
        await this.#wake.rest(backOffMs(attempts, this.#options.retry.minMs, this.#options.retry.maxMs, this.#options.random), signal);
      }
    }
    this.#probation.end();
    this.#acceptance.end();
    await discardBuilt(this.#bench);
    await this.#bench.running?.path.stop();
  }

  #facts(): ActivationFacts {
    const { current, desired, failure } = this.#journal.state;
    const waiting = this.#waiting();
    return {
      running: candidateOf(this.#bench.running?.bundle),
      current: candidateOf(current),
      desired: candidateOf(desired),
      present: this.#bench.present,
      builtGeneration: this.#bench.built?.generation,
      failedGenerations: new Set([this.#startFailure, failure].flatMap((known) => known?.generation ?? [])),
      held: this.#holdMs() > 0,
      mayFetch: waiting?.download === undefined,
      mayActivate: waiting?.activate === undefined,
      stagedGeneration: this.#bench.staged,
    };
  }

  async #execute(step: Step, signal: AbortSignal): Promise<void> {
    const bundle = this.#bundleOf(step);
    if (bundle === undefined) throw new Error(`generation ${step.generation} was planned and is not known`);
    switch (step.type) {
      case 'fetch':
        await this.#options.ahead?.giveWay();
        return this.#executors.fetch(bundle, step, signal);
      case 'build':
        return this.#executors.build(bundle, step, signal);
      case 'stage':
        await this.#executors.stage(bundle, step, signal);
        if (this.#bench.staged === bundle.generation) this.#options.onTimeline({ reason: 'BundleStaged', message: `Generation ${bundle.generation} is fetched, verified and was built; it waits for its window.`, tone: 'info' });
        return;
      case 'start':
        await this.#executors.start(bundle, step, signal);
        return this.#started(bundle);
      case 'switch':
        this.#probation.renew();
        await this.#executors.switch(bundle, step, signal);
        this.#options.onTimeline({ reason: 'BundleActivated', message: `Generation ${bundle.generation} runs.`, tone: 'positive' });
        return this.#started(bundle);
      case 'adopt':
        await this.#executors.adopt(bundle, step, signal);
        this.#options.onTimeline({ reason: 'GenerationAdopted', message: `Generation ${bundle.generation} asks for what runs already.`, tone: 'info' });
        return this.#show(undefined);
    }
  }

  #bundleOf({ generation }: Step): VerifiedDesired | undefined {
    const { desired, current } = this.#journal.state;
    return [desired, current].find((candidate) => candidate?.generation === generation) ?? undefined;
  }

  #started(bundle: VerifiedDesired): void {
    this.#startFailure = undefined;
    this.#show(progressOf(bundle, 'Running'));
    this.#probation.begin();
  }

  /** The new bundle has proven itself: what neither it nor the one before needs may go. */
  async #confirm(): Promise<void> {
    this.#probation.end();
    await this.#journal.update(() => ({ probation: null }));
    const kept = new Set([...this.#artefacts(), ...(this.#options.ahead?.artefacts ?? [])].map(({ digest }) => digest));
    const removed = await this.#options.store.keepOnly(kept);
    for (const digest of this.#bench.present) if (!kept.has(digest)) this.#bench.present.delete(digest);
    this.#options.logger.info('bundle confirmed', { generation: this.#journal.state.current?.generation, artefactsRemoved: removed });
  }

  /** Whether the failure of a step is dealt with; false when the step is worth trying again after a while. */
  async #settled(step: Step | undefined, error: unknown): Promise<boolean> {
    const { reason, lasting } = classify(error);
    const message = messageOf(error).slice(0, 1024);
    this.#options.logger.warn('an activation step failed', { step: step?.type, generation: step?.generation, reason, lasting, problem: message });
    if (step === undefined || !lasting) {
      const bundle = step === undefined ? undefined : this.#bundleOf(step);
      const progress = this.#progress ?? (step === undefined || bundle === undefined ? undefined : progressOf(bundle, shownAs[step.type]));
      if (progress !== undefined) this.#show({ ...progress, message, problem: reason });
      return false;
    }
    const { current, probation } = this.#journal.state;
    try {
      if (step.generation === current?.generation && probation !== null) await this.#rollBack(reason, message);
      else await this.#fail(step.generation, reason, message);
      return true;
    } catch (cause) {
      this.#options.logger.error('the failure of an activation could not be written down', { reason: messageOf(cause) });
      return false;
    }
  }

  async #fail(generation: number, reason: string, message: string): Promise<void> {
    await discardBuilt(this.#bench);
    const { current, desired } = this.#journal.state;
    const bundle = desired?.generation === generation ? desired : current;
    if (bundle === null) return;
    const failure: ActivationFailure = { generation, bundle: bundle.digest, reason, message, at: this.#options.clock.now() };
    if (bundle === current) this.#startFailure = failure;
    else await this.#journal.update(() => ({ failure }));
    this.#show(undefined);
    this.#options.onTimeline({ reason: 'ActivationFailed', message: `Generation ${generation}: ${message}`.slice(0, 1024), tone: 'critical' });
  }

  /** Back to what ran before the current bundle; that one is written down as failed, and stays what a retry goes to. */
  async #rollBack(reason: string, message: string): Promise<void> {
    this.#probation.end();
    const { current: failed, previous } = this.#journal.state;
    if (failed === null) return;
    const { running } = this.#bench;
    this.#bench.running = undefined;
    await running?.path.stop();
    await discardBuilt(this.#bench);
    const failure: ActivationFailure = { generation: failed.generation, bundle: failed.digest, reason, message, at: this.#options.clock.now() };
    await this.#journal.update(({ desired }) => ({ current: previous, previous: null, probation: null, failure, desired: desired ?? failed }));
    this.#show(undefined);
    const back = previous === null ? 'nothing ran before it' : `generation ${previous.generation} runs again`;
    this.#options.onTimeline({ reason: 'RolledBack', message: `Generation ${failed.generation} failed (${message}); ${back}.`.slice(0, 1024), tone: 'critical' });
  }

  #artefacts(): { digest: Digest; bytes: number }[] {
    const { current, previous, desired } = this.#journal.state;
    return [current, previous, desired, ...this.#acceptance.examined].flatMap((bundle) => (bundle === null ? [] : artefactsOf(bundle.manifest)));
  }

  /** How long a hold still lasts, in milliseconds; 0 without one. */
  #holdMs(): number {
    const { hold } = this.#journal.state;
    return hold === null ? 0 : Math.max(0, hold.until - this.#options.clock.now());
  }

  /** The windows that what is desired waits for. */
  #waiting(): Waiting | undefined {
    const { desired } = this.#journal.state;
    return desired === null ? undefined : waitingOf(desired.told, this.#options.clock.now());
  }

  /** Something newer is to run: what is fetched or built for anything older is given up. */
  #taken(): void {
    this.#startFailure = undefined;
    this.#interrupt.abort(new Error('superseded'));
    this.#wake.poke();
  }

  #stagedProgress(): ActivationProgress | undefined {
    const { desired } = this.#journal.state;
    const isStaged = desired !== null && this.#bench.staged === desired.generation && this.#holdMs() === 0;
    return isStaged ? stagedProgress(desired, this.#waiting()) : undefined;
  }

  /** How long nothing will be to do by itself: until the hold ends, or a window opens. */
  #idleMs(): number {
    return Math.min(IDLE_MS, this.#holdMs() || IDLE_MS, opensInMs(this.#waiting(), this.#options.clock.now()));
  }

  #show(progress: ActivationProgress | undefined): void {
    this.#progress = progress;
    this.#options.onChange();
  }
}
