import type { Clock } from '../kernel/clock.ts';
import type { ActivationJournal } from './activation-journal.ts';

/**
 * A bundle whose path crashed, or with which the agent was started, this often without surviving its probation is rolled
 * back. The agent may also have been killed from outside, so its own starts count for less.
 */
const CRASHES_MAX = 3;
const STARTS_MAX = 6;

export interface ProbationOptions {
  readonly journal: ActivationJournal;
  readonly clock: Clock;
  /** How long a new bundle must run before the one before it is given up. */
  readonly probationMs: number;
  readonly onVerdict: () => void;
}

/** Why the bundle on probation is to be given up: a reason by its name, and in words. */
export interface Failed {
  readonly reason: 'PathCrashed' | 'CrashLoop';
  readonly message: string;
}

/** Whether a bundle that the journal has on probation has proven itself, by running through the whole of it: a crash begins it anew. */
export class Probation {
  readonly #options: ProbationOptions;
  #crashes = 0;
  #isProven = false;
  #failed: Failed | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: ProbationOptions) {
    this.#options = options;
  }

  get isProven(): boolean {
    return this.#isProven;
  }

  get failed(): Failed | undefined {
    return this.#failed;
  }

  /** A bundle runs from now on; where it is on probation its time begins. */
  begin(): void {
    this.end();
    if (this.#options.journal.state.probation === null) return;
    this.#cancel = this.#options.clock.after(this.#options.probationMs, () => {
      this.#isProven = true;
      this.#options.onVerdict();
    });
  }

  /** No verdict will come of what runs now. */
  end(): void {
    this.#cancel?.();
    this.#isProven = false;
    this.#failed = undefined;
  }

  /** Another bundle is about to run: it answers for its own crashes. */
  renew(): void {
    this.end();
    this.#crashes = 0;
  }

  /** The running path crashed and is being started again. */
  crashed(message: string): void {
    this.begin();
    if (!this.#hasWayBack()) return;
    this.#crashes += 1;
    if (this.#crashes < CRASHES_MAX) return;
    this.#failed = { reason: 'PathCrashed', message };
    this.#options.onVerdict();
  }

  /** A start of the agent while a bundle is on probation counts against it: it may be what brings the agent down. */
  async countStart(): Promise<void> {
    const { journal, probationMs } = this.#options;
    const { probation } = journal.state;
    if (probation === null || !this.#hasWayBack()) return;
    if (probation.starts < STARTS_MAX) return journal.update(() => ({ probation: { starts: probation.starts + 1 } }));
    this.#failed = { reason: 'CrashLoop', message: `the agent was started ${probation.starts} times without this bundle surviving its first ${probationMs / 1000} s` };
  }

  /** Where nothing ran before there is nothing better to go back to. */
  #hasWayBack(): boolean {
    const { probation, previous } = this.#options.journal.state;
    return probation !== null && previous !== null;
  }
}
