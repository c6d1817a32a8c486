import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { artefactsOf, canonicalJson, type Digest } from '../protocol/index.ts';
import type { ActivationJournal } from './activation-journal.ts';
import type { ActivationStatus, TimelineEntry } from './activation-status.ts';
import type { TrustAnchor } from './trust.ts';
import { Rejection, type SignedDesired, type VerifiedDesired, verifyDesired } from './verify.ts';

export interface AcceptanceOptions {
  readonly journal: ActivationJournal;
  readonly trust: TrustAnchor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
  readonly onTimeline: (entry: TimelineEntry) => void;
  /** Something newer is written down. */
  readonly onTaken: () => void;
}

/** How soon what the disk could not take down is tried again. */
const AGAIN_MS = 15_000;

/** What the node takes on: proven by a key that it trusts, meant for it, newer than anything it has accepted (I1, I3), and in time. */
export class Acceptance {
  readonly #options: AcceptanceOptions;
  readonly #examined = new Set<VerifiedDesired>();
  #rejection: ActivationStatus['rejection'];
  /** The generation that was refused; 0 when nobody who is believed named one. */
  #refused = 0;
  #endWait: () => void = () => undefined;

  constructor(options: AcceptanceOptions) {
    this.#options = options;
  }

  /** What was refused last, until something is accepted. */
  get rejection(): ActivationStatus['rejection'] {
    return this.#rejection;
  }

  /** The artefacts of what was examined and not yet let go of. */
  get needed(): { digest: Digest; bytes: number }[] {
    return [...this.#examined].flatMap(({ manifest }) => artefactsOf(manifest));
  }

  /** Takes a desired state on, or refuses it and says so; what is known already is no news. What the disk cannot take down now is tried again. */
  async accept(signed: SignedDesired): Promise<void> {
    this.end();
    let offered = 0;
    try {
      const desired = verifyDesired(signed, this.#options.trust.trust, this.#taken());
      offered = desired.generation;
      await this.take(desired);
    } catch (error) {
      if (!(error instanceof Rejection)) return this.#again(signed, offered, error);
      this.#options.logger.warn('refused a desired state', { code: error.code, reason: error.message });
      this.#options.onTimeline({ reason: error.code, message: error.message.slice(0, 1024), tone: 'critical' });
      if (error.code !== 'OlderGeneration') this.#refuse(offered, error.code, error.message);
      this.#options.onChange();
    }
  }

  /** Proves a desired state without taking it on; throws a `Rejection`. Until `release` its artefacts are not tidied away. */
  examine(signed: SignedDesired): { desired: VerifiedDesired; release: () => void } {
    const desired = verifyDesired(signed, this.#options.trust.trust, this.#taken());
    if (!this.#isKnown(desired)) {
      this.#requireValid(desired);
      requireNewer(desired, this.#options.journal.state.highestGeneration);
    }
    this.#examined.add(desired);
    return { desired, release: () => void this.#examined.delete(desired) };
  }

  /** Writes a proven desired state down; throws a `Rejection` when it is too old. */
  async take(desired: VerifiedDesired): Promise<void> {
    if (this.#isKnown(desired)) return this.#forget(desired.generation);
    this.#requireValid(desired);
    await this.#options.journal.update(({ highestGeneration }) => {
      requireNewer(desired, highestGeneration);
      return { desired, highestGeneration: desired.generation, failure: null };
    });
    this.#rejection = undefined;
    this.#options.onTaken();
  }

  /** Nothing is tried again. */
  end(): void {
    this.#endWait();
  }

  /** Nobody repeats what was told before the next connection, and the disk may have room sooner. */
  #again(signed: SignedDesired, offered: number, error: unknown): void {
    const message = `What it was told to run could not be written down, and is tried again: ${messageOf(error)}`.slice(0, 1024);
    if (this.#rejection?.code !== 'DiskFailed') this.#options.onTimeline({ reason: 'DiskFailed', message, tone: 'critical' });
    this.#refuse(offered, 'DiskFailed', message);
    this.#endWait = this.#options.clock.after(AGAIN_MS, () => void this.accept(signed));
    this.#options.onChange();
  }

  #refuse(offered: number, code: string, message: string): void {
    this.#rejection = { code, message };
    this.#refused = offered;
  }

  /** Who is believed says what is known: then what was refused before is no longer offered. Something older may be a recording, and says nothing. */
  #forget(generation: number): void {
    if (this.#rejection === undefined || generation < this.#refused) return;
    this.#rejection = undefined;
    this.#options.onChange();
  }

  /** Bundles that the node took on, whoever had to sign then: what runs goes on, also under another generation. */
  #taken(): Digest[] {
    const { current, desired } = this.#options.journal.state;
    return [current, desired].flatMap((known) => known?.digest ?? []);
  }

  /** The control plane repeats itself after every connection; what is told again differs in how long it may be taken on. */
  #isKnown(offered: VerifiedDesired): boolean {
    const { current, desired } = this.#options.journal.state;
    const said = ({ told }: VerifiedDesired): string => canonicalJson({ ...told, validUntil: 0 });
    return [current, desired].some((known) => known !== null && said(known) === said(offered));
  }

  /** Somebody may hold back what is new and play back what was recorded: that is not taken on for ever. */
  #requireValid({ generation, told: { validUntil } }: VerifiedDesired): void {
    const now = this.#options.clock.now();
    if (validUntil === undefined || now <= validUntil) return;
    throw new Rejection('Expired', `Generation ${generation} could be taken on until ${new Date(validUntil).toISOString()}; the clock of this node says ${new Date(now).toISOString()}.`);
  }
}

/** However far ahead a control plane is of a node that was away; one that is further wants that nothing can follow it. */
const generationsAheadMax = 1_000_000_000;

function requireNewer({ generation }: VerifiedDesired, highest: number): void {
  if (generation > highest + generationsAheadMax) throw new Rejection('TooFarAhead', `Generation ${generation} was offered; this node has accepted ${highest}, and goes at most ${generationsAheadMax} further at a time.`);
  if (generation <= highest) throw new Rejection('OlderGeneration', `Generation ${generation} was offered; this node has already accepted ${highest}.`);
}
