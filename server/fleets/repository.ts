import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import type { Settings } from '@selvedge/edge-runtime/protocol';
import type { Prisma, Queryable, Transaction } from '../kernel/db.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { toJson } from '../kernel/json-value.ts';
import { fleetsInReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import type { Selector } from './selector.ts';
import { selectorToSql } from './selector-sql.ts';

export type FleetRow = Prisma.FleetGetPayload<object>;

export function readSettings(row: Pick<FleetRow, 'settings'>): Settings {
  return settingsSchema.parse(row.settings);
}

export async function findFleet(db: Queryable, reach: Reach, id: string): Promise<FleetRow | null> {
  return db.fleet.findFirst({ where: { AND: [fleetsInReach(reach), { id }] } });
}

export async function findFleetByName(db: Queryable, reach: Reach, name: string): Promise<FleetRow | null> {
  return db.fleet.findFirst({ where: { ...fleetsInReach(reach), name } });
}

/** Every selector of the organization: what decides which fleets claim a node. At most `fleetLimits.fleetsMax` rows. */
export async function listSelectors(db: Queryable, organizationId: string): Promise<{ id: string; name: string; selector: string }[]> {
  return db.fleet.findMany({ where: { organizationId }, select: { id: true, name: true, selector: true }, orderBy: { name: 'asc' } });
}

export async function countFleets(db: Queryable, organizationId: string): Promise<number> {
  return db.fleet.count({ where: { organizationId } });
}

/**
 * One membership change at a time in an organization: a new selector and a new node must see each other. Held until the
 * transaction ends.
 */
export async function lockMembership(tx: Transaction, organizationId: string): Promise<void> {
  await oneAtATime(tx, organizationId, 'membership');
}

export async function insertFleet(tx: Transaction, fleet: { id: string; organizationId: string; name: string; selector: string; settings: Settings; at: number }): Promise<void> {
  const { at, settings, ...same } = fleet;
  await tx.fleet.create({ data: { ...same, settings: toJson(settings), createdAt: new Date(at), updatedAt: new Date(at) } });
}

/** Changes the fleet if it still has this version, and gives it the next; false when it has not. */
export async function updateFleetRow(
  tx: Transaction,
  fleet: { organizationId: string; id: string; version: number; at: number },
  changes: { name: string; selector: string; settings: Settings },
): Promise<boolean> {
  const { count } = await tx.fleet.updateMany({
    where: { organizationId: fleet.organizationId, id: fleet.id, version: fleet.version },
    data: { ...changes, settings: toJson(changes.settings), version: { increment: 1 }, updatedAt: new Date(fleet.at) },
  });
  return count === 1;
}

export async function deleteFleet(tx: Transaction, id: string): Promise<void> {
  await tx.fleet.delete({ where: { id } });
}

/** What the fleet is to run from now on, for nodes that join it later. */
export async function writeFleetBundle(tx: Transaction, organizationId: string, id: string, bundle: string | null, at: number): Promise<void> {
  await tx.fleet.updateMany({ where: { organizationId, id }, data: { bundle, deployedAt: new Date(at) } });
}

/** A node whose fleet changed. */
export type Move = { nodeId: string; from: string | null; to: string | null };

/**
 * Writes which nodes the fleet claims (none, for a null selector) and moves those whose fleet follows from it. Three
 * statements, whatever the size of the fleet; rows are written only for nodes that differ (I10).
 */
export async function writeClaims(tx: Transaction, organizationId: string, fleetId: string, selector: Selector | null, at: Date): Promise<Move[]> {
  const condition = selector === null ? { text: 'FALSE', parameters: [] } : selectorToSql(selector, 'labels', 3);
  const matches = `("revokedAt" IS NULL AND (${condition.text}))`;
  const gained = await tx.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE nodes SET "claimedBy" = array_append("claimedBy", $2)
     WHERE "organizationId" = $1 AND ${matches} AND NOT "claimedBy" @> ARRAY[$2::text] RETURNING id`,
    organizationId,
    fleetId,
    ...condition.parameters,
  );
  const lost = await tx.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE nodes SET "claimedBy" = array_remove("claimedBy", $2)
     WHERE "organizationId" = $1 AND "claimedBy" @> ARRAY[$2::text] AND NOT ${matches} RETURNING id`,
    organizationId,
    fleetId,
    ...condition.parameters,
  );
  const touched = [...gained, ...lost].map((row) => row.id);
  if (touched.length === 0) return [];
  // The same decision as fleetOf in membership.ts; a property test holds the two together.
  return tx.$queryRaw<Move[]>`
    WITH decided AS (
      SELECT id, "fleetId" AS before, CASE
        WHEN cardinality("claimedBy") = 1 THEN "claimedBy"[1]
        WHEN "fleetId" = ANY("claimedBy") THEN "fleetId"
      END AS after
      FROM nodes WHERE id = ANY(${touched}::text[]))
    UPDATE nodes SET "fleetId" = decided.after, "joinedAt" = CASE WHEN decided.after IS NOT NULL THEN ${at}::timestamptz END FROM decided
    WHERE nodes.id = decided.id AND decided.before IS DISTINCT FROM decided.after
    RETURNING nodes.id AS "nodeId", decided.before AS "from", decided.after AS "to"`;
}

export async function writeNodeClaims(tx: Transaction, nodeId: string, claim: { fleetId: string | null; claimedBy: string[]; joinedAt?: Date | null }): Promise<void> {
  await tx.node.update({ where: { id: nodeId }, data: claim });
}

/** Puts what happened on the timeline of each node, in one statement. */
export async function insertMoveNotes(tx: Transaction, organizationId: string, at: number, notes: readonly { id: string; nodeId: string; message: string }[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO node_events (id, "organizationId", "nodeId", at, tone, reason, message, source)
    SELECT id, ${organizationId}, "nodeId", ${new Date(at)}, 'info', 'FleetChanged', message, 'control plane'
    FROM unnest(${notes.map(({ id }) => id)}::text[], ${notes.map(({ nodeId }) => nodeId)}::text[], ${notes.map(({ message }) => message)}::text[]) AS notes (id, "nodeId", message)`;
}
