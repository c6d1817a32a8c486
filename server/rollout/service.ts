import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { assignBundle, emptyBundle, storeBundle } from '../bundles/index.ts';
import type { RolloutState } from '../deployments/schema.ts';
import { writeFleetBundle } from '../fleets/index.ts';
import { insertLooks, readEvidence } from '../gates/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { wholeOf } from '../kernel/reach.ts';
import { lockNodes } from '../nodes/index.ts';
import { noteFailures } from '../quarantine/index.ts';
import { isLookDue } from './gating.ts';
import { isOver, step } from './planner.ts';
import { adoptJoiners, findJoiners, findMembers, insertDecisions, lockRollout, organizationOf, readSnapshot, writeExcluded, writeStep } from './repository.ts';
import type { LockedRollout } from './repository.ts';
import type { NewDecision, RolloutSnapshot } from './snapshot.ts';

const part = 'rollout';

/** Whether nodes may have come into the fleet since the rollout was last looked at: only then all of the fleet is read. */
export type MembersNews = 'changed' | 'same';

/**
 * Looks at a rollout and does the next step; true when there is more to do at once, since a step tells a limited number of
 * nodes. Skips one that somebody else is moving at this moment: they look at the same facts.
 */
export async function advanceRollout(deps: Deps, id: string, members: MembersNews = 'changed'): Promise<boolean> {
  const organizationId = await organizationOf(deps.db, id);
  if (organizationId === null) return false;
  const actor = systemActor(organizationId, deps.ids.next(), part);
  return performChange(deps, actor, async (change) => {
    const rollout = await lockRollout(change.tx, id, false);
    return rollout !== null && (await advanceLocked(deps, change, actor, rollout, members)).again;
  });
}

/**
 * One step of a rollout that this transaction holds. What nodes are to be told, what is shown, and when to look again are
 * written together: killed before the commit, nothing has happened, and after it the outbox has the rest.
 */
export async function advanceLocked(deps: Deps, change: Change, actor: Actor, rollout: LockedRollout, members: MembersNews = 'changed'): Promise<{ state: RolloutState; again: boolean }> {
  const at = new Date(deps.clock.now());
  const previousBundle = rollout.previousBundle ?? (await emptyFor(deps, change, actor));
  const { snapshot: current, joined } = await withJoiners(change, rollout, await readSnapshot(change.tx, rollout, previousBundle), members, at);
  const snapshot = await withEvidence(change, rollout, current, at.getTime());
  const result = step(snapshot, at.getTime());
  const decisions: NewDecision[] = [...joinerDecisions(joined), ...result.decisions];
  if (!result.changed && decisions.length === 0 && sameTime(rollout.wakeAt, result.nextWakeAt)) return { state: rollout.state, again: false };
  if (result.failures.length + result.proven.length > 0) {
    // All nodes that this step writes, in one order: those that report wait for each other by it.
    await lockNodes(change.tx, wholeOf(rollout.organizationId), [...result.requests, ...result.failures].map(({ node }) => node).concat(result.proven));
    await noteFailures(deps, change, rollout.organizationId, result.failures, result.proven);
  }
  const generations = new Map<string, number>();
  for (const bundle of new Set(result.requests.map((request) => request.bundle))) {
    const nodeIds = result.requests.filter((request) => request.bundle === bundle).map((request) => request.node);
    for (const [node, generation] of await assignBundle(deps, change, { organizationId: rollout.organizationId, fleetId: rollout.fleetId, deploymentId: rollout.id, bundle, nodeIds })) generations.set(node, generation);
  }
  await writeStep(change.tx, rollout, result, generations, at);
  if (snapshot.evidence !== null) await insertLooks(change.tx, rollout.id, result.looks, snapshot.evidence);
  await recordDecisions(deps, change, rollout.id, 'rollout', decisions);
  const stop = decisions.find(({ kind }) => kind === 'ThresholdExceeded' || kind === 'GateStopped');
  if (stop !== undefined) await writeExcluded(change.tx, rollout.id, stop.message);
  if (result.state !== rollout.state) await noteTransition(deps, change, rollout, result.state);
  change.publish({ topic: 'deployment', subjectId: rollout.id, kind: result.state === rollout.state ? 'progress' : 'state', payload: { state: result.state } });
  return { state: result.state, again: result.requests.length > 0 && result.nextWakeAt !== null && result.nextWakeAt <= at.getTime() };
}

/** Takes nodes that came into the fleet into the rollout. */
async function withJoiners(change: Change, rollout: LockedRollout, snapshot: RolloutSnapshot, members: MembersNews, at: Date): Promise<{ snapshot: RolloutSnapshot; joined: string[] }> {
  if (members === 'same' || isOver(rollout.state) || rollout.state === 'RollingBack') return { snapshot, joined: [] };
  const known = new Set(snapshot.nodes.map(({ node }) => node));
  const missing = (await findMembers(change.tx, rollout)).filter((id) => !known.has(id));
  if (missing.length === 0) return { snapshot, joined: [] };
  const joined = await adoptJoiners(change.tx, rollout, missing, at);
  return { snapshot: await readSnapshot(change.tx, rollout, snapshot.previousBundle), joined };
}

/** When gates are to look: what nodes that run the bundle did, and nodes that still run what the fleet ran before. */
async function withEvidence(change: Change, rollout: LockedRollout, snapshot: RolloutSnapshot, now: number): Promise<RolloutSnapshot> {
  const wave = snapshot.waves[snapshot.wave];
  if (!isLookDue(snapshot, now) || wave === undefined || wave.startedAt === null || wave.bakingSince === null) return snapshot;
  const told = snapshot.nodes.filter(({ wave: index, told, facts }) => index === wave.index && told !== null && facts.bundle === snapshot.bundle);
  const behind = snapshot.nodes.filter(({ told, facts }) => told === null && facts.belongs && facts.connected && facts.bundle === snapshot.previousBundle);
  const evidence = await readEvidence(change.tx, { organizationId: rollout.organizationId, gates: snapshot.policy.gates, startedAt: wave.startedAt, bakingSince: wave.bakingSince, now, wave: told, control: behind });
  return { ...snapshot, evidence };
}

/** A fleet that ran nothing goes back to running nothing: a bundle without rules. */
async function emptyFor(deps: Deps, change: Change, actor: Actor): Promise<string> {
  const bundle = emptyBundle(actor.organizationId);
  await storeBundle(deps, change, actor, bundle);
  return bundle.digest;
}

function sameTime(date: Date | null, milliseconds: number | null): boolean {
  return (date?.getTime() ?? null) === milliseconds;
}

function joinerDecisions(names: readonly string[]): NewDecision[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 3).join(', ');
  const message = `${names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`} joined the fleet and ${names.length === 1 ? 'comes' : 'come'} in the last wave.`;
  return [{ kind: 'LateJoiner', tone: 'info', message, evidence: { nodes: names.length } }];
}

export async function recordDecisions(deps: Deps, change: Change, deploymentId: string, by: string, decisions: readonly NewDecision[]): Promise<void> {
  const at = new Date(deps.clock.now());
  await insertDecisions(change.tx, decisions.map((decision) => ({ ...decision, id: deps.ids.next(), deploymentId, at, by })));
}

/** What the rollout decided by itself is in the audit chain as what people decide is; what it ended with is what the fleet runs, and joiners get. */
async function noteTransition(deps: Deps, change: Change, rollout: LockedRollout, state: RolloutState): Promise<void> {
  change.record({ action: 'deployment.state', object: { kind: 'deployment', id: rollout.id, name: rollout.fleetName }, before: { state: rollout.state }, after: { state, bundle: rollout.bundle } });
  if (state === 'Succeeded') await writeExcluded(change.tx, rollout.id, null);
  if (state !== 'Succeeded' && state !== 'RolledBack') return;
  await writeFleetBundle(change.tx, rollout.organizationId, rollout.fleetId, state === 'Succeeded' ? rollout.bundle : rollout.previousBundle, deps.clock.now());
  change.publish({ topic: 'fleet', subjectId: rollout.fleetId, kind: 'deployed' });
}

/**
 * Gives nodes that came into a fleet what that fleet runs. A rollout under way takes them into its last wave besides. With
 * null, all that were missed. Returns how many were told.
 */
export async function welcomeJoiners(deps: Deps, nodeIds: readonly string[] | null): Promise<number> {
  const joiners = await findJoiners(deps.db, nodeIds);
  const byFleet = Map.groupBy(joiners, (joiner) => joiner.fleetId);
  for (const [fleetId, members] of byFleet) {
    const [first] = members;
    if (first === undefined) continue;
    const { organizationId, bundle } = first;
    await performChange(deps, systemActor(organizationId, deps.ids.next(), part), async (change) => {
      // Read again within the transaction: another process may have been quicker.
      const still = await findJoiners(change.tx, members.map((member) => member.nodeId));
      const nodeIdsNow = still.filter((joiner) => joiner.fleetId === fleetId && joiner.bundle === bundle).map((joiner) => joiner.nodeId);
      await assignBundle(deps, change, { organizationId, fleetId, deploymentId: null, bundle, nodeIds: nodeIdsNow });
    });
  }
  return joiners.length;
}
