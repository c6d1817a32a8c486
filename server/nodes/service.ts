import type { Labels } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { releaseNode, settleNode } from '../fleets/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { nodePermissions } from './policy.ts';
import type { NodeStanding } from './policy.ts';
import { insertTimeline, lockNodes, nameInUse, readLabels, renameRow, saveStates, toState, writeLabels } from './repository.ts';
import type { NodeRow, TimelineSource } from './repository.ts';
import type { renameNodeInput, retryNodeOutput, revokeNodeInput, setLabelsInput } from './schema.ts';
import { withFacts } from './state.ts';
import type { TimelineNote } from './state.ts';
import { timelineEntries } from './timeline.ts';

/** What follows for what the node runs when its labels changed: bundles stand on nodes, so whoever asks for the change says it. */
type Retell = (deps: Deps, change: Change, node: NodeRow, before: Labels, after: Labels) => Promise<void>;
/** Tells the node by a new generation what it was told last; says whether there was anything to tell. */
type TellAnew = (deps: Deps, change: Change, node: NodeRow) => Promise<boolean>;

/** Gives a node other labels; it goes to the fleet that claims it then, or is told anew where its bundle takes one that changed. */
export async function setLabels(deps: Deps, actor: Actor, input: z.infer<typeof setLabelsInput>, retell: Retell): Promise<{ id: string }> {
  return changeNode(deps, actor, input.id, 'setLabels', async (change, row) => {
    const before = readLabels(row.labels);
    await writeLabels(change.tx, row.id, input.labels);
    const move = await settleNode(deps, change, row, input.labels, { reach: actor });
    if (move === null) await retell(deps, change, row, before, input.labels);
    change.record({ action: 'node.setLabels', object: objectOf(row), before: { labels: before }, after: { labels: input.labels } });
    return [{ tone: 'info', reason: 'LabelsChanged', message: `Labels: ${describeLabels(before, input.labels)}.` }];
  });
}

export async function renameNode(deps: Deps, actor: Actor, input: z.infer<typeof renameNodeInput>): Promise<{ id: string }> {
  return changeNode(deps, actor, input.id, 'rename', async (change, row) => {
    if (row.name === input.name) return [];
    await oneAtATime(change.tx, row.organizationId, 'node names');
    if (await nameInUse(change.tx, row.organizationId, input.name)) throw new DomainError('NameTaken', `Another node is already called “${input.name}”.`);
    await renameRow(change.tx, row.id, input.name);
    change.record({ action: 'node.rename', object: { ...objectOf(row), name: input.name }, before: { name: row.name }, after: { name: input.name } });
    return [{ tone: 'info', reason: 'Renamed', message: `Renamed from ${row.name} to ${input.name}.` }];
  });
}

/** Takes a node's right to connect away. The agent link cuts it off as soon as it hears of this. */
export async function revokeNode(deps: Deps, actor: Actor, input: z.infer<typeof revokeNodeInput>): Promise<{ id: string }> {
  return changeNode(deps, actor, input.id, 'revoke', async (change, row) => {
    const now = deps.clock.now();
    const { state } = withFacts(toState(row), { revokedAt: now, connectedSince: null, disconnectedAt: row.connectedSince === null ? (row.disconnectedAt?.getTime() ?? null) : now }, now);
    await saveStates(change.tx, [state], ['revokedAt', 'connectedSince', 'disconnectedAt']);
    await releaseNode(deps, change, row);
    change.record({ action: 'node.revoke', object: objectOf(row), reason: input.reason, before: { revoked: false }, after: { revoked: true } });
    change.publish({ topic: 'link', subjectId: row.id, kind: 'revoked' });
    return [{ tone: 'critical', reason: 'Revoked', message: `Revoked: ${input.reason}` }];
  });
}

/** Asks a node to try its desired generation again. */
export async function retryNode(deps: Deps, actor: Actor, id: string, tellAnew: TellAnew): Promise<z.infer<typeof retryNodeOutput>> {
  let delivered = false;
  await changeNode(deps, actor, id, 'retry', async (change, row) => {
    const generation = Number(row.desiredGeneration);
    delivered = row.connectedSince !== null;
    change.record({ action: 'node.retry', object: objectOf(row), after: { generation } });
    // It would refuse the generation that it has passed, or say again that it runs that one.
    if (row.sync === 'Drifted' && (await tellAnew(deps, change, row))) return [{ tone: 'info', reason: 'RetryRequested', message: 'Told anew what it is to run, by a generation above all that it reports.' }];
    change.publish({ topic: 'link', subjectId: row.id, kind: 'retry', payload: { generation } });
    return [{ tone: 'info', reason: 'RetryRequested', message: `Asked to try generation ${generation} again.` }];
  });
  return { id, delivered };
}

/** The frame of what a person does to a node: it is there, the policy allows it, and its timeline tells of it. */
export async function changeNode(
  deps: Deps,
  actor: Actor,
  id: string,
  action: keyof ReturnType<typeof nodePermissions>,
  work: (change: Change, row: NodeRow) => Promise<TimelineNote[]>,
): Promise<{ id: string }> {
  await performChange(deps, actor, async (change) => {
    const [row] = await lockNodes(change.tx, actor, [id]);
    if (row === undefined) throw notFound('node', id);
    const permission = nodePermissions(actor, standingOf(row))[action];
    if (!permission.allowed) throw new DomainError('Conflict', permission.reason ?? 'The node’s state does not allow this.');
    const notes = await work(change, row);
    await insertTimeline(change.tx, timelineEntries(deps, row, sourceOf(actor), notes));
    if (notes.length > 0) change.publish({ topic: 'node', subjectId: id, kind: action });
  });
  return { id };
}

export function standingOf({ revokedAt, desiredGeneration, sync, quarantinedAt, connectedSince, keyRotationRequestedAt, keyRevokedAt }: NodeRow): NodeStanding {
  return { rotatesKey: keyRotationRequestedAt !== null, keyRevoked: keyRevokedAt !== null, revokedAt: revokedAt?.getTime() ?? null, desiredGeneration: Number(desiredGeneration), sync, quarantined: quarantinedAt !== null, connected: connectedSince !== null };
}

function objectOf(row: NodeRow): { kind: string; id: string; name: string } {
  return { kind: 'node', id: row.id, name: row.name };
}

export function sourceOf(actor: Actor): TimelineSource {
  return actor.kind === 'user' || actor.kind === 'token' || actor.kind === 'repository' ? { kind: 'person', name: actor.name } : { kind: 'control plane' };
}

function describeLabels(before: Labels, after: Labels): string {
  const changes: string[] = [];
  for (const [key, value] of Object.entries(after)) if (before[key] !== value) changes.push(before[key] === undefined ? `${key}=${value} added` : `${key}=${before[key]} is now ${value}`);
  for (const [key, value] of Object.entries(before)) if (after[key] === undefined) changes.push(`${key}=${value} removed`);
  return changes.length === 0 ? 'unchanged' : changes.join(', ');
}
