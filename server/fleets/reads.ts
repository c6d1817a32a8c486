import { bundleManifestSchema, labelsSchema } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { inFleet } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import { requireKept } from '../history/index.ts';
import { notFound } from '../kernel/errors.ts';
import { fleetsInReach, fleetsOf, reaches } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { joinedLatelyMs, joiningOf } from './joining.ts';
import { fleetOf } from './membership.ts';
import { fleetTables, findFleetsAt } from './past.ts';
import type { FleetTables, PastFleet } from './past.ts';
import { fleetLimits, fleetPermissions } from './policy.ts';
import { findFleet, listSelectors, readSettings } from './repository.ts';

import type { Fleet, FleetItem, FleetPreview, Joining, listFleetsInput, listFleetsOutput } from './schema.ts';
import { parseSelector } from './selector.ts';
import { selectorToSql } from './selector-sql.ts';

type Counts = FleetItem['nodes'] & Pick<FleetItem, 'quarantined'>;
const none: Counts = { total: 0, synced: 0, outOfSync: 0, applying: 0, failed: 0, offline: 0, quarantined: 0 };

/** The Fleets page, now or at a moment of the past. Fleets are few (500 at most), so they are sorted and cut here; nodes are counted by the database. */
export async function listFleets(db: Queryable, reach: Reach, input: z.infer<typeof listFleetsInput>, now: number): Promise<z.infer<typeof listFleetsOutput>> {
  const { organizationId } = reach;
  if (input.at !== undefined) await requireKept(db, input.at, now);
  const tables = fleetTables(input.at);
  const [rows, counts, overlaps] = await Promise.all([
    input.at === undefined ? db.fleet.findMany({ where: { ...fleetsInReach(reach), ...(input.query === undefined ? {} : { name: { contains: input.query, mode: 'insensitive' } }) } }) : findFleetsAt(db, reach, input.at, input),
    countByFleet(db, reach, tables, null),
    findOverlaps(db, reach, tables, null),
  ]);
  const sizes = await bundleSizes(db, organizationId, rows);
  const items = rows.map((row) => toItem(row, counts, overlaps, sizes)).sort(orderOf(input.sort));
  const start = input.cursor === undefined ? 0 : Math.max(0, items.findIndex((item) => item.id === input.cursor) + 1);
  const page = items.slice(start, start + input.limit);
  return { items: page, nextCursor: start + input.limit < items.length ? (page.at(-1)?.id ?? null) : null, total: items.length };
}

function orderOf(sort: z.infer<typeof listFleetsInput>['sort']): (a: FleetItem, b: FleetItem) => number {
  const byName = (a: FleetItem, b: FleetItem): number => a.name.localeCompare(b.name, 'en');
  switch (sort) {
    case 'name':
      return byName;
    case '-name':
      return (a, b) => byName(b, a);
    case 'nodes':
      return (a, b) => a.nodes.total - b.nodes.total || byName(a, b);
    case '-nodes':
      return (a, b) => b.nodes.total - a.nodes.total || byName(a, b);
  }
}

/** One fleet, with what its nodes report; now, or at a moment of the past. */
export async function readFleet(db: Queryable, actor: Actor, id: string, now: number, at?: number): Promise<Fleet> {
  const { organizationId } = actor;
  if (at !== undefined) await requireKept(db, at, now);
  const row = at === undefined ? await findFleet(db, actor, id) : ((await findFleetsAt(db, actor, at, { id }))[0] ?? null);
  if (row === null) throw notFound('fleet', id);
  const tables = fleetTables(at, '$2');
  const [counts, overlaps, sizes, spread, rules, models, rolloutUnderWay] = await Promise.all([
    countByFleet(db, actor, tables, id),
    findOverlaps(db, actor, tables, id),
    bundleSizes(db, organizationId, [row]),
    spreadOf(db, actor, tables, id),
    versionsInUse(db, actor, tables, id, 'rules'),
    versionsInUse(db, actor, tables, id, 'models'),
    at === undefined && hasRolloutUnderWay(db, id),
  ]);
  const item = toItem(row, counts, overlaps, sizes);
  return {
    ...item,
    version: row.version,
    settings: readSettings(row),
    spread,
    rules,
    models,
    createdAt: row.createdAt.getTime(),
    can: at === undefined ? fleetPermissions(inFleet(actor, row.id), { nodes: item.nodes.total, bundle: row.bundle, rolloutUnderWay }) : past,
  };
}

const notNow = { allowed: false, reason: 'This is how the fleet was. What stands now can be changed.' };
const past: Fleet['can'] = { update: notNow, select: notNow, remove: notNow, deploy: notNow };

function toItem(row: PastFleet, counts: ReadonlyMap<string, Counts>, overlaps: readonly Overlap[], sizes: ReadonlyMap<string, { rules: number; models: number }>): FleetItem {
  const { quarantined, ...nodes } = counts.get(row.id) ?? none;
  return {
    id: row.id,
    name: row.name,
    selector: row.selector,
    nodes,
    quarantined,
    bundle: row.bundle === null ? null : { digest: row.bundle, ...(sizes.get(row.bundle) ?? { rules: 0, models: 0 }) },
    deployedAt: row.deployedAt?.getTime() ?? null,
    overlaps: overlaps.filter((overlap) => overlap.of === row.id).map(({ id, name, nodes }) => ({ fleet: { id, name }, nodes })),
  };
}

async function countByFleet(db: Queryable, reach: Reach, { statuses, reach: column }: FleetTables, fleetId: string | null): Promise<Map<string, Counts>> {
  const rows = await db.$queryRawUnsafe<{ fleetId: string; health: string; sync: string; count: number; quarantined: number }[]>(
    `SELECT nodes."fleetId", health::text, sync::text, count(*)::int AS count, count("quarantinedAt")::int AS quarantined FROM ${statuses}
     WHERE nodes."organizationId" = $1 AND nodes."fleetId" IS NOT NULL AND ($2::text IS NULL OR nodes."fleetId" = $2) AND ($3::text[] IS NULL OR ${column} = ANY($3))
     GROUP BY nodes."fleetId", health, sync`,
    reach.organizationId,
    fleetId,
    fleetsOf(reach),
  );
  const counts = new Map<string, Counts>();
  for (const { fleetId: fleet, health, sync, count, quarantined } of rows) {
    const sum = counts.get(fleet) ?? { ...none };
    sum.total += count;
    sum.quarantined += quarantined;
    sum[stateOf(health, sync)] += count;
    counts.set(fleet, sum);
  }
  return counts;
}

/** The one state under which a node of a fleet is counted. */
function stateOf(health: string, sync: string): Exclude<keyof FleetItem['nodes'], 'total'> {
  if (health === 'Offline' || health === 'NeverSeen') return 'offline';
  if (sync === 'Synced') return 'synced';
  if (sync === 'Applying') return 'applying';
  return sync === 'Failed' ? 'failed' : 'outOfSync';
}

type Overlap = { of: string; id: string; name: string; nodes: number };

/** Of two fleets that somebody reaches; what others claim is not theirs to see. */
async function findOverlaps(db: Queryable, reach: Reach, { nodes, fleets, reach: column }: FleetTables, fleetId: string | null): Promise<Overlap[]> {
  const rows = await db.$queryRawUnsafe<Overlap[]>(
    `SELECT a.fleet AS "of", b.fleet AS id, fleets.name, count(*)::int AS nodes
     FROM ${nodes} CROSS JOIN LATERAL unnest("claimedBy") AS a(fleet) CROSS JOIN LATERAL unnest("claimedBy") AS b(fleet) JOIN ${fleets} ON fleets.id = b.fleet
     WHERE nodes."organizationId" = $1 AND cardinality("claimedBy") > 1 AND a.fleet <> b.fleet AND ($2::text IS NULL OR a.fleet = $2) AND ($3::text[] IS NULL OR ${column} = ANY($3))
     GROUP BY a.fleet, b.fleet, fleets.name ORDER BY fleets.name`,
    reach.organizationId,
    fleetId,
    fleetsOf(reach),
  );
  return rows.filter((row) => reaches(reach, row.of) && reaches(reach, row.id));
}

async function bundleSizes(db: Queryable, organizationId: string, rows: readonly PastFleet[]): Promise<Map<string, { rules: number; models: number }>> {
  const digests = [...new Set(rows.map((row) => row.bundle).filter((bundle) => bundle !== null))];
  if (digests.length === 0) return new Map();
  const bundles = await db.bundle.findMany({ where: { organizationId, digest: { in: digests } }, select: { digest: true, manifest: true } });
  return new Map(
    bundles.map(({ digest, manifest }) => {
      const { rules, models } = bundleManifestSchema.parse(JSON.parse(manifest));
      return [digest, { rules: rules.length, models: models.length }];
    }),
  );
}

async function spreadOf(db: Queryable, reach: Reach, { nodes, reach: column }: FleetTables, fleetId: string): Promise<Fleet['spread']> {
  return db.$queryRawUnsafe<Fleet['spread']>(
    `SELECT "reportedBundle" AS bundle, count(*)::int AS nodes FROM ${nodes} WHERE nodes."organizationId" = $1 AND nodes."fleetId" = $2 AND ($3::text[] IS NULL OR ${column} = ANY($3)) GROUP BY 1 ORDER BY 2 DESC, 1`,
    reach.organizationId,
    fleetId,
    fleetsOf(reach),
  );
}

async function versionsInUse(db: Queryable, reach: Reach, { reporting, reach: column }: FleetTables, fleetId: string, part: 'rules' | 'models'): Promise<Fleet['rules']> {
  return db.$queryRawUnsafe<Fleet['rules']>(
    `SELECT used.name, used.version, count(*)::int AS nodes FROM ${reporting} CROSS JOIN LATERAL jsonb_to_recordset(report -> $4) AS used(name text, version int)
     WHERE nodes."organizationId" = $1 AND nodes."fleetId" = $2 AND ($3::text[] IS NULL OR ${column} = ANY($3)) GROUP BY 1, 2 ORDER BY 1, 2 DESC`,
    reach.organizationId,
    fleetId,
    fleetsOf(reach),
    part,
  );
}

export async function countMembers(db: Queryable, fleetId: string): Promise<number> {
  return db.node.count({ where: { fleetId } });
}

export async function hasRolloutUnderWay(db: Queryable, fleetId: string): Promise<boolean> {
  return (await db.deployment.count({ where: { fleetId, state: { in: ['Progressing', 'Paused', 'Suspended', 'RollingBack'] } } })) > 0;
}

type PreviewNode = { id: string; name: string; labels: unknown; fleetId: string | null; claimedBy: string[]; matches: boolean };

/**
 * What saving this selector would do, for a fleet that exists or for a new one. Reads the nodes that it matches and those
 * that the fleet claims now, and lists at most 50 of each kind. Throws NotFound where there is no fleet of that id.
 */
export async function previewSelector(db: Queryable, organizationId: string, input: { id?: string | undefined; selector: string }, now: number): Promise<FleetPreview> {
  const parsed = parseSelector(input.selector);
  const preview: FleetPreview = { error: null, total: 0, added: { total: 0, nodes: [] }, removed: { total: 0, nodes: [] }, moved: { total: 0, nodes: [] }, overlaps: [], joining: [] };
  if (!parsed.ok) return { ...preview, error: parsed.error };
  const names = new Map((await listSelectors(db, organizationId)).map((fleet) => [fleet.id, fleet.name]));
  if (input.id !== undefined && !names.has(input.id)) throw notFound('fleet', input.id);
  const self = input.id ?? '';
  const condition = selectorToSql(parsed.selector, 'labels', 3);
  const rows = await db.$queryRawUnsafe<PreviewNode[]>(
    `SELECT id, name, labels, "fleetId", "claimedBy", (${condition.text}) AS matches FROM nodes
     WHERE "organizationId" = $1 AND "revokedAt" IS NULL AND ((${condition.text}) OR "claimedBy" @> ARRAY[$2::text]) ORDER BY name`,
    organizationId,
    self,
    ...condition.parameters,
  );
  const overlaps = new Map<string, FleetPreview['overlaps'][number]>();
  for (const row of rows) {
    if (row.matches) preview.total++;
    place(row, self, names, preview, overlaps);
  }
  const targets = Map.groupBy(rows.flatMap((row) => comesTo(row, self) ?? []), (id) => id);
  return { ...preview, overlaps: [...overlaps.values()], joining: await previewJoining(db, organizationId, new Map([...targets].map(([id, nodes]) => [id, nodes.length])), now) };
}

/** The fleet into which a node would come by another selector of a fleet; null where it would come into none, or stay. */
function comesTo({ matches, fleetId, claimedBy }: PreviewNode, self: string): string | null {
  const others = claimedBy.filter((id) => id !== self);
  const next = fleetOf(fleetId, matches ? [...others, self] : others);
  return next === fleetId || next === '' ? null : next;
}

/** How so many nodes would come to what each of these fleets runs. */
export async function previewJoining(db: Queryable, organizationId: string, nodes: ReadonlyMap<string, number>, now: number): Promise<Joining[]> {
  if (nodes.size === 0) return [];
  const rows = await db.$queryRaw<{ id: string; name: string; runsSomething: boolean; members: number; lately: number; rolloutUnderWay: boolean }[]>`
    SELECT f.id, f.name, f.bundle IS NOT NULL AS "runsSomething", n.members, n.lately,
      EXISTS (SELECT FROM deployments d WHERE d."fleetId" = f.id AND d.state IN ('Progressing', 'Paused', 'Suspended')) AS "rolloutUnderWay"
    FROM fleets f CROSS JOIN LATERAL (
      SELECT count(*)::int AS members, count(*) FILTER (WHERE "joinedAt" > ${new Date(now - joinedLatelyMs)})::int AS lately FROM nodes WHERE "fleetId" = f.id AND "revokedAt" IS NULL) AS n
    WHERE f."organizationId" = ${organizationId} AND f.id = ANY(${[...nodes.keys()]}::text[]) ORDER BY f.name`;
  return rows.flatMap(({ id, name, ...row }) => joiningOf({ fleet: { id, name }, nodes: nodes.get(id) ?? 0, ...row }) ?? []);
}

function place(row: PreviewNode, self: string, names: ReadonlyMap<string, string>, preview: FleetPreview, overlaps: Map<string, FleetPreview['overlaps'][number]>): void {
  const node = { id: row.id, name: row.name, labels: labelsSchema.parse(row.labels) };
  const others = row.claimedBy.filter((id) => id !== self);
  if (row.matches) {
    if (row.fleetId === null && others.length === 0) take(preview.added, node);
    for (const id of others) {
      const overlap = overlaps.get(id) ?? { fleet: { id, name: names.get(id) ?? id }, nodes: 0, sample: [] };
      overlap.nodes++;
      if (overlap.sample.length < fleetLimits.previewNodesMax) overlap.sample.push(node);
      overlaps.set(id, overlap);
    }
    return;
  }
  const next = others.length === 1 ? others[0] : undefined;
  if (next !== undefined && row.fleetId !== next) take(preview.moved, { ...node, from: names.get(self) ?? '', to: names.get(next) ?? next });
  else if (row.fleetId === self && self !== '') take(preview.removed, node);
}

function take<Node>(list: { total: number; nodes: Node[] }, node: Node): void {
  list.total++;
  if (list.nodes.length < fleetLimits.previewNodesMax) list.nodes.push(node);
}
