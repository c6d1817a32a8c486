import type { RolloutPolicy } from '../deployments/schema.ts';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { Queryable } from '../kernel/db.ts';

/** A node that came into a fleet, or came back, and was told nothing on its account since, and what the fleet runs. */
export interface Joiner {
  nodeId: string;
  organizationId: string;
  fleetId: string;
  bundle: string;
  /** Other labels or another selector brought it in, and it did not enrol into it. */
  moved: boolean;
}

/** Among these nodes, or among all when null; at most 500. */
export async function findJoiners(db: Queryable, nodeIds: readonly string[] | null): Promise<Joiner[]> {
  return joiners(db, nodeIds, null, 500);
}

/** All of one fleet. */
export async function findJoinersOf(db: Queryable, fleetId: string): Promise<Joiner[]> {
  return joiners(db, null, fleetId, null);
}

/** Nodes that run the fleet's bundle already are none, nor those that a rollout of it had since they joined: how that ended, they stay. */
function joiners(db: Queryable, nodeIds: readonly string[] | null, fleetId: string | null, limit: number | null): Promise<Joiner[]> {
  return db.$queryRaw<Joiner[]>`
    SELECT n.id AS "nodeId", n."organizationId", n."fleetId", f.bundle, n."joinedAt" IS NOT NULL AS moved
    FROM nodes n JOIN fleets f ON f.id = n."fleetId"
    LEFT JOIN assignments a ON a."nodeId" = n.id AND a.generation = n."desiredGeneration"
    WHERE n."revokedAt" IS NULL AND n."quarantinedAt" IS NULL AND f.bundle IS NOT NULL AND n."desiredBundle" IS DISTINCT FROM f.bundle AND (a."fleetId" IS DISTINCT FROM n."fleetId" OR a."issuedAt" <= n."joinedAt")
      AND (${nodeIds === null} OR n.id = ANY(${nodeIds === null ? [] : [...nodeIds]}::text[])) AND (${fleetId === null} OR n."fleetId" = ${fleetId})
      AND (n."joinedAt" IS NULL OR NOT EXISTS (
        SELECT FROM deployment_nodes dn JOIN deployments d ON d.id = dn."deploymentId"
        WHERE dn."nodeId" = n.id AND dn.since >= n."joinedAt" AND d."fleetId" = n."fleetId" AND d.bundle = f.bundle))
    ORDER BY n.id LIMIT ${limit}::int`;
}

/** How many nodes a fleet has, and how many of them labels or selectors brought in since a moment, apart from these. */
export async function countJoined(db: Queryable, fleetId: string, since: Date, except: readonly string[]): Promise<{ members: number; lately: number }> {
  const [row] = await db.$queryRaw<{ members: number; lately: number }[]>`
    SELECT count(*)::int AS members, count(*) FILTER (WHERE "joinedAt" > ${since} AND id <> ALL(${[...except]}::text[]))::int AS lately
    FROM nodes WHERE "fleetId" = ${fleetId} AND "revokedAt" IS NULL`;
  return row ?? { members: 0, lately: 0 };
}

/** How the fleet came to its bundle: the policy of the newest deployment of that which not only brought joiners to it. */
export async function policyOfBundle(db: Queryable, fleetId: string, bundle: string): Promise<RolloutPolicy> {
  const row = await db.deployment.findFirst({ where: { fleetId, bundle, OR: [{ previousBundle: null }, { previousBundle: { not: bundle } }] }, orderBy: { id: 'desc' }, select: { policy: true } });
  return rolloutPolicySchema.parse(row?.policy ?? {});
}
