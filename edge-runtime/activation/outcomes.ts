import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { artefactsOf, type Digest } from '../protocol/index.ts';
import type { ActivationFailure, ActivationJournal } from './activation-journal.ts';
import type { TimelineEntry } from './activation-status.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { discardBuilt, type Workbench } from './executors.ts';
import type { Probation } from './probation.ts';
import type { VerifiedDesired } from './verify.ts';

interface KnownArtefact {
  readonly digest: Digest;
  readonly bytes: number;
}

export interface OutcomesOptions {
  readonly journal: ActivationJournal;
  readonly bench: Workbench;
  readonly probation: Probation;
  readonly store: ArtefactStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onTimeline: (entry: TimelineEntry) => void;
  /** Artefacts that something else than the journal's bundles needs. */
  readonly alsoNeeded: () => readonly KnownArtefact[];
}

/** What becomes of a bundle in the end, and what is written down of it. */
export class Outcomes {
  readonly #options: OutcomesOptions;
  /** That the current bundle did not come up is not written down: the next start of the agent tries again. */
  #startFailure: ActivationFailure | undefined;

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  /** Why the bundle that is desired, or the one that should run, does not. */
  get failure(): ActivationFailure | undefined {
    return this.#startFailure ?? this.#options.journal.state.failure ?? undefined;
  }

  /** The generations that are not tried again by themselves. */
  get failedGenerations(): ReadonlySet<number> {
    return new Set([this.#startFailure, this.#options.journal.state.failure].flatMap((known) => known?.generation ?? []));
  }

  /** What did not come up is of no account any more: something runs, or something newer is to. */
  forgetStart(): void {
    this.#startFailure = undefined;
  }

  /** A failed generation may be tried once more. */
  async forgive(generation: number): Promise<void> {
    if (this.#startFailure?.generation === generation) this.#startFailure = undefined;
    const { journal } = this.#options;
    if (journal.state.failure?.generation === generation) await journal.update(() => ({ failure: null }));
  }

  /** The artefacts of every bundle that the journal names. */
  get named(): KnownArtefact[] {
    const { current, previous, desired } = this.#options.journal.state;
    return [current, previous, desired].flatMap((bundle) => (bundle === null ? [] : artefactsOf(bundle.manifest)));
  }

  /** The new bundle has proven itself: what neither it nor the one before needs may go. */
  async confirm(): Promise<void> {
    const { journal, bench, probation, store, logger, alsoNeeded } = this.#options;
    probation.end();
    await journal.update(() => ({ probation: null }));
    const kept = new Set([...this.named, ...alsoNeeded()].map(({ digest }) => digest));
    const removed = await store.keepOnly(kept);
    for (const digest of bench.present) if (!kept.has(digest)) bench.present.delete(digest);
    logger.info('bundle confirmed', { generation: journal.state.current?.generation, artefactsRemoved: removed });
  }

  /** The generation cannot be activated: what runs goes on. */
  async fail(generation: number, reason: string, message: string): Promise<void> {
    const { journal, bench, onTimeline } = this.#options;
    await discardBuilt(bench);
    const { current, desired } = journal.state;
    const bundle = desired?.generation === generation ? desired : current;
    if (bundle === null) return;
    const failure = this.#failureOf({ ...bundle, generation }, reason, message);
    if (bundle === current) this.#startFailure = failure;
    else await journal.update(() => ({ failure }));
    onTimeline({ reason: 'ActivationFailed', message: `Generation ${generation}: ${message}`.slice(0, 1024), tone: 'critical' });
  }

  /** Back to what ran before the current bundle; that one is written down as failed, and stays what a retry goes to. */
  async rollBack(reason: string, message: string): Promise<void> {
    const { journal, bench, probation, onTimeline } = this.#options;
    probation.end();
    const { current: failed, previous } = journal.state;
    if (failed === null) return;
    const { running } = bench;
    bench.running = undefined;
    await running?.path.stop();
    await discardBuilt(bench);
    const failure = this.#failureOf(failed, reason, message);
    await journal.update(({ desired }) => ({ current: previous, previous: null, probation: null, failure, desired: desired ?? failed }));
    const back = previous === null ? 'nothing ran before it' : `generation ${previous.generation} runs again`;
    onTimeline({ reason: 'RolledBack', message: `Generation ${failed.generation} failed (${message}); ${back}.`.slice(0, 1024), tone: 'critical' });
  }

  #failureOf({ generation, digest }: Pick<VerifiedDesired, 'generation' | 'digest'>, reason: string, message: string): ActivationFailure {
    return { generation, bundle: digest, reason, message, at: this.#options.clock.now() };
  }
}
