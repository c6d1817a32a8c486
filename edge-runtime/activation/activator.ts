import { backOffMs, type Clock } from '../kernel/clock.ts';
import { type Disk, machineDisk } from '../kernel/disk.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { Digest } from '../protocol/index.ts';
import { Acceptance } from './acceptance.ts';
import { ActivationJournal } from './activation-journal.ts';
import type { ActivationStatus, TimelineEntry } from './activation-status.ts';
import type { ArtefactSource } from './artefact-download.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { candidateOf } from './candidate.ts';
import { type ActivationProgress, discardBuilt, executors, type Executors, progressOf, shownAs, type Workbench } from './executors.ts';
import { Outcomes } from './outcomes.ts';
import type { PathRuntime } from './path-runtime.ts';
import { type ActivationFacts, plan, type Step } from './plan.ts';
import { Probation } from './probation.ts';
import { Restraint } from './restraint.ts';
import { stagedProgress } from './schedule.ts';
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
  readonly #outcomes: Outcomes;
  readonly #restraint: Restraint;
  readonly #wake: Wake;
  #interrupt = new AbortController();

  private constructor(options: ActivatorOptions, journal: ActivationJournal) {
    this.#options = options;
    this.#journal = journal;
    this.#wake = new Wake(options.clock);
    const { clock, probationMs, ahead } = options;
    this.#probation = new Probation({ journal, clock, probationMs, onVerdict: () => this.#wake.poke() });
    this.#restraint = new Restraint({ ...options, journal });
    this.#acceptance = new Acceptance({ ...options, journal, onTaken: () => this.#taken() });
    this.#outcomes = new Outcomes({ ...options, journal, bench: this.#bench, probation: this.#probation, alsoNeeded: () => [...this.#acceptance.needed, ...(ahead?.artefacts ?? [])] });
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
    for (const artefact of activator.#outcomes.named) {
      if (await options.store.intact(artefact.digest, artefact.bytes)) activator.#bench.present.add(artefact.digest);
    }
    return activator;
  }

  get status(): ActivationStatus {
    const { current, previous, probation, desired } = this.#journal.state;
    return {
      running: this.#bench.running?.bundle,
      converged: this.#bench.running?.bundle ?? (probation === null ? current : previous) ?? undefined,
      current: current ?? undefined,
      desired: desired ?? undefined,
      progress: this.#progress,
      failure: this.#outcomes.failure,
      rejection: this.#acceptance.rejection,
      hold: this.#restraint.held,
      waiting: this.#restraint.waiting,
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
    await this.#outcomes.forgive(generation);
    this.#wake.poke();
  }

  /** A person at the site forbids changes until `until` (milliseconds since 1970); what runs goes on. */
  async hold(until: number, reason: string): Promise<void> {
    await this.#restraint.hold(until, reason);
    this.#interrupt.abort(new Error('held'));
    this.#wake.poke();
  }

  async release(): Promise<void> {
    if (await this.#restraint.release()) this.#wake.poke();
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
        if (failed !== undefined) {
          await this.#outcomes.rollBack(failed.reason, failed.message);
          this.#show(undefined);
        } else if (isProven) await this.#outcomes.confirm();
        step = plan(this.#facts())[0];
        if (step === undefined) {
          this.#show(this.#stagedProgress());
          await this.#wake.rest(Math.min(IDLE_MS, this.#restraint.endsInMs), signal);
        } else {
          // `end` passes on that the agent stops.
          await this.#execute(step, this.#interrupt.signal);
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
    const { current, desired } = this.#journal.state;
    const { held, waiting } = this.#restraint;
    return {
      running: candidateOf(this.#bench.running?.bundle),
      current: candidateOf(current),
      desired: candidateOf(desired),
      present: this.#bench.present,
      builtGeneration: this.#bench.built?.generation,
      failedGenerations: this.#outcomes.failedGenerations,
      held: held !== undefined,
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
    this.#outcomes.forgetStart();
    this.#show(progressOf(bundle, 'Running'));
    this.#probation.begin();
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
      if (step.generation === current?.generation && probation !== null) await this.#outcomes.rollBack(reason, message);
      else await this.#outcomes.fail(step.generation, reason, message);
      this.#show(undefined);
      return true;
    } catch (cause) {
      this.#options.logger.error('the failure of an activation could not be written down', { reason: messageOf(cause) });
      return false;
    }
  }

  /** Something newer is to run: what is fetched or built for anything older is given up. */
  #taken(): void {
    this.#outcomes.forgetStart();
    this.#interrupt.abort(new Error('superseded'));
    this.#wake.poke();
  }

  #stagedProgress(): ActivationProgress | undefined {
    const { desired } = this.#journal.state;
    const { held, waiting } = this.#restraint;
    return desired !== null && this.#bench.staged === desired.generation && held === undefined ? stagedProgress(desired, waiting) : undefined;
  }

  #show(progress: ActivationProgress | undefined): void {
    this.#progress = progress;
    this.#options.onChange();
  }
}
