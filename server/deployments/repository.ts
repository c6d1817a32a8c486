import { z } from 'zod';
import { arrayLiteral } from '../kernel/array-literal.ts';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import { inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import type { PlannedNode } from './plan.ts';
import { planInput, planSchema } from './schema.ts';
import type { Plan, PlanNode, RolloutState } from './schema.ts';

const planLifetimeMs = 3_600_000;

const underWay: RolloutState[] = ['Progressing', 'Paused', 'Suspended', 'RollingBack'];

/** Every node of the fleet, by name: a plan names each of them. */
export async function readPlannedNodes(db: Queryable, organizationId: string, fleetId: string): Promise<PlannedNode[]> {
  const rows = await db.$queryRaw<(Omit<PlannedNode, 'lastSeenAt'> & { lastSeenAt: Date | null })[]>`
    SELECT n.id, n.name, n."reportedBundle" AS reported, n."desiredBundle" AS desired, n.sync = 'Synced' AS synced, n."connectedSince" IS NULL AS offline,
      h."lastSeenAt", n."agentVersion", cardinality(n."claimedBy") > 1 AS "multipleOwners", n."quarantinedAt" IS NOT NULL AS quarantined, n.labels
    FROM nodes n LEFT JOIN node_heartbeats h ON h."nodeId" = n.id
    WHERE n."organizationId" = ${organizationId} AND n."fleetId" = ${fleetId} AND n."revokedAt" IS NULL ORDER BY n.name`;
  return rows.map((row) => ({ ...row, lastSeenAt: row.lastSeenAt?.getTime() ?? null }));
}

/** How many nodes of a fleet lack one of the labels, and the first of them by name. */
export async function countWithoutLabels(db: Queryable, organizationId: string, fleetId: string, labels: readonly string[]): Promise<{ nodes: number; example: string }> {
  const rows = await db.$queryRaw<{ nodes: number; example: string | null }[]>`
    SELECT count(*)::int AS nodes, min(name) AS example FROM nodes
    WHERE "organizationId" = ${organizationId} AND "fleetId" = ${fleetId} AND "revokedAt" IS NULL AND "quarantinedAt" IS NULL AND NOT labels ?& ${[...labels]}::text[]`;
  return { nodes: rows[0]?.nodes ?? 0, example: rows[0]?.example ?? '' };
}

/** Keeps a plan for an hour; making the same plan again begins the hour anew. Plans that have expired go. */
export async function savePlan(db: Queryable, organizationId: string, input: unknown, plan: Omit<Plan, 'can'>, nodes: readonly PlanNode[]): Promise<void> {
  const key = { organizationId, hash: plan.hash };
  const content = { fleetId: plan.fleet.id, input: toJson(input), plan: toJson(plan), nodes: toJson(nodes), madeAt: new Date(plan.madeAt), expiresAt: new Date(plan.madeAt + planLifetimeMs) };
  await db.deploymentPlan.deleteMany({ where: { organizationId, expiresAt: { lt: new Date(plan.madeAt) } } });
  await db.deploymentPlan.upsert({ where: { organizationId_hash: key }, create: { ...key, ...content }, update: content });
}

export interface SavedPlan {
  input: ReturnType<typeof planInput.parse>;
  plan: Omit<Plan, 'can'>;
  /** By wave and name, as they were stored: large fleets are read a page at a time. */
  nodes: readonly unknown[];
}

/** The plan of this hash, or null when there is none or it has expired. */
export async function findPlan(db: Queryable, reach: Reach, hash: string, now: number): Promise<SavedPlan | null> {
  const row = await db.deploymentPlan.findFirst({ where: { ...inReach(reach), hash } });
  if (row === null || row.expiresAt.getTime() < now) return null;
  return { input: planInput.parse(row.input), plan: planSchema.omit({ can: true }).parse(row.plan), nodes: z.array(z.unknown()).parse(row.nodes) };
}

/**
 * Whoever starts a deployment of the fleet next waits here. Not the fleet's row: a rollout that succeeds writes that while it
 * holds its own, and two who each hold what the other needs would wait for ever.
 */
export async function lockFleetDeployments(tx: Transaction, fleetId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`deployments of fleet ${fleetId}`}, 0))`;
}

/** The rollout of the fleet that is under way. */
export async function findUnderWay(db: Queryable, fleetId: string): Promise<{ id: string; state: RolloutState } | null> {
  return db.deployment.findFirst({ where: { fleetId, state: { in: underWay } }, select: { id: true, state: true } });
}

/** The fleet's newest deployment, whatever became of it. */
export async function findNewest(db: Queryable, fleetId: string): Promise<{ id: string; state: RolloutState; bundle: string; createdBy: string } | null> {
  return db.deployment.findFirst({ where: { fleetId }, orderBy: { id: 'desc' }, select: { id: true, state: true, bundle: true, createdBy: true } });
}

/** The newest rollout of this bundle to the fleet that stopped itself and that nobody has allowed since; by when and why. */
export async function findExcluded(db: Queryable, fleetId: string, bundle: string): Promise<{ id: string; startedAt: Date; because: string } | null> {
  const row = await db.deployment.findFirst({ where: { fleetId, bundle, excludedBecause: { not: null } }, orderBy: { id: 'desc' }, select: { id: true, startedAt: true, excludedBecause: true } });
  return row === null ? null : { id: row.id, startedAt: row.startedAt, because: row.excludedBecause ?? '' };
}

export interface NewDeployment {
  id: string;
  organizationId: string;
  fleetId: string;
  fleetName: string;
  note: string;
  previousBundle: string | null;
  createdBy: string;
  startedAt: Date;
  plan: Omit<Plan, 'can' | 'nodes'>;
  nodes: readonly { node: string; name: string; wave: number }[];
}

/** Writes the deployment with its waves and nodes, ready for the first step. */
export async function insertDeployment(tx: Transaction, row: NewDeployment): Promise<void> {
  const { plan, nodes, ...columns } = row;
  await tx.deployment.create({ data: { ...columns, state: 'Progressing', bundle: plan.to.digest, planHash: plan.hash, plan: toJson(plan), policy: toJson(plan.policy), wakeAt: row.startedAt } });
  await tx.deploymentWave.createMany({ data: plan.waves.map((wave) => ({ deploymentId: row.id, index: wave.index })) });
  // One statement, whatever the fleet's size.
  await tx.$executeRaw`
    INSERT INTO deployment_nodes ("deploymentId", "nodeId", "nodeName", wave, since)
    SELECT ${row.id}, n.node, n.name, n.wave, ${row.startedAt} FROM unnest(
      ${arrayLiteral(nodes.map(({ node }) => node))}::text[], ${arrayLiteral(nodes.map(({ name }) => name))}::text[], ${arrayLiteral(nodes.map(({ wave }) => wave))}::int[]) AS n(node, name, wave)`;
}

/** Ends or moves a rollout by a person's word. `final` also says when it ended. */
export async function writeState(tx: Transaction, id: string, state: RolloutState, at: Date, final: boolean): Promise<void> {
  await tx.deployment.update({ where: { id }, data: { state, wakeAt: final ? null : at, finishedAt: final ? at : null } });
}

/** How a rollout stands, for the policy. Null when it is not in reach. */
export async function readStanding(db: Queryable, reach: Reach, id: string): Promise<{ fleetId: string; state: RolloutState; failed: number; newest: boolean; hasPrevious: boolean; excluded: boolean } | null> {
  const row = await db.deployment.findFirst({ where: { ...inReach(reach), id }, select: { state: true, fleetId: true, bundle: true, previousBundle: true, excludedBecause: true } });
  if (row === null) return null;
  const [failed, later] = await Promise.all([
    db.deploymentNode.count({ where: { deploymentId: id, state: 'Failed' } }),
    // Those that brought nodes which joined to the same bundle, and are over, changed nothing in what the fleet runs.
    db.deployment.count({ where: { fleetId: row.fleetId, id: { gt: id }, NOT: { bundle: row.bundle, previousBundle: row.bundle, finishedAt: { not: null } } } }),
  ]);
  return { fleetId: row.fleetId, state: row.state, failed, newest: later === 0, hasPrevious: row.previousBundle !== row.bundle, excluded: row.excludedBecause !== null };
}
