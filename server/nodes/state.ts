import type { HealthStatus, Report, SyncStatus } from '@selvedge/edge-runtime/protocol';
import { healthOf, syncOf } from './status.ts';
import type { StatusFacts, Verdict } from './status.ts';

export type Since<Status> = Verdict<Status> & { since: number };

/** The facts about a node from which its statuses follow, and the statuses as they were last written. */
export type NodeState = {
  id: string;
  organizationId: string;
  name: string;
  fleetId: string | null;
  revokedAt: number | null;
  instance: string | null;
  connectedSince: number | null;
  disconnectedAt: number | null;
  desiredGeneration: number;
  desiredBundle: string | null;
  desiredAt: number | null;
  report: Report | null;
  reportedAt: number | null;
  health: Since<HealthStatus>;
  sync: Since<SyncStatus>;
};

export type NodeFacts = Partial<
  Pick<NodeState, 'revokedAt' | 'instance' | 'connectedSince' | 'disconnectedAt' | 'desiredGeneration' | 'desiredBundle' | 'desiredAt' | 'report' | 'reportedAt'>
>;

export type Tone = 'info' | 'positive' | 'notice' | 'critical';
export type TimelineNote = { tone: Tone; reason: string; message: string };

/** The node with these facts changed, and what its timeline should say about it. Statuses keep their `since` while they hold. */
export function withFacts(before: NodeState, facts: NodeFacts, now: number): { state: NodeState; notes: TimelineNote[] } {
  if (facts.desiredGeneration !== undefined && facts.desiredGeneration < before.desiredGeneration) {
    throw new RangeError(`the desired generation of ${before.name} cannot go from ${before.desiredGeneration} back to ${facts.desiredGeneration}`);
  }
  const changed = { ...before, ...facts };
  const given = statusFacts(changed);
  const health = since(before.health, healthOf(given), now);
  const sync = since(before.sync, syncOf(given), now);
  return { state: { ...changed, health, sync }, notes: [...healthNotes(before.health, health), ...syncNotes(before.sync, sync, changed)] };
}

/** Of a node that was approved just now. */
export function newNodeState(node: Pick<NodeState, 'id' | 'organizationId' | 'name'>, now: number): NodeState {
  const state: Omit<NodeState, 'health' | 'sync'> = {
    ...node,
    fleetId: null,
    revokedAt: null,
    instance: null,
    connectedSince: null,
    disconnectedAt: null,
    desiredGeneration: 0,
    desiredBundle: null,
    desiredAt: null,
    report: null,
    reportedAt: null,
  };
  const facts = statusFacts(state);
  return { ...state, health: { ...healthOf(facts), since: now }, sync: { ...syncOf(facts), since: now } };
}

function statusFacts(state: Omit<NodeState, 'health' | 'sync'>): StatusFacts {
  return {
    revoked: state.revokedAt !== null,
    connectedSince: state.connectedSince,
    everConnected: state.connectedSince !== null || state.disconnectedAt !== null,
    desiredGeneration: state.desiredGeneration,
    desiredBundle: state.desiredBundle,
    report: state.report,
  };
}

function since<Status>(before: Since<Status>, verdict: Verdict<Status>, now: number): Since<Status> {
  return { ...verdict, since: before.status === verdict.status && before.reason === verdict.reason ? before.since : now };
}

const healthTones: Record<HealthStatus, Tone> = { Healthy: 'positive', Degraded: 'notice', Offline: 'critical', NeverSeen: 'info' };
const syncTones: Record<SyncStatus, Tone> = { Synced: 'positive', OutOfSync: 'info', Applying: 'info', Drifted: 'notice', Failed: 'critical', Unknown: 'info' };

function healthNotes(before: Since<HealthStatus>, after: Since<HealthStatus>): TimelineNote[] {
  if (before.status === after.status && before.reason === after.reason) return [];
  return [{ tone: healthTones[after.status], reason: after.reason, message: `${after.status}: ${after.message}` }];
}

/** Steps of an activation are shown where it runs; the timeline has its beginning and its end. */
function syncNotes(before: Since<SyncStatus>, after: Since<SyncStatus>, state: Pick<NodeState, 'report' | 'desiredGeneration'>): TimelineNote[] {
  if (before.status === after.status && (before.reason === after.reason || after.status === 'Applying' || after.status === 'OutOfSync')) return [];
  const observed = state.report?.observedGeneration;
  const message = after.status === 'Synced' ? `Synced: runs generation ${observed}.` : `${after.status}: ${after.message}`;
  return [{ tone: syncTones[after.status], reason: after.reason, message }];
}
