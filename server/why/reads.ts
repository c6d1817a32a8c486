import { findThreshold, readManifest, standingOf } from '../bundles/index.ts';
import { agentNeeds, failuresOf, readDeployment, readDeploymentAt, rolloutOfNode, rolloutOfNodeAt, stopsOf, unmetBy } from '../deployments/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import { quarantinedOf, readNode } from '../nodes/index.ts';
import { deploymentCauses } from './deployment-causes.ts';
import { nodeCauses } from './node-causes.ts';
import type { Explanation } from './schema.ts';

const noWindows = { downloadWindows: [], activateWindows: [] };

/** Now, or as it was to be answered at a moment of the past. */
export async function explainNode(db: Queryable, actor: Actor, { id, at }: { id: string; at?: number | undefined }, now: number): Promise<Explanation> {
  if (at !== undefined) return explainNodeAt(db, actor, id, at, now);
  const node = await readNode(db, actor, id, now);
  const rollout = node.fleet === null ? null : await rolloutOfNode(db, actor, node.fleet.id, id, now);
  const told = node.sync.status === 'Synced' ? null : (node.desired?.bundle ?? null);
  const signatures = told === null ? null : await standingOf(db, actor.organizationId, told);
  const manifest = told === null ? null : await readManifest(db, actor.organizationId, told);
  const unmet = manifest === null ? [] : unmetBy(node.agentVersion, agentNeeds({ labels: manifest.labels ?? [], policy: rollout?.policy ?? noWindows, threshold: await findThreshold(db, actor.organizationId) }));
  return nodeCauses({ node, rollout, signatures, unmet, now });
}

/**
 * From what stood then. How many nodes of a rollout stood where, who had signed and what was known of agents is not kept, so causes
 * that follow from these alone are not found; and nothing can be done about the past.
 */
async function explainNodeAt(db: Queryable, actor: Actor, id: string, at: number, now: number): Promise<Explanation> {
  const node = await readNode(db, actor, id, now, at);
  const rollout = node.fleet === null ? null : await rolloutOfNodeAt(db, actor, node.fleet.id, { id, desired: node.desired, connected: node.connectedSince !== null }, at);
  const { causes, ...explanation } = nodeCauses({ node, rollout, signatures: null, unmet: [], now: at });
  return { ...explanation, causes: causes.map((cause) => ({ ...cause, canDo: [] })) };
}

/** Now, or as it was to be answered at a moment of the past; who had signed by then is not kept, and nothing can be done about it. */
export async function explainDeployment(db: Queryable, actor: Actor, { id, at }: { id: string; at?: number | undefined }, now: number): Promise<Explanation> {
  if (at !== undefined) {
    const { causes, ...explanation } = deploymentCauses({ ...(await readDeploymentAt(db, actor, id, at, now)), now: at });
    return { ...explanation, causes: causes.map((cause) => ({ ...cause, canDo: [] })) };
  }
  const deployment = await readDeployment(db, actor, id, now);
  const [stops, quarantined, failures] = await Promise.all([stopsOf(db, id), quarantinedOf(db, actor.organizationId, deployment.fleet.id), deployment.nodes.failed === 0 ? [] : failuresOf(db, id)]);
  return deploymentCauses({ deployment, stops, quarantined, failures, now });
}
