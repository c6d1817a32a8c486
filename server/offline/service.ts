import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { findNode, insertTimeline, sourceOf, timelineEntries } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { lockRollout, tellByHand } from '../rollout/index.ts';
import { offlineBundle } from './bundle-file.ts';
import type { OfflineBundle } from './bundle-file.ts';
import { newestDeploymentFor } from './repository.ts';
import type { PrepareBundleInput, PreparedBundle } from './schema.ts';

const dayMs = 86_400_000;

/** Makes sure that there is something to take to a node: with a deployment, tells the node what it brings, if it was not told. */
export async function prepareBundle(deps: Deps, actor: Actor, { id, deployment }: PrepareBundleInput): Promise<PreparedBundle> {
  if (deployment !== undefined) await performChange(deps, actor, (change) => tell(deps, change, actor, id, deployment));
  const node = await requireNode(deps, actor, id);
  const { generation, digest, artefactBytes } = await offlineBundle(deps, node, deps.clock.now() + dayMs);
  return { id, name: node.name, generation, bundle: digest, bytes: artefactBytes };
}

/** The file for a node, which it may take on for so many days; that it was given out is on record. */
export async function exportBundle(deps: Deps, actor: Actor, id: string, days: number): Promise<{ name: string; file: OfflineBundle }> {
  const node = await requireNode(deps, actor, id);
  const validUntil = deps.clock.now() + days * dayMs;
  const file = await offlineBundle(deps, node, validUntil);
  await performChange(deps, actor, async (change) => {
    const until = new Date(validUntil).toISOString();
    change.record({ action: 'node.exportBundle', object: { kind: 'node', id, name: node.name }, after: { generation: file.generation, bundle: file.digest, validUntil: until } });
    await insertTimeline(change.tx, timelineEntries(deps, node, sourceOf(actor), [{ tone: 'info', reason: 'BundleExported', message: `Generation ${file.generation} was written into a file, to be taken on at its site until ${until}.` }]));
    change.publish({ topic: 'node', subjectId: id, kind: 'timeline' });
  });
  return { name: node.name, file };
}

async function tell(deps: Deps, change: Change, actor: Actor, id: string, deployment: string): Promise<void> {
  const node = await findNode(change.tx, actor, id);
  if (node === null) throw notFound('node', id);
  const rollout = await lockRollout(change.tx, deployment, true);
  if (rollout === null || rollout.organizationId !== actor.organizationId) throw notFound('deployment', deployment);
  if ((await newestDeploymentFor(change.tx, actor.organizationId, id)) !== deployment) throw new DomainError('Conflict', `This is not the newest deployment of the fleet that ${node.name} is in.`);
  await tellByHand(deps, change, actor, rollout, node);
}

async function requireNode(deps: Deps, actor: Actor, id: string): Promise<NodeRow> {
  const node = await findNode(deps.db, actor, id);
  if (node === null) throw notFound('node', id);
  if (node.revokedAt !== null) throw new DomainError('Conflict', `${node.name} was revoked; nothing is taken to it.`);
  return node;
}
