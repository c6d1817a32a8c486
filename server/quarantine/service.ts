import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { wholeOf } from '../kernel/reach.ts';
import { insertTimeline, lockNodes, nodePermissions, sourceOf, standingOf, timelineEntries } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { forgetFailures, writeFailures, writeQuarantines } from './repository.ts';
import type { QuarantineNodeInput } from './schema.ts';

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

/** Locks a node of which this may be done. Throws NotFound, or Conflict where its state does not allow it. */
export async function lockAllowed(change: Change, actor: Actor, id: string, action: 'quarantine' | 'liftQuarantine'): Promise<NodeRow> {
  const [row] = await lockNodes(change.tx, actor, [id]);
  if (row === undefined) throw notFound('node', id);
  const permission = nodePermissions(actor, standingOf(row))[action];
  if (!permission.allowed) throw new DomainError('Conflict', permission.reason ?? 'The node’s state does not allow this.');
  return row;
}

async function announce(deps: Deps, change: Change, actor: Actor, row: NodeRow, reason: string): Promise<void> {
  await insertTimeline(change.tx, timelineEntries(deps, row, sourceOf(actor), [{ tone: 'critical', reason: 'Quarantined', message: `In quarantine, rollouts leave it out: ${reason}`.slice(0, 1024) }]));
  change.record({ action: 'node.quarantine', object: { kind: 'node', id: row.id, name: row.name }, reason, before: { quarantined: false }, after: { quarantined: true } });
  publishQuarantine(change, row);
}

/** Pages show it, and the rollout of the fleet looks at its members again. */
export function publishQuarantine(change: Change, row: NodeRow): void {
  change.publish({ topic: 'node', subjectId: row.id, kind: 'quarantine' });
  if (row.fleetId !== null) change.publish({ topic: 'fleet', subjectId: row.fleetId, kind: 'members' });
}
