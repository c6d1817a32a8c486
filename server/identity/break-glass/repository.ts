import type { Queryable, Transaction } from '../../kernel/db.ts';

export interface NewCode {
  id: string;
  organizationId: string;
  label: string;
  codeDigest: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
}

export async function insertCode(tx: Transaction, code: NewCode): Promise<void> {
  await tx.breakGlassCode.create({ data: code });
}

/** The codes of an organization, newest first; at most `most`. */
export function findCodes(db: Queryable, organizationId: string, most: number) {
  return db.breakGlassCode.findMany({ where: { organizationId }, orderBy: { createdAt: 'desc' }, take: most });
}

export function findCode(db: Queryable, organizationId: string, id: string) {
  return db.breakGlassCode.findFirst({ where: { organizationId, id } });
}

/** Those that could still be used. */
export function countSealed(db: Queryable, organizationId: string, at: Date): Promise<number> {
  return db.breakGlassCode.count({ where: { organizationId, ...sealed(at) } });
}

export function findByDigest(db: Queryable, codeDigest: string) {
  return db.breakGlassCode.findUnique({ where: { codeDigest } });
}

export interface Use {
  usedAt: Date;
  endsAt: Date;
  usedBy: string;
  reason: string;
  userId: string;
  address: string | null;
}

/** Uses a code, once: false when it was used, revoked or has expired meanwhile. */
export async function useCode(tx: Transaction, id: string, use: Use): Promise<boolean> {
  return (await tx.breakGlassCode.updateMany({ where: { id, ...sealed(use.usedAt) }, data: use })).count === 1;
}

/** Whoever uses a code is a user of no organization, whose one session ends with the time of the code. */
export async function insertUser(tx: Transaction, user: { id: string; name: string; email: string; at: Date }): Promise<void> {
  const { at, ...same } = user;
  await tx.user.create({ data: { ...same, emailVerified: false, createdAt: at, updatedAt: at } });
}

/** The code by which this user is in, while its time runs. */
export function findInUse(db: Queryable, userId: string, at: Date) {
  return db.breakGlassCode.findFirst({ where: { userId, revokedAt: null, endsAt: { gt: at } } });
}

export async function revokeCode(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.breakGlassCode.update({ where: { id }, data: { revokedAt: at } });
}

export async function endSessionAt(tx: Queryable, sessionId: string, expiresAt: Date): Promise<void> {
  await tx.session.updateMany({ where: { id: sessionId }, data: { expiresAt } });
}

function sealed(at: Date) {
  return { usedAt: null, revokedAt: null, expiresAt: { gt: at } };
}
