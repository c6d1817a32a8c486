import type { TimelineRecord } from '../protocol/index.ts';
import type { ActivationFailure, Hold } from './activation-journal.ts';
import type { ActivationProgress } from './executors.ts';
import type { Waiting } from './schedule.ts';
import type { VerifiedDesired } from './verify.ts';

/** Where an activation stands, for reports and for whoever asks at the site. */
export interface ActivationStatus {
  readonly running: VerifiedDesired | undefined;
  /** What the node has converged to: what runs, or what ran when something newer has yet to start. */
  readonly converged: VerifiedDesired | undefined;
  readonly current: VerifiedDesired | undefined;
  readonly desired: VerifiedDesired | undefined;
  readonly progress: ActivationProgress | undefined;
  readonly failure: ActivationFailure | undefined;
  /** What was refused last, until something is accepted. */
  readonly rejection: { readonly code: string; readonly message: string } | undefined;
  readonly hold: Hold | undefined;
  /** What is desired waits for this window; undefined when it does not. */
  readonly waiting: Waiting | undefined;
}

export type TimelineEntry = Pick<TimelineRecord, 'reason' | 'message' | 'tone'>;
