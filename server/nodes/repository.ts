import { factsSchema, labelsSchema, reportSchema } from '@selvedge/edge-runtime/protocol';
import type { Facts, Labels, Report } from '@selvedge/edge-runtime/protocol';
import { arrayLiteral } from '../kernel/array-literal.ts';
import type { Prisma, Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import { fleetsOf, inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { columnsThatChange } from './state-columns.ts';
import type { Fact } from './state-columns.ts';
import type { NodeState, TimelineNote } from './state.ts';

export type NodeRow = Prisma.NodeGetPayload<object>;

/** What statuses follow from, apart from the report, which is the most of a row. */
export type StateRow = Pick<NodeRow, (typeof stateColumnNames)[number]>;

const stateColumnNames = [
  'id', 'organizationId', 'name', 'fleetId', 'revokedAt', 'instance', 'connectedSince', 'disconnectedAt', 'desiredGeneration', 'desiredBundle', 'desiredAt', 'reportedAt',
  'health', 'healthReason', 'healthMessage', 'healthSince', 'sync', 'syncReason', 'syncMessage', 'syncSince',
] as const satisfies readonly (keyof NodeRow)[];

/** Throws where the report was not read with the row. */
export function readReport(row: { report?: unknown }): Report | null {
  if (row.report === undefined) throw new TypeError('the report of this row was not read');
  return row.report === null ? null : reportSchema.parse(row.report);
}

export function readLabels(labels: unknown): Labels {
  return labelsSchema.parse(labels);
}

export function readFacts(facts: unknown): Facts {
  return factsSchema.parse(facts);
}

/** `report` is what the node reports by now, where that is known: the one in its row need not be read then. */
export function toState(row: StateRow & { report?: unknown }, report: Report | null = readReport(row)): NodeState {
  return {
    id: row.id,
    organizationId: row.organizationId,
    name: row.name,
    fleetId: row.fleetId,
    revokedAt: milliseconds(row.revokedAt),
    instance: row.instance,
    connectedSince: milliseconds(row.connectedSince),
    disconnectedAt: milliseconds(row.disconnectedAt),
    desiredGeneration: Number(row.desiredGeneration),
    desiredBundle: row.desiredBundle,
    desiredAt: milliseconds(row.desiredAt),
    report,
    reportedAt: milliseconds(row.reportedAt),
    health: { status: row.health, reason: row.healthReason, message: row.healthMessage, since: row.healthSince.getTime() },
    sync: { status: row.sync, reason: row.syncReason, message: row.syncMessage, since: row.syncSince.getTime() },
  };
}

function milliseconds(time: Date | null): number | null {
  return time === null ? null : time.getTime();
}

/** The nodes of these ids in reach, locked until the transaction ends, in the order of ids so that two lockers never wait for each other. */
export async function lockNodes(tx: Transaction, reach: Reach, ids: readonly string[]): Promise<NodeRow[]> {
  const fleets = fleetsOf(reach);
  return tx.$queryRaw<NodeRow[]>`
    SELECT * FROM nodes WHERE "organizationId" = ${reach.organizationId} AND (${fleets}::text[] IS NULL OR "fleetId" = ANY(${fleets})) AND id = ANY(${[...ids]}::text[])
    ORDER BY id FOR UPDATE`;
}

/** The same of a whole organization, with no more of each than its state, and what else is asked for: in a rollout that is a third of a row. */
export async function lockStates<Also extends 'report' | 'labels' = never>(tx: Transaction, organizationId: string, ids: readonly string[], also: readonly Also[] = []): Promise<(StateRow & Pick<NodeRow, Also>)[]> {
  return tx.$queryRawUnsafe<(StateRow & Pick<NodeRow, Also>)[]>(
    `SELECT ${[...stateColumnNames, ...also].map((column) => `"${column}"`).join(', ')} FROM nodes WHERE "organizationId" = $1 AND id = ANY($2::text[]) ORDER BY id FOR UPDATE`,
    organizationId,
    arrayLiteral(ids),
  );
}

export async function findNode(db: Queryable, reach: Reach, id: string): Promise<NodeRow | null> {
  return db.node.findFirst({ where: { ...inReach(reach), id } });
}

/**
 * Writes facts that changed, and the statuses that follow from them, of any number of nodes in one statement. What did not change is not sent:
 * telling a node what to run would carry three times as much.
 */
export async function saveStates(tx: Transaction, states: readonly NodeState[], changed: Iterable<Fact>): Promise<void> {
  if (states.length === 0) return;
  const facts = new Set(changed);
  const columns = columnsThatChange(facts);
  const values = [arrayLiteral(states.map(({ id }) => id)), ...columns.map(({ of }) => arrayLiteral(states.map(of)))];
  const arrays = ['text', ...columns.map(({ type }) => type)].map((type, index) => `$${index + 1}::${type}[]`);
  const reports = facts.has('report') ? [JSON.stringify(states.map(({ report }) => report))] : [];
  await tx.$executeRawUnsafe(
    `UPDATE nodes SET ${columns.map(({ column }) => `"${column}" = s."${column}"`).join(', ')}${reports.map(() => ', report = coalesce(nullif(s.report, \'null\'), nodes.report)').join('')}
    FROM ROWS FROM (unnest(${arrays.join(', ')})${reports.map(() => `, jsonb_array_elements($${arrays.length + 1}::jsonb)`).join('')})
      AS s(id, ${[...columns.map(({ column }) => `"${column}"`), ...reports.map(() => 'report')].join(', ')})
    WHERE nodes.id = s.id`,
    ...values,
    ...reports,
  );
}

export type NewNode = {
  state: NodeState;
  publicKey: string;
  fingerprint: string;
  labels: Labels;
  facts: Facts;
  agentVersion: string;
  gateway: string | null;
  claimedBy: string[];
  enrolledAt: number;
};

export async function insertNode(tx: Transaction, node: NewNode): Promise<void> {
  const { state } = node;
  await tx.node.create({
    data: {
      id: state.id,
      organizationId: state.organizationId,
      name: state.name,
      publicKey: node.publicKey,
      fingerprint: node.fingerprint,
      labels: toJson(node.labels),
      facts: toJson(node.facts),
      agentVersion: node.agentVersion,
      gateway: node.gateway,
      enrolledAt: new Date(node.enrolledAt),
      keySince: new Date(node.enrolledAt),
      fleetId: state.fleetId,
      claimedBy: node.claimedBy,
      health: state.health.status,
      healthReason: state.health.reason,
      healthMessage: state.health.message,
      healthSince: new Date(state.health.since),
      sync: state.sync.status,
      syncReason: state.sync.reason,
      syncMessage: state.sync.message,
      syncSince: new Date(state.sync.since),
    },
  });
}

export type TimelineSource = { kind: 'node' } | { kind: 'control plane' } | { kind: 'person'; name: string };
export type NewTimelineEntry = TimelineNote & { id: string; organizationId: string; nodeId: string; at: number; source: TimelineSource; sequence?: number };

/** One statement for any number of entries; one with a number that is there already is left out. */
export async function insertTimeline(tx: Transaction, entries: readonly NewTimelineEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const each = (of: (entry: NewTimelineEntry) => string | number | Date | null): string => arrayLiteral(entries.map(of));
  await tx.$executeRaw`
    INSERT INTO node_events (id, "organizationId", "nodeId", at, tone, reason, message, source, "actorName", sequence)
    SELECT * FROM unnest(
      ${each(({ id }) => id)}::text[], ${each(({ organizationId }) => organizationId)}::text[], ${each(({ nodeId }) => nodeId)}::text[], ${each(({ at }) => new Date(at))}::timestamptz[],
      ${each(({ tone }) => tone)}::text[], ${each(({ reason }) => reason)}::text[], ${each(({ message }) => message)}::text[],
      ${each(({ source }) => source.kind)}::text[], ${each(({ source }) => (source.kind === 'person' ? source.name : null))}::text[], ${each(({ sequence }) => sequence ?? null)}::bigint[])
    ON CONFLICT DO NOTHING`;
}

/** Removes timeline entries older than `before`, at most `limit`; returns how many. */
export async function deleteTimelineBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  return db.$executeRaw`DELETE FROM node_events WHERE id IN (SELECT id FROM node_events WHERE at < ${before} ORDER BY at LIMIT ${limit})`;
}

/** The rows of heartbeats, which a node has from its first connection on. Nodes that were removed meanwhile are left out. */
export async function beginHeartbeats(db: Queryable, ids: readonly string[], at: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO node_heartbeats ("nodeId", "lastSeenAt") SELECT id, ${new Date(at)} FROM nodes WHERE id = ANY(${arrayLiteral(ids)}::text[])
    ON CONFLICT ("nodeId") DO UPDATE SET "lastSeenAt" = greatest(node_heartbeats."lastSeenAt", EXCLUDED."lastSeenAt")`;
}

/** One statement for any number of nodes that have connected once. */
export async function writeHeartbeats(db: Queryable, lastSeenAt: ReadonlyMap<string, number>): Promise<void> {
  if (lastSeenAt.size === 0) return;
  await db.$executeRaw`
    UPDATE node_heartbeats SET "lastSeenAt" = greatest("lastSeenAt", heard.at)
    FROM unnest(${arrayLiteral([...lastSeenAt.keys()])}::text[], ${arrayLiteral(Array.from(lastSeenAt.values(), (at) => new Date(at)))}::timestamptz[]) AS heard(id, at) WHERE "nodeId" = heard.id`;
}

/**
 * Nodes whose connection nobody holds any more: connected by the row, and not heard of since `before`. Each that was not heard of is looked up by
 * itself: what Postgres knows of the moments in between is always older than they are, and it would read all nodes.
 */
export async function findSilentNodes(db: Queryable, before: number, limit: number): Promise<{ id: string; organizationId: string }[]> {
  return db.$queryRaw<{ id: string; organizationId: string }[]>`
    SELECT id, "organizationId" FROM (
      SELECT "nodeId" AS id, (SELECT "organizationId" FROM nodes WHERE nodes.id = "nodeId" AND "connectedSince" < ${new Date(before)}) AS "organizationId"
      FROM node_heartbeats WHERE "lastSeenAt" < ${new Date(before)}) AS silent
    WHERE "organizationId" IS NOT NULL ORDER BY id LIMIT ${limit}`;
}

/** Whether a node that was not revoked has this name. */
export async function nameInUse(db: Queryable, organizationId: string, name: string): Promise<boolean> {
  return (await db.node.count({ where: { organizationId, name, revokedAt: null } })) > 0;
}

export async function renameRow(tx: Transaction, id: string, name: string): Promise<void> {
  await tx.node.update({ where: { id }, data: { name } });
}

export async function writeLabels(tx: Transaction, id: string, labels: Labels): Promise<void> {
  await tx.node.update({ where: { id }, data: { labels: toJson(labels) } });
}

/** What an agent says of itself with each connection. */
export type AgentFacts = { agentVersion: string; facts: Facts; gateway: string | null };

/** Writes what agents said, of any number of nodes in one statement. */
export async function writeAgentFacts(tx: Transaction, said: ReadonlyMap<string, AgentFacts>): Promise<void> {
  const rows = Array.from(said, ([id, { agentVersion, facts, gateway }]) => ({ id, version: agentVersion, facts, gateway }));
  await tx.$executeRaw`
    UPDATE nodes SET "agentVersion" = s.version, facts = s.facts, gateway = s.gateway
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS s(id text, version text, facts jsonb, gateway text) WHERE nodes.id = s.id`;
}

/** The organization of a node whose connection of that moment still stands; null when it has ended, or the node was revoked. */
export async function findConnected(db: Queryable, id: string, connectedSince: number): Promise<string | null> {
  const row = await db.node.findFirst({ where: { id, connectedSince: new Date(connectedSince), revokedAt: null }, select: { organizationId: true } });
  return row?.organizationId ?? null;
}

export async function findNodesByKey(db: Queryable, publicKeys: readonly string[]): Promise<NodeRow[]> {
  return db.node.findMany({ where: { publicKey: { in: [...publicKeys] } } });
}

/** Moves the record counter, which only grows. */
export async function writeRecordsThrough(tx: Transaction, id: string, through: number, lost: number): Promise<void> {
  await tx.node.update({ where: { id }, data: { recordsThrough: through, recordsLost: { increment: lost } } });
}
