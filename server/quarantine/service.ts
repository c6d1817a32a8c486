import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { assignBundle } from '../bundles/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { wholeOf } from '../kernel/reach.ts';
import { insertTimeline, lockNodes, nodePermissions, sourceOf, standingOf, timelineEntries } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { bundleOfFleet, clearQuarantine, findRecovered, forgetFailures, returnToRollout, writeFailures, writeQuarantines } from './repository.ts';
import type { LiftQuarantineInput, QuarantineNodeInput } from './schema.ts';

/** A node that a rollout put into quarantine and that has been well for so long is let back by itself. */
const recoveredMs = 10 * 60_000;
const recoveredMax = 100;

/** A failure that counts against a node; `quarantined` says why it goes into quarantine. */
export interface CountedFailure {
  node: string;
  generation: number;
  failures: number;
  quarantined: string | null;
}

/** What a step of a rollout found of its nodes: failures that count, nodes that failed too often, and nodes that have proven themselves. */
export async function noteFailures(deps: Deps, change: Change, organizationId: string, failures: readonly CountedFailure[], proven: readonly string[]): Promise<void> {
  await writeFailures(change.tx, failures);
  await forgetFailures(change.tx, proven);
  const because = new Map(failures.flatMap(({ node, quarantined }) => (quarantined === null ? [] : [[node, quarantined] as const])));
  if (because.size === 0) return;
  await writeQuarantines(change.tx, [...because].map(([node, reason]) => ({ node, by: null, because: reason })), new Date(deps.clock.now()));
  for (const row of await lockNodes(change.tx, wholeOf(organizationId), [...because.keys()])) await announce(deps, change, systemActor(organizationId, deps.ids.next(), 'rollout'), row, because.get(row.id) ?? '');
}

/** A person takes a node out of rollouts. */
export async function quarantineNode(deps: Deps, actor: Actor, { id, reason }: QuarantineNodeInput): Promise<{ id: string }> {
  return performChange(deps, actor, async (change) => {
    const row = await lockAllowed(change, actor, id, 'quarantine');
    await writeQuarantines(change.tx, [{ node: id, by: actor.name, because: reason }], new Date(deps.clock.now()));
    await announce(deps, change, actor, row, reason);
    return { id };
  });
}

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

async function lockAllowed(change: Change, actor: Actor, id: string, action: 'quarantine' | 'liftQuarantine'): Promise<NodeRow> {
  const [row] = await lockNodes(change.tx, actor, [id]);
  if (row === undefined) throw notFound('node', id);
  const permission = nodePermissions(actor, standingOf(row))[action];
  if (!permission.allowed) throw new DomainError('Conflict', permission.reason ?? 'The node’s state does not allow this.');
  return row;
}

async function announce(deps: Deps, change: Change, actor: Actor, row: NodeRow, reason: string): Promise<void> {
  await insertTimeline(change.tx, timelineEntries(deps, row, sourceOf(actor), [{ tone: 'critical', reason: 'Quarantined', message: `In quarantine, rollouts leave it out: ${reason}`.slice(0, 1024) }]));
  change.record({ action: 'node.quarantine', object: { kind: 'node', id: row.id, name: row.name }, reason, before: { quarantined: false }, after: { quarantined: true } });
  publish(change, row);
}

async function letBack(deps: Deps, change: Change, actor: Actor, row: NodeRow, reason: string): Promise<void> {
  await clearQuarantine(change.tx, row.id);
  if (row.fleetId !== null && !(await returnToRollout(change.tx, row.id, row.fleetId))) await giveFleetBundle(deps, change, row, row.fleetId);
  await insertTimeline(change.tx, timelineEntries(deps, row, sourceOf(actor), [{ tone: 'positive', reason: 'QuarantineLifted', message: `Out of quarantine, rollouts take it in again${reason === '' ? '.' : `: ${reason}`}` }]));
  change.record({ action: 'node.liftQuarantine', object: { kind: 'node', id: row.id, name: row.name }, ...(reason !== '' && { reason }), before: { quarantined: true, because: row.quarantinedBecause }, after: { quarantined: false } });
  publish(change, row);
}

/** What it missed, or failed at, it is told by a new generation. */
async function giveFleetBundle(deps: Deps, change: Change, row: NodeRow, fleetId: string): Promise<void> {
  const bundle = await bundleOfFleet(change.tx, fleetId);
  if (bundle === null || (row.desiredBundle === bundle && row.sync !== 'Failed')) return;
  await assignBundle(deps, change, { organizationId: row.organizationId, fleetId, deploymentId: null, bundle, nodeIds: [row.id] });
}

/** Pages show it, and the rollout of the fleet looks at its members again. */
function publish(change: Change, row: NodeRow): void {
  change.publish({ topic: 'node', subjectId: row.id, kind: 'quarantine' });
  if (row.fleetId !== null) change.publish({ topic: 'fleet', subjectId: row.fleetId, kind: 'members' });
}
