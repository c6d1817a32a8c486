import type { JsonValue } from '@selvedge/edge-runtime/protocol';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import { genesisHash } from './chain.ts';
import type { ChainedEntry } from './chain.ts';

export type StoredEntry = ChainedEntry & { id: string; hash: string };

/**
 * The end of the organization's chain, locked until the transaction ends. Whoever writes an entry waits here for whoever
 * came before, so sequences have no gaps; take it last, since everyone else waits as long as it is held.
 */
export async function lockHead(tx: Transaction, organizationId: string): Promise<{ sequence: number; hash: string }> {
  await tx.$executeRaw`INSERT INTO audit_heads ("organizationId", hash) VALUES (${organizationId}, ${genesisHash}) ON CONFLICT DO NOTHING`;
  const rows = await tx.$queryRaw<{ sequence: bigint; hash: string }[]>`SELECT sequence, hash FROM audit_heads WHERE "organizationId" = ${organizationId} FOR UPDATE`;
  const head = rows[0];
  if (head === undefined) throw new Error(`organization ${organizationId} has no audit head`);
  return { sequence: Number(head.sequence), hash: head.hash };
}

/** Appends entries that follow the locked head, and moves the head behind them. */
export async function appendEntries(tx: Transaction, entries: readonly StoredEntry[]): Promise<void> {
  const last = entries.at(-1);
  if (last === undefined) return;
  await tx.auditEntry.createMany({ data: entries.map(toRow) });
  await tx.auditHead.update({ where: { organizationId: last.organizationId }, data: { sequence: last.sequence, hash: last.hash } });
}

/** Entries after a sequence, oldest first. */
export async function readChain(db: Queryable, organizationId: string, after: number, limit: number): Promise<StoredEntry[]> {
  const rows = await db.auditEntry.findMany({ where: { organizationId, sequence: { gt: after } }, orderBy: { sequence: 'asc' }, take: limit });
  return rows.map(fromRow);
}

/** The recorded end of the chain, without locking it; null when nothing was ever written. */
export async function readHead(db: Queryable, organizationId: string): Promise<{ sequence: number; hash: string } | null> {
  const head = await db.auditHead.findUnique({ where: { organizationId } });
  return head === null ? null : { sequence: Number(head.sequence), hash: head.hash };
}

function toRow(entry: StoredEntry): Prisma.AuditEntryCreateManyInput {
  const { actor, object, before, after, at, ...same } = entry;
  return {
    ...same,
    at: new Date(at),
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: actor.name,
    objectKind: object.kind,
    objectId: object.id,
    objectName: object.name,
    before: before === null ? Prisma.DbNull : toJson(before),
    after: after === null ? Prisma.DbNull : toJson(after),
  };
}

/** An entry as the chain has it, from a row. */
export function fromRow(row: Prisma.AuditEntryGetPayload<object>): StoredEntry {
  return {
    id: row.id,
    organizationId: row.organizationId,
    sequence: Number(row.sequence),
    at: row.at.getTime(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    action: row.action,
    object: { kind: row.objectKind, id: row.objectId, name: row.objectName },
    outcome: row.outcome,
    reason: row.reason,
    before: toJsonValue(row.before),
    after: toJsonValue(row.after),
    requestId: row.requestId,
    previousHash: row.previousHash,
    hash: row.hash,
  };
}

/** The column's type allows objects with methods; what came from a JSON column has none. */
function toJsonValue(value: Prisma.JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(toJsonValue);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, member === undefined ? undefined : toJsonValue(member)]));
}
