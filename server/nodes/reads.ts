import { healthStatusSchema, quantile, syncStatusSchema } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { parseSelector, selectorToSql } from '../fleets/index.ts';
import { requireKept } from '../history/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { DomainError } from '../kernel/errors.ts';
import { fleetsOf, reaches } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { readLatest } from '../telemetry/index.ts';
import { readLabels } from './repository.ts';
import type { listNodesInput, listNodesOutput, NodeItem, nodesSummaryOutput } from './schema.ts';
import { nodeTables } from './tables.ts';
import type { NodeTables } from './tables.ts';

/** What a list shows of a node, as the database gives it. */
export type ListedRow = {
  id: string;
  name: string;
  labels: unknown;
  fleetId: string | null;
  fleetName: string | null;
  health: string;
  healthReason: string;
  healthMessage: string;
  healthSince: Date;
  sync: string;
  syncReason: string;
  syncMessage: string;
  syncSince: Date;
  quarantinedAt: Date | null;
  quarantinedBy: string | null;
  quarantinedBecause: string | null;
  connectedSince: Date | null;
  lastSeenAt: Date | null;
  agentVersion: string;
  desiredGeneration: bigint;
  observedGeneration: bigint;
  revokedAt: Date | null;
};

const listedColumns = `nodes.id, nodes.name, nodes.labels, nodes."fleetId", fleets.name AS "fleetName",
  nodes.health::text AS health, nodes."healthReason", nodes."healthMessage", nodes."healthSince",
  nodes.sync::text AS sync, nodes."syncReason", nodes."syncMessage", nodes."syncSince",
  nodes."quarantinedAt", nodes."quarantinedBy", nodes."quarantinedBecause",
  nodes."connectedSince", node_heartbeats."lastSeenAt", nodes."agentVersion", nodes."desiredGeneration", nodes."observedGeneration", nodes."revokedAt"`;

type Parameters = (string | string[])[];
type Condition = { text: string; parameters: Parameters };

/** The Nodes page: three statements, whatever is asked for, and one more for the past. */
export async function listNodes(db: Queryable, reach: Reach, input: z.infer<typeof listNodesInput>, now: number): Promise<z.infer<typeof listNodesOutput>> {
  if (input.at !== undefined) await requireKept(db, input.at, now);
  const tables = nodeTables(input.at, input.fleet === undefined || input.fleet === 'none' ? undefined : '$2');
  const where = filterOf(reach, input, tables);
  const order = orderOf(input.sort);
  const page = pageOf(where, order, input.cursor);
  // What asks for no name and no label is counted over narrow rows.
  const counted = (input.query ?? '') === '' && (input.label ?? '') === '' ? tables.statuses : tables.nodes;
  const [rows, [count]] = await Promise.all([
    db.$queryRawUnsafe<(ListedRow & { position: string })[]>(
      `SELECT ${listedColumns}, ${order.expression}::text AS position FROM ${tables.listed} WHERE ${page.text}
       ORDER BY ${order.expression} ${order.direction}, nodes.id ${order.direction} LIMIT ${input.limit + 1}`,
      ...page.parameters,
    ),
    db.$queryRawUnsafe<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${counted} WHERE ${where.text}`, ...where.parameters),
  ]);
  const shown = rows.slice(0, input.limit);
  const last = shown.at(-1);
  return {
    items: await withRates(db, reach, shown, input.at ?? now),
    nextCursor: rows.length > input.limit && last !== undefined ? encodeCursor(last.position, last.id) : null,
    total: count?.count ?? 0,
  };
}

/** One node as the list shows it, now or at a moment, or null. */
export async function readListedNode(db: Queryable, reach: Reach, id: string, now: number, at?: number): Promise<NodeItem | null> {
  return (await readListedNodes(db, reach, [id], now, at))[0] ?? null;
}

/** Some nodes as the list shows them, in no order; those that are gone or out of reach are left out. */
export async function readListedNodes(db: Queryable, reach: Reach, ids: readonly string[], now: number, at?: number): Promise<NodeItem[]> {
  const tables = nodeTables(at);
  const where = `nodes."organizationId" = $1 AND nodes.id = ANY($2::text[]) AND ($3::text[] IS NULL OR ${tables.reach} = ANY($3))`;
  const rows = await db.$queryRawUnsafe<ListedRow[]>(`SELECT ${listedColumns} FROM ${tables.listed} WHERE ${where}`, reach.organizationId, [...ids], fleetsOf(reach));
  return withRates(db, reach, rows, at ?? now);
}

async function withRates(db: Queryable, reach: Reach, rows: readonly ListedRow[], at: number): Promise<NodeItem[]> {
  const latest = await readLatest(
    db,
    rows.map((row) => row.id),
    at,
  );
  return rows.map((row) => {
    const figures = latest.get(row.id);
    return {
      id: row.id,
      name: row.name,
      labels: readLabels(row.labels),
      // Where it was may be beyond somebody's reach, though it is in it now.
      fleet: row.fleetId === null || !reaches(reach, row.fleetId) ? null : { id: row.fleetId, name: row.fleetName ?? '' },
      health: { status: healthStatusSchema.parse(row.health), reason: row.healthReason, message: row.healthMessage, since: row.healthSince.getTime() },
      sync: { status: syncStatusSchema.parse(row.sync), reason: row.syncReason, message: row.syncMessage, since: row.syncSince.getTime() },
      quarantine: row.quarantinedAt === null ? null : { since: row.quarantinedAt.getTime(), by: row.quarantinedBy, because: row.quarantinedBecause ?? '' },
      connectedSince: row.connectedSince?.getTime() ?? null,
      lastSeenAt: row.lastSeenAt?.getTime() ?? null,
      agentVersion: row.agentVersion,
      generation: { desired: Number(row.desiredGeneration), observed: Number(row.observedGeneration) },
      rates: figures === undefined ? null : { events: figures.events / 10, latencyP99Us: quantile(figures.latency, 0.99) ?? null },
      buffered: figures?.buffered ?? 0,
      revokedAt: row.revokedAt?.getTime() ?? null,
    };
  });
}

function filterOf(reach: Reach, input: z.infer<typeof listNodesInput>, tables: NodeTables): Condition {
  const parameters: Parameters = [reach.organizationId];
  const parameter = (value: string | string[]): string => `$${parameters.push(value)}`;
  const conditions = ['nodes."organizationId" = $1'];
  if (input.fleet === 'none') conditions.push('nodes."fleetId" IS NULL');
  else if (input.fleet !== undefined) conditions.push(`nodes."fleetId" = ${parameter(input.fleet)}`);
  const fleets = fleetsOf(reach);
  if (fleets !== null) conditions.push(`${tables.reach} = ANY(${parameter(fleets)}::text[])`);
  if (!input.revoked) conditions.push('nodes."revokedAt" IS NULL');
  if (input.query !== undefined && input.query !== '') conditions.push(`nodes.name ILIKE ${parameter(`%${input.query.replaceAll(/[\\%_]/g, '\\$&')}%`)}`);
  if (input.health !== undefined) conditions.push(tables.having('health', parameter(input.health)));
  if (input.sync !== undefined) conditions.push(tables.having('sync', parameter(input.sync)));
  if (input.quarantined !== undefined) conditions.push(`nodes."quarantinedAt" IS ${input.quarantined ? 'NOT NULL' : 'NULL'}`);
  if (input.label !== undefined && input.label !== '') {
    const parsed = parseSelector(input.label);
    if (!parsed.ok) throw new DomainError('InvalidInput', `The label filter is wrong at character ${parsed.error.from + 1}: ${parsed.error.message}.`);
    const selected = selectorToSql(parsed.selector, 'nodes.labels', parameters.length + 1);
    parameters.push(...selected.parameters);
    conditions.push(`(${selected.text})`);
  }
  return { text: conditions.join(' AND '), parameters };
}

type Order = { expression: string; type: string; direction: 'ASC' | 'DESC' };

function orderOf(sort: z.infer<typeof listNodesInput>['sort']): Order {
  const lastSeen = `coalesce(node_heartbeats."lastSeenAt", 'epoch')`;
  switch (sort) {
    case 'name':
      return { expression: 'nodes.name', type: 'text', direction: 'ASC' };
    case '-name':
      return { expression: 'nodes.name', type: 'text', direction: 'DESC' };
    case 'lastSeenAt':
      return { expression: lastSeen, type: 'timestamptz', direction: 'ASC' };
    case '-lastSeenAt':
      return { expression: lastSeen, type: 'timestamptz', direction: 'DESC' };
    // What needs a person comes first: Offline before Healthy, Failed before Synced, by the order of the words here.
    case 'health':
      return { expression: `array_position(ARRAY['Offline','Degraded','NeverSeen','Healthy'], nodes.health::text)`, type: 'int', direction: 'ASC' };
    case 'sync':
      return { expression: `array_position(ARRAY['Failed','Drifted','OutOfSync','Applying','Unknown','Synced'], nodes.sync::text)`, type: 'int', direction: 'ASC' };
  }
}

function pageOf(where: Condition, order: Order, cursor: string | undefined): Condition {
  if (cursor === undefined) return where;
  const [position, id] = decodeCursor(cursor);
  const after = order.direction === 'ASC' ? '>' : '<';
  const [first, second] = [where.parameters.length + 1, where.parameters.length + 2];
  return {
    text: `${where.text} AND (${order.expression}, nodes.id) ${after} ($${first}::text::${order.type}, $${second}::text)`,
    parameters: [...where.parameters, position, id],
  };
}

function encodeCursor(position: string, id: string): string {
  return Buffer.from(JSON.stringify([position, id])).toString('base64url');
}

function decodeCursor(cursor: string): [string, string] {
  const refuse = (): never => {
    throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  };
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string') return [value[0], value[1]];
  } catch {
    return refuse();
  }
  return refuse();
}

/** Nodes by both statuses, and how many are in quarantine: one statement over narrow rows, and one more for the past. */
export async function summarizeNodes(db: Queryable, reach: Reach, now: number, at?: number): Promise<z.infer<typeof nodesSummaryOutput>> {
  if (at !== undefined) await requireKept(db, at, now);
  const tables = nodeTables(at);
  const rows = await db.$queryRawUnsafe<{ health: string; sync: string; count: number; quarantined: number }[]>(
    `SELECT health::text, sync::text, count(*)::int AS count, count("quarantinedAt")::int AS quarantined FROM ${tables.statuses}
     WHERE nodes."organizationId" = $1 AND ($2::text[] IS NULL OR ${tables.reach} = ANY($2)) AND nodes."revokedAt" IS NULL GROUP BY 1, 2`,
    reach.organizationId,
    fleetsOf(reach),
  );
  const summary: z.infer<typeof nodesSummaryOutput> = {
    total: 0,
    byHealth: { Healthy: 0, Degraded: 0, Offline: 0, NeverSeen: 0 },
    bySync: { Synced: 0, OutOfSync: 0, Applying: 0, Drifted: 0, Failed: 0, Unknown: 0 },
    quarantined: 0,
  };
  for (const { health, sync, count, quarantined } of rows) {
    summary.quarantined += quarantined;
    summary.total += count;
    summary.byHealth[healthStatusSchema.parse(health)] += count;
    summary.bySync[syncStatusSchema.parse(sync)] += count;
  }
  return summary;
}

/** How many nodes of a fleet are in quarantine, and the first by name. */
export async function quarantinedOf(db: Queryable, organizationId: string, fleetId: string): Promise<{ nodes: number; example: string }> {
  const rows = await db.$queryRaw<{ nodes: number; example: string | null }[]>`
    SELECT count(*)::int AS nodes, min(name) AS example FROM nodes WHERE "organizationId" = ${organizationId} AND "fleetId" = ${fleetId} AND "quarantinedAt" IS NOT NULL AND "revokedAt" IS NULL`;
  return { nodes: rows[0]?.nodes ?? 0, example: rows[0]?.example ?? '' };
}
