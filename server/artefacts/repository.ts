import type { Prisma, Queryable, Transaction } from '../kernel/db.ts';

export type UploadRow = Prisma.UploadGetPayload<object>;

/** Lets an organization read an artefact that is in the store; again changes nothing. */
export async function claimArtefact(tx: Transaction, artefact: { organizationId: string; digest: string; bytes: number; at: Date }): Promise<void> {
  const { at, ...same } = artefact;
  await tx.artefact.createMany({ data: { ...same, createdAt: at }, skipDuplicates: true });
}

export async function mayRead(db: Queryable, organizationId: string, digest: string): Promise<boolean> {
  return (await db.artefact.count({ where: { organizationId, digest } })) > 0;
}

export async function countOpenUploads(db: Queryable, organizationId: string, now: Date): Promise<number> {
  return db.upload.count({ where: { organizationId, expiresAt: { gt: now } } });
}

export async function insertUpload(db: Queryable, upload: Omit<UploadRow, 'received' | 'digest'>): Promise<UploadRow> {
  return db.upload.create({ data: upload });
}

export async function findUpload(db: Queryable, organizationId: string, id: string): Promise<UploadRow | null> {
  return db.upload.findFirst({ where: { organizationId, id } });
}

/** The upload, locked until the transaction ends: its file has one writer at a time. */
export async function lockUpload(tx: Transaction, organizationId: string, id: string): Promise<UploadRow | null> {
  await tx.$queryRaw`SELECT id FROM uploads WHERE id = ${id} AND "organizationId" = ${organizationId} FOR UPDATE`;
  return findUpload(tx, organizationId, id);
}

export async function writeUploadProgress(tx: Transaction, id: string, received: number, digest: string | null): Promise<void> {
  await tx.upload.update({ where: { id }, data: { received, digest } });
}

export async function deleteUpload(db: Queryable, id: string): Promise<void> {
  await db.upload.deleteMany({ where: { id } });
}

export async function deleteExpiredUploads(db: Queryable, now: Date): Promise<string[]> {
  const expired = await db.upload.findMany({ where: { expiresAt: { lte: now } }, select: { id: true }, take: 1000 });
  const ids = expired.map((upload) => upload.id);
  await db.upload.deleteMany({ where: { id: { in: ids } } });
  return ids;
}

export async function existingUploads(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.upload.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map((row) => row.id));
}
