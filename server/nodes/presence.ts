import type { Report } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { wholeOf } from '../kernel/reach.ts';
import { beginHeartbeats, findSilentNodes, insertTimeline, lockNodes, lockStates, saveStates, toState, writeAgentFacts, writeHeartbeats } from './repository.ts';
import type { AgentFacts, NewTimelineEntry, NodeRow, StateRow } from './repository.ts';
import { factsIn } from './state-columns.ts';
import type { Fact } from './state-columns.ts';
import { withFacts } from './state.ts';
import type { NodeFacts, NodeState } from './state.ts';
import { timelineEntries } from './timeline.ts';

/*
 * What the agent link tells of nodes. Each call is one transaction that writes facts, the statuses that follow from them,
 * the timeline, and an outbox row for pages and rollouts; a call that changes no status costs the same for any fleet.
 */

export type Arrival = AgentFacts & { id: string; instance: string };
/** Since when a connection stands, by which its end is told from that of a later one, and whether the node is to have another key. */
export type Arrived = { since: number; rotateKey: boolean };

/** Connections stand, of any number of nodes in one transaction. A node that was revoked in the meantime is not among the answers. */
export async function nodesConnected(deps: Deps, organizationId: string, arrivals: readonly Arrival[], requestId: string): Promise<Map<string, Arrived>> {
  const now = deps.clock.now();
  const byId = new Map(arrivals.map((arrival) => [arrival.id, arrival]));
  // Before they stand: whoever is connected is found when it falls silent.
  await beginHeartbeats(deps.db, [...byId.keys()], now);
  return performChange(deps, systemActor(organizationId, requestId, 'agent link'), async (change) => {
    const rows = (await lockNodes(change.tx, wholeOf(organizationId), [...byId.keys()])).filter((row) => row.revokedAt === null && row.keyRevokedAt === null);
    await writeAgentFacts(change.tx, new Map(arrivals.map((arrival) => [arrival.id, arrival])));
    await changeFacts(deps, change, rows, (row) => ({ connectedSince: now, instance: byId.get(row.id)?.instance ?? null }), now);
    return new Map(rows.map((row) => [row.id, { since: now, rotateKey: row.keyRotationRequestedAt !== null }]));
  });
}

/** Connections ended. A node that has connected again since is left alone. */
export async function nodesDisconnected(deps: Deps, organizationId: string, nodes: readonly { id: string; connectedSince: number; lastSeenAt: number }[], requestId: string): Promise<void> {
  const now = deps.clock.now();
  const since = new Map(nodes.map((node) => [node.id, node.connectedSince]));
  await performChange(deps, systemActor(organizationId, requestId, 'agent link'), async (change) => {
    const rows = await lockNodes(change.tx, wholeOf(organizationId), [...since.keys()]);
    const ended = rows.filter((row) => row.connectedSince?.getTime() === since.get(row.id));
    await changeFacts(deps, change, ended, () => ({ connectedSince: null, disconnectedAt: now }), now);
  });
  await writeHeartbeats(deps.db, new Map(nodes.map((node) => [node.id, node.lastSeenAt])));
}

/** Nodes of one organization said where they stand, each at most once, in one transaction. */
export async function nodesReported(deps: Deps, organizationId: string, reports: readonly { id: string; report: Report }[], requestId: string): Promise<void> {
  const now = deps.clock.now();
  const byId = new Map(reports.map(({ id, report }) => [id, report]));
  await performChange(deps, systemActor(organizationId, requestId, 'agent link'), async (change) => {
    const rows = await lockStates(change.tx, organizationId, [...byId.keys()]);
    await changeFacts(deps, change, rows, (row) => ({ report: byId.get(row.id) ?? null, reportedAt: now }), now);
  });
}

/**
 * Nodes are to run other bundles: each gets its next generation, above everything it was ever told or said (I1). Call within
 * the change that records why; the topic `assignment` makes the link tell them once it is committed, and pages show it. `byRollout`
 * says that a rollout tells them and knows it: of those that have said nothing to it yet there is no other news. Nodes that were
 * revoked or removed are left out of the answer.
 */
export async function setDesired(
  deps: Pick<Deps, 'ids' | 'clock'>,
  change: Change,
  organizationId: string,
  targets: readonly { nodeId: string; bundle: string }[],
  byRollout = false,
): Promise<{ nodeId: string; generation: number; labels: unknown }[]> {
  const now = deps.clock.now();
  const bundles = new Map(targets.map((target) => [target.nodeId, target.bundle]));
  const rows = await lockStates(change.tx, organizationId, [...bundles.keys()], ['report', 'labels']);
  const states: NodeState[] = [];
  const told: { nodeId: string; generation: number; labels: unknown }[] = [];
  const entries: NewTimelineEntry[] = [];
  const changed = new Set<Fact>();
  for (const row of rows) {
    const bundle = bundles.get(row.id);
    if (bundle === undefined || row.revokedAt !== null) continue;
    const before = toState(row);
    // A control plane that was restored from a backup may have told it more than it knows.
    const generation = Math.max(before.desiredGeneration, before.report?.observedGeneration ?? 0, before.report?.activation?.generation ?? 0) + 1;
    const facts = { desiredGeneration: generation, desiredBundle: bundle, desiredAt: now };
    const { state, notes } = withFacts(before, facts, now);
    for (const fact of factsIn(facts)) changed.add(fact);
    states.push(state);
    told.push({ nodeId: row.id, generation, labels: row.labels });
    const requested = { tone: 'info' as const, reason: 'Requested', message: `Generation ${generation} was requested: bundle ${shortDigest(bundle)}.` };
    // That it is out of sync by what was requested just now says nothing more.
    entries.push(...timelineEntries(deps, row, { kind: 'control plane' }, [requested, ...notes.filter(({ reason }) => reason !== requested.reason)]));
    change.publish({ topic: 'assignment', subjectId: row.id, kind: 'assigned', payload: { generation } });
    if (!byRollout || state.sync.reason !== requested.reason) change.publish({ topic: 'node', subjectId: row.id, kind: 'desired' });
  }
  await saveStates(change.tx, states, changed);
  await insertTimeline(change.tx, entries);
  return told;
}

function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

/** Nodes that a process held when it was killed: no heartbeat for `silentMs`, though the row says connected. Returns how many were found. */
export async function markSilentNodes(deps: Deps, silentMs: number, requestId: string): Promise<number> {
  const batch = 500;
  let found = 0;
  for (;;) {
    const now = deps.clock.now();
    const silent = await findSilentNodes(deps.db, now - silentMs, batch);
    const byOrganization = Map.groupBy(silent, (node) => node.organizationId);
    for (const [organizationId, nodes] of byOrganization) {
      await performChange(deps, systemActor(organizationId, requestId, 'agent link'), async (change) => {
        const rows = await lockNodes(
          change.tx,
          wholeOf(organizationId),
          nodes.map((node) => node.id),
        );
        await changeFacts(deps, change, rows, () => ({ connectedSince: null, disconnectedAt: now }), now);
      });
    }
    found += silent.length;
    if (silent.length < batch) return found;
  }
}

/** A second living agent showed the node's key: somebody must look. */
export async function noteClone(deps: Pick<Deps, 'db' | 'ids' | 'clock' | 'outbox'>, node: NodeRow, hostname: string): Promise<void> {
  const actor = systemActor(node.organizationId, deps.ids.next(), 'agent link');
  await performChange(deps, actor, async (change) => {
    const message = `Another machine (${hostname}) uses this node’s key while this one is connected. It was refused. If the machine was copied, delete the copy’s key.`;
    await insertTimeline(change.tx, timelineEntries(deps, node, { kind: 'control plane' }, [{ tone: 'critical', reason: 'Cloned', message }]));
    change.record({ action: 'node.connect', object: { kind: 'node', id: node.id, name: node.name }, outcome: 'refused', reason: 'Another agent with the same key is connected.' });
    change.publish({ topic: 'node', subjectId: node.id, kind: 'timeline' });
  });
}

/** Writes new facts of nodes that this transaction holds: what follows from them, their timelines, and the news. */
export async function changeFacts<Row extends StateRow & { report?: unknown }>(deps: Pick<Deps, 'ids' | 'clock'>, change: Change, rows: readonly Row[], factsOf: (row: Row) => NodeFacts, now: number): Promise<void> {
  const states: NodeState[] = [];
  const entries: NewTimelineEntry[] = [];
  const fleets = new Set<string>();
  const changed = new Set<Fact>();
  for (const row of rows) {
    const facts = factsOf(row);
    const before = toState(row, facts.report);
    for (const fact of factsIn(facts)) changed.add(fact);
    const { state, notes } = withFacts(before, facts, now);
    states.push(state);
    entries.push(...timelineEntries(deps, row, { kind: 'control plane' }, notes));
    const statuses = { health: state.health.status, sync: state.sync.status };
    change.publish({ topic: 'node', subjectId: row.id, ...(facts.report === undefined ? { kind: 'presence', payload: { ...statuses, connectedSince: state.connectedSince } } : { kind: 'reported', payload: statuses }) });
    if (row.fleetId !== null && (before.health.status !== statuses.health || before.sync.status !== statuses.sync)) fleets.add(row.fleetId);
  }
  for (const fleet of fleets) change.publish({ topic: 'fleet', subjectId: fleet, kind: 'status' });
  await saveStates(change.tx, states, changed);
  await insertTimeline(change.tx, entries);
}
