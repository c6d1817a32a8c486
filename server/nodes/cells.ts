import type { z } from 'zod';
import { requireKept } from '../history/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { fleetsOf } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { cellsPageSize } from './schema.ts';
import type { Alike, cellsInput, cellsOutput, densityInput, densityOutput } from './schema.ts';
import { nodeTables } from './tables.ts';

/** The fleet as the asking person sees it, with their fleets as $2: one that is out of reach, or is gone, is none. */
const seen = (column: string): string => `CASE WHEN $2::text[] IS NULL OR nodes."fleetId" = ANY($2) THEN ${column} END`;
const inReach = (reach: string): string => `nodes."organizationId" = $1 AND ($2::text[] IS NULL OR ${reach} = ANY($2)) AND nodes."revokedAt" IS NULL`;

/** Every node, or every one of a fleet, counted by what its cell looks like: what is sent does not grow with the nodes. */
export async function readDensity(db: Queryable, reach: Reach, { fleet, at }: z.infer<typeof densityInput>, now: number): Promise<z.infer<typeof densityOutput>> {
  if (at !== undefined) await requireKept(db, at, now);
  const tables = nodeTables(at, fleet === undefined ? undefined : '$3');
  const rows = await db.$queryRawUnsafe<(Omit<Alike, 'fleet'> & { fleetId: string | null; fleetName: string | null })[]>(
    `SELECT ${seen('fleets.id')} AS "fleetId", ${seen('fleets.name')} AS "fleetName", nodes.health::text, nodes.sync::text, count(*)::int AS nodes
     FROM ${tables.statuses} LEFT JOIN ${tables.fleets} ON fleets.id = nodes."fleetId"
     WHERE ${inReach(tables.reach)} AND ($3::text IS NULL OR nodes."fleetId" = $3) GROUP BY 1, 2, 3, 4 ORDER BY 2 NULLS LAST, 3, 4`,
    reach.organizationId, fleetsOf(reach), fleet ?? null,
  );
  const alike = rows.map(({ fleetId, fleetName, ...row }): Alike => ({ fleet: fleetId === null ? null : { id: fleetId, name: fleetName ?? '' }, ...row }));
  return { total: alike.reduce((sum, { nodes }) => sum + nodes, 0), alike };
}

/** Some of the nodes that look alike, by name: for the cells that somebody points at. */
export async function readCells(db: Queryable, reach: Reach, { fleet, health, sync, from, at }: z.infer<typeof cellsInput>, now: number): Promise<z.infer<typeof cellsOutput>> {
  if (at !== undefined) await requireKept(db, at, now);
  const tables = nodeTables(at, fleet === null ? undefined : '$3');
  return db.$queryRawUnsafe<z.infer<typeof cellsOutput>>(
    `SELECT nodes.id, nodes.name FROM ${tables.nodes} LEFT JOIN ${tables.fleets} ON fleets.id = nodes."fleetId"
     WHERE ${inReach(tables.reach)} AND ${fleet === null ? `$3::text IS NULL AND ${seen('fleets.id')} IS NULL` : `nodes."fleetId" = $3 AND ${seen('fleets.id')} = $3`}
       AND ${tables.having('health', '$4')} AND ${tables.having('sync', '$5')} ORDER BY nodes.name, nodes.id LIMIT ${cellsPageSize} OFFSET $6::int`,
    reach.organizationId, fleetsOf(reach), fleet, [health], [sync], from,
  );
}
