import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { assignBundle } from '../bundles/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { wholeOf } from '../kernel/reach.ts';
import { insertTimeline, lockNodes, sourceOf, timelineEntries } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { bundleOfFleet, clearQuarantine, findRecovered, lockAllowed, publishQuarantine } from '../quarantine/index.ts';
import type { LiftQuarantineInput } from '../quarantine/schema.ts';
import { takePlaceAgain } from './decided.ts';
import { lockRollout, rolloutOfFleet } from './repository.ts';
import { isOver } from './work.ts';

/** A node that a rollout put into quarantine and that has been well for so long is let back by itself. */
const recoveredMs = 10 * 60_000;
const recoveredMax = 100;

/** A person lets a node back: it takes its place in the rollout under way, or gets what its fleet runs. */
export async function liftQuarantine(deps: Deps, actor: Actor, { id, reason }: LiftQuarantineInput): Promise<{ id: string }> {
  return performChange(deps, actor, async (change) => {
    await letBack(deps, change, actor, await lockAllowed(change, actor, id, 'liftQuarantine'), reason ?? '');
    return { id };
  });
}

/** Lets those back that have been well for ten minutes. Returns how many there were. */
export async function liftRecovered(deps: Deps): Promise<number> {
  const before = new Date(deps.clock.now() - recoveredMs);
  const recovered = await findRecovered(deps.db, before, recoveredMax);
  for (const { id, organizationId } of recovered) {
    const actor = systemActor(organizationId, deps.ids.next(), 'rollout');
    await performChange(deps, actor, async (change) => {
      const [row] = await lockNodes(change.tx, wholeOf(organizationId), [id]);
      if (row?.quarantinedAt == null || row.sync !== 'Synced' || row.health !== 'Healthy') return;
      await letBack(deps, change, actor, row, `It has run what is desired of it, and been well, for ${recoveredMs / 60_000} min.`);
    });
  }
  return recovered.length;
}

async function letBack(deps: Deps, change: Change, actor: Actor, row: NodeRow, reason: string): Promise<void> {
  await clearQuarantine(change.tx, row.id);
  if (row.fleetId !== null && !(await returnToRollout(change, row.id, row.fleetId))) await giveFleetBundle(deps, change, row, row.fleetId);
  await insertTimeline(change.tx, timelineEntries(deps, row, sourceOf(actor), [{ tone: 'positive', reason: 'QuarantineLifted', message: `Out of quarantine, rollouts take it in again${reason === '' ? '.' : `: ${reason}`}` }]));
  change.record({ action: 'node.liftQuarantine', object: { kind: 'node', id: row.id, name: row.name }, ...(reason !== '' && { reason }), before: { quarantined: true, because: row.quarantinedBecause }, after: { quarantined: false } });
  publishQuarantine(change, row);
}

/** What it missed, or failed at, it is told by a new generation. */
async function giveFleetBundle(deps: Deps, change: Change, row: NodeRow, fleetId: string): Promise<void> {
  const bundle = await bundleOfFleet(change.tx, fleetId);
  if (bundle === null || (row.desiredBundle === bundle && row.sync !== 'Failed')) return;
  await assignBundle(deps, change, { organizationId: row.organizationId, fleetId, deploymentId: null, bundle, nodeIds: [row.id] });
}

/** The node takes its place in the rollout of its fleet that is under way. Returns whether there is one. */
async function returnToRollout(change: Change, nodeId: string, fleetId: string): Promise<boolean> {
  const id = await rolloutOfFleet(change.tx, fleetId);
  const rollout = id === null ? null : await lockRollout(change.tx, id, true);
  // It may have ended while this waited for it.
  if (rollout === null || isOver(rollout.state)) return false;
  await takePlaceAgain(change.tx, rollout, nodeId);
  // It has no place in a rollout that began while it was out, and comes into it as others that join.
  change.publish({ topic: 'membership', subjectId: nodeId, kind: 'returned', payload: { from: fleetId, to: fleetId } });
  return true;
}
