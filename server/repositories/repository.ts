import { z } from 'zod';
import type { PlacedDocument } from '../documents/index.ts';
import { documentSchema } from '../documents/schema.ts';
import type { DocumentKind } from '../documents/schema.ts';
import type { Database, Prisma, Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import { repositoryChangeSchema, repositoryLimits } from './schema.ts';
import type { RepositoryChange, SyncDone } from './schema.ts';

export type RepositoryRow = Prisma.GitRepositoryGetPayload<object>;
export type ObjectRow = Prisma.RepositoryObjectGetPayload<object>;
export type SyncRow = Prisma.RepositorySyncGetPayload<object>;

const placeSchema = z.object({ file: z.string(), line: z.number() });
const storedDocumentsSchema = z.array(z.object({ document: documentSchema, place: placeSchema, textPlace: placeSchema }));

/** The documents of the commit that was read last; null before the first. */
export function storedDocuments(row: Pick<RepositoryRow, 'documents'>): PlacedDocument[] | null {
  return row.documents === null ? null : storedDocumentsSchema.parse(row.documents);
}

export function storedChanges(row: Pick<RepositoryRow, 'changes'>): RepositoryChange[] {
  return row.changes === null ? [] : repositoryChangeSchema.array().parse(row.changes);
}

export async function findRepository(db: Queryable, organizationId: string, id: string): Promise<RepositoryRow | null> {
  return db.gitRepository.findFirst({ where: { id, organizationId } });
}

export async function insertRepository(tx: Transaction, row: Prisma.GitRepositoryUncheckedCreateInput): Promise<void> {
  await tx.gitRepository.create({ data: row });
}

export async function countRepositories(tx: Transaction, organizationId: string, name?: string): Promise<number> {
  return tx.gitRepository.count({ where: { organizationId, ...(name !== undefined && { name }) } });
}

/** Changes the repository if it still has this version, and gives it the next; false when it has not. */
export async function updateSettings(tx: Transaction, row: { id: string; version: number }, data: Prisma.GitRepositoryUncheckedUpdateInput): Promise<boolean> {
  return (await tx.gitRepository.updateMany({ where: row, data: { ...data, version: { increment: 1 } } })).count === 1;
}

export async function deleteRepository(tx: Transaction, id: string): Promise<void> {
  await tx.gitRepository.delete({ where: { id } });
}

/** Asks whoever takes it next to ask the branch as well. */
export async function askToRead(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.gitRepository.update({ where: { id }, data: { readDueAt: at, dueAt: at, retryAt: null, applyFailures: 0 } });
}

/** Something changed in these organizations: what their repositories say is compared with it soon. */
export async function makeDue(db: Database, organizations: readonly string[], at: Date): Promise<void> {
  await db.gitRepository.updateMany({ where: { organizationId: { in: [...organizations] }, dueAt: { gt: at } }, data: { dueAt: at } });
}

/**
 * Takes one repository that is due, for `lease`, until a time. Another process that looks meanwhile finds the next; one that dies
 * leaves it to others after that time.
 */
export async function takeDue(db: Database, lease: string, now: Date, until: Date): Promise<RepositoryRow | null> {
  const [taken] = await db.$queryRaw<{ id: string }[]>`
    UPDATE git_repositories SET lease = ${lease}, "leasedUntil" = ${until}, "dueAt" = ${until}
    WHERE id = (SELECT id FROM git_repositories WHERE ("leasedUntil" IS NULL AND "dueAt" <= ${now}) OR "leasedUntil" < ${now}
                ORDER BY "dueAt" LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return taken === undefined ? null : db.gitRepository.findUnique({ where: { id: taken.id } });
}

/** A repository as it was when it was taken: whoever holds it writes only while the lease is theirs and its settings are the same. */
export interface Held {
  id: string;
  version: number;
  lease: string;
}

/** Holds it for longer; false when it is another's, or its settings have changed: then nothing more may be done by what was read. */
export async function keepLease(db: Queryable, held: Held, until: Date): Promise<boolean> {
  return (await db.gitRepository.updateMany({ where: held, data: { leasedUntil: until } })).count === 1;
}

/** Gives it back. What made it due meanwhile stays. */
export async function giveBack(db: Database, id: string, lease: string, until: Date, next: Date): Promise<void> {
  await db.gitRepository.updateMany({ where: { id, lease, dueAt: until }, data: { dueAt: next } });
  await db.gitRepository.updateMany({ where: { id, lease }, data: { lease: null, leasedUntil: null } });
}

export async function nextDueAt(db: Database): Promise<number | null> {
  const row = await db.gitRepository.findFirst({ where: { leasedUntil: null }, orderBy: { dueAt: 'asc' }, select: { dueAt: true } });
  return row?.dueAt.getTime() ?? null;
}

/** Writes what was found. */
export async function writeFound(db: Queryable, held: Held, data: Omit<Prisma.GitRepositoryUncheckedUpdateInput, 'documents' | 'changes'>, documents?: readonly PlacedDocument[], changes?: readonly RepositoryChange[]): Promise<void> {
  await db.gitRepository.updateMany({ where: held, data: { ...data, ...(documents !== undefined && { documents: toJson(documents) }), ...(changes !== undefined && { changes: toJson(changes) }) } });
}

/** What this repository says how it is to be, and what others say of the same things. */
export async function readObjects(db: Queryable, organizationId: string, repositoryId: string, documents: readonly { kind: DocumentKind; name: string }[]): Promise<(ObjectRow & { repository: { name: string } })[]> {
  const byKind = Map.groupBy(documents, ({ kind }) => kind);
  const same = [...byKind].map(([kind, ones]) => ({ kind, name: { in: ones.map(({ name }) => name) } }));
  return db.repositoryObject.findMany({ where: { organizationId, OR: [{ repositoryId }, ...same] }, include: { repository: { select: { name: true } } } });
}

/** Notes that a repository says how a thing is to be. False when another does. */
export async function writeObject(db: Queryable, row: Omit<ObjectRow, 'appliedAt'> & { appliedAt: Date }): Promise<boolean> {
  const { organizationId, kind, name, repositoryId, made: _, ...applied } = row;
  const { count } = await db.repositoryObject.updateMany({ where: { organizationId, kind, name, repositoryId }, data: applied });
  return count === 1 || (await db.repositoryObject.createMany({ data: [row], skipDuplicates: true })).count === 1;
}

export async function deleteObject(db: Queryable, { organizationId, kind, name, repositoryId }: Pick<ObjectRow, 'organizationId' | 'kind' | 'name' | 'repositoryId'>): Promise<void> {
  await db.repositoryObject.deleteMany({ where: { organizationId, kind, name, repositoryId } });
}

/** One that waits or is under way; there is one at most. */
export async function findOpenSync(db: Queryable, repositoryId: string): Promise<SyncRow | null> {
  return db.repositorySync.findFirst({ where: { repositoryId, state: { in: ['Waiting', 'Running'] } }, orderBy: { id: 'desc' } });
}

/** The last one, if it came by itself and failed at this commit: what is tried again goes on with it. */
export async function findFailedSync(db: Queryable, repositoryId: string, commit: string): Promise<SyncRow | null> {
  const last = await db.repositorySync.findFirst({ where: { repositoryId }, orderBy: { id: 'desc' } });
  return last !== null && last.state === 'Failed' && last.requestedBy === null && last.commit === commit ? last : null;
}

export async function insertSync(db: Queryable, row: Omit<SyncRow, 'did' | 'finishedAt' | 'problem' | 'subject'> & { subject?: string }): Promise<void> {
  await db.repositorySync.create({ data: { ...row, did: [] } });
  const old = await db.repositorySync.findMany({ where: { repositoryId: row.repositoryId }, orderBy: { id: 'desc' }, skip: repositoryLimits.syncsKeptMax, select: { id: true } });
  if (old.length > 0) await db.repositorySync.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
}

export async function writeSync(db: Queryable, id: string, data: Partial<Pick<SyncRow, 'state' | 'commit' | 'subject' | 'problem' | 'finishedAt'>> & { did?: readonly SyncDone[] }): Promise<void> {
  const { did, ...rest } = data;
  await db.repositorySync.update({ where: { id }, data: { ...rest, ...(did !== undefined && { did: toJson(did) }) } });
}

/** The repository waits here for whoever changes what is asked of it. */
export async function lockRepository(tx: Transaction, organizationId: string, id: string): Promise<RepositoryRow | null> {
  await tx.$executeRaw`SELECT 1 FROM git_repositories WHERE id = ${id} AND "organizationId" = ${organizationId} FOR UPDATE`;
  return findRepository(tx, organizationId, id);
}
