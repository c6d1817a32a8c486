import type { Condition, HealthStatus, Report, SyncStatus } from '@selvedge/edge-runtime/protocol';

/** Everything that a node's two statuses follow from; nothing else may change them. */
export type StatusFacts = {
  revoked: boolean;
  /** Milliseconds since when the connection stands; null when there is none. */
  connectedSince: number | null;
  everConnected: boolean;
  desiredGeneration: number;
  desiredBundle: string | null;
  /** The last report; null before the first. */
  report: Pick<Report, 'observedGeneration' | 'bundle' | 'sync' | 'reason' | 'message' | 'activation' | 'conditions'> | null;
};

export type Verdict<Status> = { status: Status; reason: string; message: string };

/** Conditions whose being False makes a connected node Degraded, the weightiest first. */
const healthConditions = ['Ready', 'StoreReady', 'ModelsLoaded', 'SourcesConnected'];

/**
 * Is the node there, and well? With C = a connection stands, S = it was connected at least once:
 *
 *     NeverSeen = ¬S
 *     Offline   = S ∧ ¬C                 (a revoked node is never connected)
 *     Degraded  = C ∧ ¬W ∧ ∃ condition ∈ {Ready, StoreReady, ModelsLoaded, SourcesConnected}: status = False
 *     Healthy   = C ∧ ¬Degraded
 *
 * where W = it is switching to another bundle, which takes moments and is the other axis's to show. Exactly one holds. What the node should run plays no part: see `syncOf`.
 */
export function healthOf(facts: StatusFacts): Verdict<HealthStatus> {
  if (facts.revoked) return { status: 'Offline', reason: 'Revoked', message: 'Its key was revoked; it cannot connect.' };
  if (!facts.everConnected) return { status: 'NeverSeen', reason: 'NeverConnected', message: 'It has been approved and has not connected since.' };
  if (facts.connectedSince === null) return { status: 'Offline', reason: 'NoConnection', message: 'It has no connection to the control plane; it goes on working by itself.' };
  const switching = facts.report?.activation?.step === 'Switching';
  const failing = switching ? undefined : firstFailing(facts.report?.conditions ?? []);
  if (failing !== undefined) return { status: 'Degraded', reason: failing.reason, message: failing.message || `${failing.type} is false.` };
  return { status: 'Healthy', reason: 'Connected', message: 'Connected, and everything it reports is well.' };
}

function firstFailing(conditions: Condition[]): Condition | undefined {
  for (const type of healthConditions) {
    const condition = conditions.find((candidate) => candidate.type === type);
    if (condition?.status === 'False') return condition;
  }
  return undefined;
}

/**
 * Does the node run what it should? With D = desired generation, O = observed generation (the one the node says it has
 * converged to), B = its bundle is the desired one, R = the status in its report, A = the generation it is activating:
 *
 *     Unknown   = nothing was reported ∨ (D = 0 ∧ O = 0) ∨ (O = D ∧ B ∧ R = Unknown)
 *     Failed    = R = Failed ∧ (A is absent ∨ A ≥ D ∨ (O = D ∧ B))
 *     Drifted   = O > D ∨ (O = D ∧ (¬B ∨ R = Drifted))
 *     Applying  = (O < D ∧ A = D ∧ not staged) ∨ (O = D ∧ B ∧ R = Applying)
 *     OutOfSync = O < D ∧ (A ≠ D ∨ staged: all is done but the switch, which waits for its window), or O = D ∧ B ∧ R = OutOfSync
 *     Synced    = O = D > 0 ∧ B ∧ R = Synced
 *
 * The first that holds counts, in this order. Only the node's own report makes it Synced (I9). Being connected plays no
 * part but in the message: what was last reported stays true until something else is.
 */
export function syncOf(facts: StatusFacts): Verdict<SyncStatus> {
  const { report, desiredGeneration: desired } = facts;
  if (report === null) return { status: 'Unknown', reason: 'NeverReported', message: 'It has not reported yet.' };
  const observed = report.observedGeneration;
  if (desired === 0 && observed === 0) return { status: 'Unknown', reason: 'NothingAssigned', message: 'Nothing was deployed to it yet.' };
  const applying = report.activation?.generation;
  if (report.sync === 'Failed' && (applying === undefined || applying >= desired)) {
    return { status: 'Failed', reason: report.reason, message: report.message };
  }
  if (observed > desired) {
    return { status: 'Drifted', reason: 'AheadOfControlPlane', message: `It runs generation ${observed}, newer than anything known here (${desired}).` };
  }
  if (observed < desired) return behind(facts, observed, applying);
  if ((report.bundle ?? null) !== facts.desiredBundle) {
    return { status: 'Drifted', reason: 'OtherBundle', message: `It reports generation ${observed} but runs a bundle that was not assigned under that number.` };
  }
  return { status: report.sync, reason: report.reason, message: report.message };
}

function behind(facts: StatusFacts, observed: number, applying: number | undefined): Verdict<SyncStatus> {
  const desired = facts.desiredGeneration;
  const activation = facts.report?.activation;
  if (activation !== undefined && applying === desired) {
    // What keeps it from going on, where something does, is said in place of the step.
    const reason = facts.report?.sync === 'Applying' ? facts.report.reason : activation.step;
    return { status: activation.step === 'Staged' ? 'OutOfSync' : 'Applying', reason, message: activation.message ?? `Generation ${desired}: ${activation.step.toLowerCase()}.` };
  }
  if (facts.connectedSince === null) {
    return { status: 'OutOfSync', reason: 'WaitsForConnection', message: `It reported generation ${observed} and learns of ${desired} when it connects.` };
  }
  // It was told and says why it does not begin: it is held at its site, or waits for its window.
  if (facts.report?.sync === 'OutOfSync') return { status: 'OutOfSync', reason: facts.report.reason, message: facts.report.message };
  return { status: 'OutOfSync', reason: 'Requested', message: `Generation ${desired} was requested; it reports ${observed}.` };
}

/** A node claimed by more than one fleet keeps the one it has, and says so until the overlap is mended. */
export function multipleOwnersCondition(claimedBy: { name: string }[], current: { name: string } | null, at: number, generation: number): Condition | null {
  if (claimedBy.length < 2) return null;
  const names = claimedBy.map((fleet) => fleet.name).join(', ');
  return {
    type: 'MultipleOwners',
    status: 'True',
    reason: 'SelectorsOverlap',
    message: current === null ? `${names} all claim it; it is in none of them until one does.` : `${names} all claim it; it stays in ${current.name}.`,
    lastTransitionTime: at,
    observedGeneration: generation,
  };
}

/** Rollouts leave the node out until it is let back. */
export function quarantinedCondition(quarantine: { since: number; by: string | null; because: string }, generation: number): Condition {
  const { since, by, because } = quarantine;
  return { type: 'Quarantined', status: 'True', reason: by === null ? 'RepeatedFailure' : 'ByPerson', message: by === null ? because : `${by}: ${because}`.slice(0, 1024), lastTransitionTime: since, observedGeneration: generation };
}
