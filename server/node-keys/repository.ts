import type { Prisma, Queryable, Transaction } from '../kernel/db.ts';

export type FormerKeyRow = Prisma.NodeFormerKeyGetPayload<object>;

export async function findFormerKeys(db: Queryable, publicKeys: readonly string[]): Promise<FormerKeyRow[]> {
  return db.nodeFormerKey.findMany({ where: { publicKey: { in: [...publicKeys] } } });
}

/** Whether a node has this key, or any ever had it. */
export async function isKeyKnown(db: Queryable, publicKey: string): Promise<boolean> {
  const [nodes, former] = [await db.node.count({ where: { publicKey } }), await db.nodeFormerKey.count({ where: { publicKey } })];
  return nodes + former > 0;
}

export async function insertFormerKey(tx: Transaction, row: Omit<FormerKeyRow, 'shownAt'>): Promise<void> {
  await tx.nodeFormerKey.create({ data: row });
}

/** Gives the node another key, which is good from `at` on. */
export async function writeKey(tx: Transaction, id: string, key: { publicKey: string; fingerprint: string; at: Date }): Promise<void> {
  await tx.node.update({ where: { id }, data: { publicKey: key.publicKey, fingerprint: key.fingerprint, keySince: key.at, keyRotationRequestedAt: null, keyRevokedAt: null } });
}

/** The receipts of a node that begins anew are counted anew; those of its former key do not verify any more. */
export async function forgetReceipts(tx: Transaction, id: string): Promise<void> {
  await tx.node.update({ where: { id }, data: { receiptsThrough: 0 } });
}

export async function writeRotationRequested(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.node.update({ where: { id }, data: { keyRotationRequestedAt: at } });
}

export async function writeKeyRevoked(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.node.update({ where: { id }, data: { keyRevokedAt: at, keyRotationRequestedAt: null } });
}

/** Notes that a former key was shown; false when that was noted since `before` already. One statement, so that it is said once. */
export async function noteShown(tx: Transaction, publicKey: string, at: Date, before: Date): Promise<boolean> {
  const { count } = await tx.nodeFormerKey.updateMany({ where: { publicKey, OR: [{ shownAt: null }, { shownAt: { lt: before } }] }, data: { shownAt: at } });
  return count === 1;
}

export async function findSchedule(db: Queryable, organizationId: string): Promise<{ name: string; days: number | null }> {
  const { name, nodeKeyDays } = await db.organization.findUniqueOrThrow({ where: { id: organizationId }, select: { name: true, nodeKeyDays: true } });
  return { name, days: nodeKeyDays };
}

export async function writeKeyDays(tx: Transaction, organizationId: string, days: number | null): Promise<void> {
  await tx.organization.update({ where: { id: organizationId }, data: { nodeKeyDays: days } });
}

/** Organizations whose nodes are to change their keys by themselves. */
export async function findSchedules(db: Queryable): Promise<{ organizationId: string; name: string; days: number }[]> {
  const rows = await db.organization.findMany({ where: { nodeKeyDays: { not: null } }, select: { id: true, name: true, nodeKeyDays: true } });
  return rows.flatMap(({ id, name, nodeKeyDays }) => (nodeKeyDays === null ? [] : [{ organizationId: id, name, days: nodeKeyDays }]));
}

/** Nodes whose key is older than `before` and that were not asked for another; oldest first, at most `limit`. */
export async function findDue(db: Queryable, organizationId: string, before: Date, limit: number): Promise<string[]> {
  const rows = await db.node.findMany({
    where: { organizationId, keySince: { lt: before }, keyRotationRequestedAt: null, keyRevokedAt: null, revokedAt: null },
    orderBy: { keySince: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Asks all of these nodes at one time; returns those that had not been asked. */
export async function requestRotations(tx: Transaction, ids: readonly string[], at: Date): Promise<{ id: string; organizationId: string }[]> {
  return tx.$queryRaw<{ id: string; organizationId: string }[]>`
    UPDATE nodes SET "keyRotationRequestedAt" = ${at} WHERE id = ANY(${[...ids]}::text[]) AND "keyRotationRequestedAt" IS NULL RETURNING id, "organizationId"`;
}
