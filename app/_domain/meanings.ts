import type { ActivationStep, Condition, HealthStatus, SyncStatus } from '../../edge-runtime/protocol/states.ts';
import type { RepositoryStatus } from '../../server/repositories/schema.ts';
import type { Tone } from '../_ui/status.tsx';

/** How one value of a closed set of states is shown, and what it means in a sentence. */
export interface Meaning {
  tone: Tone;
  word: string;
  means: string;
  /** It will change by itself; only such a mark moves. */
  moving?: boolean;
  /** What a person can do about it, where there is something. */
  next?: string;
}

export type RolloutState = 'Draft' | 'WaitingForApproval' | 'Scheduled' | 'Progressing' | 'Paused' | 'Suspended' | 'RollingBack' | 'RolledBack' | 'Succeeded' | 'Cancelled' | 'Superseded';
export type RolloutNodeState = 'ToCome' | 'Requested' | 'Applying' | 'Staged' | 'Running' | 'Failed' | 'Offline' | 'Skipped';
export type EnrollmentState = 'Pending' | 'Approved' | 'Denied';

export const healthMeanings: Record<HealthStatus, Meaning> = {
  Healthy: { tone: 'positive', word: 'Healthy', means: 'It is connected and all of its conditions are true.' },
  Degraded: { tone: 'notice', word: 'Degraded', means: 'It is connected, and at least one of its conditions is not true.', next: 'Open it and see which condition.' },
  Offline: { tone: 'critical', word: 'Offline', means: 'No heartbeat for longer than it should take. It may well go on working at its site.', next: 'Check its network and power; what it buffers arrives when it is back.' },
  NeverSeen: { tone: 'neutral', word: 'NeverSeen', means: 'It was approved and has not connected since.', next: 'Start its agent.' },
};

export const syncMeanings: Record<SyncStatus, Meaning> = {
  Synced: { tone: 'positive', word: 'Synced', means: 'It reported that it runs exactly what is desired.' },
  OutOfSync: { tone: 'notice', word: 'OutOfSync', means: 'What it last reported is not what is desired, and it is not being changed now.', next: 'Open it and see what it waits for.' },
  Applying: { tone: 'info', word: 'Applying', means: 'It is on its way to what is desired.', moving: true },
  Drifted: { tone: 'notice', word: 'Drifted', means: 'It had what is desired and has since changed without being told to.', next: 'Retry, which applies the desired bundle again.' },
  Failed: { tone: 'critical', word: 'Failed', means: 'It tried what is desired, could not, and still runs what it ran before.', next: 'Read why, then retry or roll back.' },
  Unknown: { tone: 'neutral', word: 'Unknown', means: 'It has not said what it runs.' },
};

export const repositoryMeanings: Record<RepositoryStatus, Meaning> = {
  Synced: { tone: 'positive', word: 'Synced', means: 'All that it says is so here.' },
  OutOfSync: { tone: 'notice', word: 'OutOfSync', means: 'Something of its newest commit is not so here yet.', next: 'Look at what differs, then sync.' },
  Drifted: { tone: 'notice', word: 'Drifted', means: 'Something that it applied was changed here since.', next: 'Look at what differs, then sync, or change the document.' },
  Failed: { tone: 'critical', word: 'Failed', means: 'Its branch could not be read, or its newest commit not be applied. What was applied before stays.', next: 'Mend what the message names.' },
  Unknown: { tone: 'neutral', word: 'Unknown', means: 'Its branch was not read and compared yet.', moving: true },
};

export const conditionMeanings: Record<Condition['status'], Meaning> = {
  True: { tone: 'positive', word: 'True', means: 'As it should be.' },
  False: { tone: 'critical', word: 'False', means: 'Not as it should be; the reason says why.' },
  Unknown: { tone: 'neutral', word: 'Unknown', means: 'The node cannot tell.' },
};

/** Conditions that are there only when something is wrong. */
export const isTrouble = (type: string): boolean => type === 'MultipleOwners' || type === 'Quarantined';
export const troubleMeaning: Meaning = { tone: 'notice', word: 'True', means: 'It needs a person; the message says why.' };
export const quarantinedMeaning: Meaning = { tone: 'critical', word: 'Quarantined', means: 'Rollouts leave it out until it is let back.', next: 'Open it: lift the quarantine when it is mended.' };

export const rolloutMeanings: Record<RolloutState, Meaning> = {
  Draft: { tone: 'neutral', word: 'Draft', means: 'Planned and not begun.' },
  WaitingForApproval: { tone: 'notice', word: 'WaitingForApproval', means: 'It goes on when enough people have approved its plan.', next: 'Review the plan.' },
  Scheduled: { tone: 'info', word: 'Scheduled', means: 'It begins by itself at its time.' },
  Progressing: { tone: 'info', word: 'Progressing', means: 'Nodes are being moved, a wave at a time.', moving: true },
  Paused: { tone: 'notice', word: 'Paused', means: 'A person stopped it; nodes that already had the word go on.', next: 'Resume it, or roll it back.' },
  Suspended: { tone: 'critical', word: 'Suspended', means: 'It stopped itself because a limit of its policy was passed.', next: 'Read the decision, then resume or roll back.' },
  RollingBack: { tone: 'notice', word: 'RollingBack', means: 'Its nodes are being given back what they ran before.', moving: true },
  RolledBack: { tone: 'neutral', word: 'RolledBack', means: 'All of its nodes have again what they ran before.' },
  Succeeded: { tone: 'positive', word: 'Succeeded', means: 'Every node it had to move reported that it runs the new bundle.' },
  Cancelled: { tone: 'neutral', word: 'Cancelled', means: 'A person ended it; nodes stay where they are.' },
  Superseded: { tone: 'neutral', word: 'Superseded', means: 'A later rollout of the same fleet took its place.' },
};

export const rolloutNodeMeanings: Record<RolloutNodeState, Meaning> = {
  ToCome: { tone: 'neutral', word: 'ToCome', means: 'Its wave has not begun.' },
  Requested: { tone: 'info', word: 'Requested', means: 'The change is recorded for it; it has not answered yet.', moving: true },
  Applying: { tone: 'info', word: 'Applying', means: 'It reported that it fetches, verifies, builds or switches.', moving: true },
  Staged: { tone: 'info', word: 'Staged', means: 'It reported that it has fetched, verified and tried it, and waits for its window. It still runs what it ran.' },
  Running: { tone: 'positive', word: 'Running', means: 'It reported that it runs the new bundle.' },
  Failed: { tone: 'critical', word: 'Failed', means: 'It could not, and still runs what it ran before.', next: 'Read why, then retry or roll back.' },
  Offline: { tone: 'notice', word: 'Offline', means: 'It is not connected; it gets the change when it is.' },
  Skipped: { tone: 'neutral', word: 'Skipped', means: 'It left the fleet or was revoked meanwhile.' },
};

export const enrollmentMeanings: Record<EnrollmentState, Meaning> = {
  Pending: { tone: 'notice', word: 'Pending', means: 'It asks to join and waits for a person.', next: 'Compare the fingerprint with the one on the node, then approve or deny.' },
  Approved: { tone: 'positive', word: 'Approved', means: 'A person or an enrolment token let it in.' },
  Denied: { tone: 'neutral', word: 'Denied', means: 'A person turned it away; its key may not ask again.' },
};

/** The steps of an activation as a person would say them. */
export const activationWords: Record<ActivationStep, string> = {
  Fetching: 'fetches what it lacks',
  Verifying: 'verifies signatures and digests',
  Building: 'builds rules and models beside the running ones',
  Staged: 'has tried it and waits for its window',
  Switching: 'switches',
  Running: 'runs it',
  Failed: 'failed',
};
