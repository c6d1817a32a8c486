import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { assignBundle, emptyBundle, storeBundle } from '../bundles/index.ts';
import type { RolloutState } from '../deployments/schema.ts';
import { writeFleetBundle } from '../fleets/index.ts';
import { insertLooks } from '../gates/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { wholeOf } from '../kernel/reach.ts';
import { lockNodes } from '../nodes/index.ts';
import { noteFailures } from '../quarantine/index.ts';
import { withEvidence } from './evidence.ts';
import { joinerDecisions } from './joiners.ts';
import { readSnapshot } from './look.ts';
import type { Look } from './look.ts';
import { planStep } from './planner.ts';
import type { Answer, Asked, Planning } from './question.ts';
import { answerFrom } from './reads.ts';
import { insertDecisions, lockRollout, organizationOf, writeExcluded, writeStep, writeTally } from './repository.ts';
import type { LockedRollout } from './repository.ts';
import type { NewDecision, RolloutStep } from './snapshot.ts';

const part = 'rollout';

/** How an attempt at a step went: there is more to do at once, or not, or somebody else held the rollout. */
export type Advance = 'more' | 'done' | 'held';

/** Looks at a rollout and does the next step. A step tells a limited number of nodes, so there may be more to do at once. */
export async function advanceRollout(deps: Deps, id: string, look: Look = 'all'): Promise<Advance> {
  const organizationId = await organizationOf(deps.db, id);
  if (organizationId === null) return 'done';
  const actor = systemActor(organizationId, deps.ids.next(), part);
  return performChange(deps, actor, async (change) => {
    const rollout = await lockRollout(change.tx, id, false);
    return rollout === null ? 'held' : (await advanceLocked(deps, change, actor, rollout, look)).again ? 'more' : 'done';
  });
}

/**
 * One step of a rollout that this transaction holds. What nodes are to be told, what is shown, and when to look again are
 * written together: killed before the commit, nothing has happened, and after it the outbox has the rest.
 */
export async function advanceLocked(deps: Deps, change: Change, actor: Actor, rollout: LockedRollout, look: Look = 'all'): Promise<{ state: RolloutState; again: boolean }> {
  const at = new Date(deps.clock.now());
  const previousBundle = rollout.previousBundle ?? (await emptyFor(deps, change, actor));
  const { snapshot: current, joined, whole } = await readSnapshot(deps, change.tx, rollout, previousBundle, look, at);
  const snapshot = await withEvidence(change.tx, rollout, current, at.getTime());
  const result = await runStep(planStep(snapshot, at.getTime()), (asked) => answerFrom(change.tx, rollout, asked));
  const decisions: NewDecision[] = [...joinerDecisions(joined), ...result.decisions];
  if (!result.changed && decisions.length === 0 && sameTime(rollout.wakeAt, result.nextWakeAt)) {
    // What a person did to its nodes changed where they stand.
    if (whole) await writeTally(change.tx, rollout.id, result.tally.counts);
    return { state: rollout.state, again: false };
  }
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
  await writeStep(change.tx, rollout, snapshot.waves, result, generations, at);
  // A node that was revoked meanwhile was not told, and does not stand where the step puts it.
  const known = generations.size === result.requests.length;
  await writeTally(change.tx, rollout.id, known ? result.tally.counts : null);
  if (snapshot.evidence !== null) await insertLooks(change.tx, rollout.id, result.looks, snapshot.evidence);
  await recordDecisions(deps, change, rollout.id, 'rollout', decisions);
  const stop = decisions.find(({ kind }) => kind === 'ThresholdExceeded' || kind === 'GateStopped');
  if (stop !== undefined) await writeExcluded(change.tx, rollout.id, stop.message);
  if (result.state !== rollout.state) await noteTransition(deps, change, rollout, result.state);
  change.publish({ topic: 'deployment', subjectId: rollout.id, kind: result.state === rollout.state ? 'progress' : 'state', payload: { state: result.state } });
  return { state: result.state, again: result.requests.length > 0 && result.nextWakeAt !== null && result.nextWakeAt <= at.getTime() };
}

/** Runs a step to its end, with answers that take their time. */
export async function runStep(planning: Planning<RolloutStep>, answer: (asked: Asked) => Promise<Answer>): Promise<RolloutStep> {
  let turn = planning.next();
  while (turn.done !== true) turn = planning.next(await answer(turn.value));
  return turn.value;
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
