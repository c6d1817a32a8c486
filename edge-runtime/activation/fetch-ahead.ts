import { backOffMs, type Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { artefactsOf, type BundleManifest, type Digest, type Envelope, openingOf, opensAt, type Window } from '../protocol/index.ts';
import type { ActivationStatus, TimelineEntry } from './activation-status.ts';
import { type ArtefactSource, type Download, downloadArtefact } from './artefact-download.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { requireDiskFor } from './room.ts';
import type { TrustAnchor } from './trust.ts';
import { Rejection, verifyManifest } from './verify.ts';
import { Wake } from './wake.ts';

export interface FetchAheadOptions {
  readonly store: ArtefactStore;
  readonly trust: TrustAnchor;
  /** Where to fetch from; undefined while there is no link. */
  readonly source: () => ArtefactSource | undefined;
  /** Of the activation: nothing is fetched ahead beside one, nor while the node is held at its site. */
  readonly status: () => Pick<ActivationStatus, 'desired' | 'failure' | 'hold'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onTimeline: (entry: TimelineEntry) => void;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
}

interface Offer {
  readonly digest: Digest;
  readonly manifest: BundleManifest;
  readonly windows: readonly Window[];
}

/** After it made room for an activation nothing is fetched for so long: that one fetches piece after piece. */
const GIVES_WAY_MS = 15_000;
const IDLE_MS = 3_600_000;

/**
 * Fetches what the node has not been told to run and may be told: the bundle of a rollout whose later wave it is in. It changes nothing that runs or is
 * desired. One bundle at a time, the newest offered; proven like any other before a byte of it is fetched (I3), within its windows, where the disk has
 * room, and never beside an activation. What it fetched the activation finds on the disk, and proves again.
 */
export class FetchAhead {
  readonly #options: FetchAheadOptions;
  #offer: Offer | undefined;
  #done: Digest | undefined;
  #quietUntil = 0;
  #interrupt = new AbortController();
  #fetching: Promise<void> = Promise.resolve();
  readonly #wake: Wake;

  constructor(options: FetchAheadOptions) {
    this.#options = options;
    this.#wake = new Wake(options.clock);
  }

  /** What must not be removed from the disk on its account. */
  get artefacts(): readonly Download[] {
    return this.#offer === undefined ? [] : artefactsOf(this.#offer.manifest);
  }

  /** Takes the place of what was offered before. What no trusted key signed is refused. */
  offer(bundle: Envelope, windows: readonly Window[]): void {
    try {
      const { digest, manifest } = verifyManifest(bundle, this.#options.trust.trust);
      if (this.#offer?.digest !== digest) this.#interrupt.abort(new Error('another bundle was offered'));
      this.#offer = { digest, manifest, windows };
      this.#wake.poke();
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      this.#options.logger.warn('a bundle that was offered ahead was refused', { reason: error.code, problem: error.message });
    }
  }

  /** Something changed that it may have waited for: the link, or the end of an activation. */
  poke(): void {
    this.#wake.poke();
  }

  /** An activation is about to write into the store: resolves when nothing else does. What came stays, to be gone on from. */
  async giveWay(): Promise<void> {
    this.#quietUntil = this.#options.clock.now() + GIVES_WAY_MS;
    this.#interrupt.abort(new Error('an activation goes first'));
    await this.#fetching;
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#interrupt.abort(new Error('stopping')), { once: true });
    let attempts = 0;
    while (!signal.aborted) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        await this.#wake.rest(waitMs, signal);
        continue;
      }
      this.#interrupt = new AbortController();
      const { signal: interrupted } = this.#interrupt;
      let failure: unknown;
      this.#fetching = this.#fetchAll(interrupted).catch((error: unknown) => void (failure = error));
      await this.#fetching;
      if (failure === undefined) attempts = 0;
      else if (!interrupted.aborted) {
        attempts += 1;
        this.#options.logger.info('what is fetched ahead is tried again', { problem: messageOf(failure) });
        await this.#wake.rest(backOffMs(attempts, this.#options.retry.minMs, this.#options.retry.maxMs, this.#options.random), signal);
      }
    }
  }

  /** How long there is nothing to do; 0 when there is. */
  #waitMs(): number {
    const { clock, source, status } = this.#options;
    const now = clock.now();
    if (this.#offer === undefined || this.#done === this.#offer.digest || source() === undefined || isBusy(status())) return IDLE_MS;
    if (now < this.#quietUntil) return this.#quietUntil - now;
    return openingOf(this.#offer.windows, now).open ? 0 : Math.min(IDLE_MS, opensAt(this.#offer.windows, now) - now);
  }

  async #fetchAll(signal: AbortSignal): Promise<void> {
    const { store, source, clock, onTimeline } = this.#options;
    const [offer, from] = [this.#offer, source()];
    if (offer === undefined || from === undefined) return;
    const present = new Set<Digest>();
    const artefacts = artefactsOf(offer.manifest);
    for (const { digest, bytes } of artefacts) if (await store.intact(digest, bytes)) present.add(digest);
    await requireDiskFor(store, offer.manifest, present);
    const lacking = artefacts.filter(({ digest }) => !present.has(digest));
    for (const artefact of lacking) {
      signal.throwIfAborted();
      await downloadArtefact({ store, source: from, clock }, artefact, () => undefined, signal);
    }
    this.#done = offer.digest;
    const bytes = lacking.reduce((sum, artefact) => sum + artefact.bytes, 0);
    if (lacking.length > 0) onTimeline({ reason: 'BundleFetchedAhead', message: `Bundle ${offer.digest.slice('sha256:'.length, 'sha256:'.length + 12)} of a later wave is on the disk: ${lacking.length} files, ${bytes} bytes.`, tone: 'info' });
  }
}

/** Something is desired that does not run, and that did not fail; or a person at the site forbids changes. */
function isBusy({ desired, failure, hold }: Pick<ActivationStatus, 'desired' | 'failure' | 'hold'>): boolean {
  return hold !== undefined || (desired !== undefined && desired.generation !== failure?.generation);
}
