import type { Clock } from '../kernel/clock.ts';
import type { ActivationJournal, Hold } from './activation-journal.ts';
import type { TimelineEntry } from './activation-status.ts';
import { opensInMs, type Waiting, waitingOf } from './schedule.ts';

export interface RestraintOptions {
  readonly journal: ActivationJournal;
  readonly clock: Clock;
  readonly onTimeline: (entry: TimelineEntry) => void;
}

/** What keeps a node from changing though it could: a hold that a person at the site set, and windows that were not yet open. */
export class Restraint {
  readonly #options: RestraintOptions;

  constructor(options: RestraintOptions) {
    this.#options = options;
  }

  /** Forbids changes until `until`, in milliseconds since 1970. */
  async hold(until: number, reason: string): Promise<void> {
    await this.#options.journal.update(() => ({ hold: { until, reason } }));
    this.#options.onTimeline({ reason: 'Held', message: `Held at the site until ${new Date(until).toISOString()}: ${reason}`, tone: 'notice' });
  }

  /** Ends the hold; false when there was none. */
  async release(): Promise<boolean> {
    if (this.#options.journal.state.hold === null) return false;
    await this.#options.journal.update(() => ({ hold: null }));
    this.#options.onTimeline({ reason: 'Released', message: 'The hold at the site was ended.', tone: 'info' });
    return true;
  }

  /** The hold that holds now. */
  get held(): Hold | undefined {
    const { hold } = this.#options.journal.state;
    return hold !== null && hold.until > this.#options.clock.now() ? hold : undefined;
  }

  /** The windows that what is desired waits for. */
  get waiting(): Waiting | undefined {
    const { desired } = this.#options.journal.state;
    return desired === null ? undefined : waitingOf(desired.told, this.#options.clock.now());
  }

  /** Milliseconds until the hold ends or a window opens; for ever when neither is waited for. */
  get endsInMs(): number {
    const now = this.#options.clock.now();
    return Math.min((this.held?.until ?? Number.POSITIVE_INFINITY) - now, opensInMs(this.waiting, now));
  }
}
