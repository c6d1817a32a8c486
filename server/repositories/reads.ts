import type { z } from 'zod';
import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { containsText } from '../kernel/contains-text.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { repositoryPermissions, statusOf } from './policy.ts';
import { findOpenSync, storedChanges } from './repository.ts';
import type { SyncRow } from './repository.ts';
import { repositoryScopeSchema, repositorySyncSchema } from './schema.ts';
import type { listRepositoriesInput, listRepositoriesOutput, listSyncsInput, listSyncsOutput, ownerInput, ownerOutput, RepositoryDetail, RepositoryItem, SyncItem } from './schema.ts';

/** What lists show; documents and changes may be large, and are left where they are. */
const listed = { documents: true, changes: true, sealed: true } as const;
type ListedRow = Omit<Prisma.GitRepositoryGetPayload<object>, keyof typeof listed> & { _count: { objects: number } };

/** The repositories of an organization, by name. The cursor is the last row's name. */
export async function listRepositories(db: Queryable, actor: Actor, input: z.infer<typeof listRepositoriesInput>): Promise<z.infer<typeof listRepositoriesOutput>> {
  const { organizationId } = actor;
  const where: Prisma.GitRepositoryWhereInput = { organizationId, ...(input.query !== undefined && { name: containsText(input.query) }) };
  const [rows, total] = await Promise.all([
    db.gitRepository.findMany({ where: input.cursor === undefined ? where : { AND: [where, { name: { gt: input.cursor } }] }, orderBy: { name: 'asc' }, take: input.limit + 1, omit: listed, include: { _count: { select: { objects: true } } } }),
    db.gitRepository.count({ where }),
  ]);
  const page = rows.slice(0, input.limit);
  return { items: page.map(toItem), nextCursor: rows.length > input.limit ? (page.at(-1)?.name ?? null) : null, total, can: { connect: permission(actor, 'repositories:write') } };
}

function toItem(row: ListedRow): RepositoryItem {
  const { id, name, url, branch, path, pending, drifted, autoSync, prune, selfHeal } = row;
  return {
    id, name, url, branch, path, pending, drifted, autoSync, prune, selfHeal,
    status: statusOf(row),
    problem: row.readProblem ?? row.applyProblem,
    head: row.headCommit === null ? null : { id: row.headCommit, subject: row.headSubject, author: row.headAuthor, at: row.headAt?.getTime() ?? 0 },
    applied: row.appliedCommit === null || row.appliedAt === null ? null : { commit: row.appliedCommit, at: row.appliedAt.getTime() },
    objects: row._count.objects,
    readAt: row.readAt?.getTime() ?? null,
  };
}

/** One repository with all that differs. */
export async function readRepository(db: Queryable, actor: Actor, id: string): Promise<RepositoryDetail> {
  const [row, open] = await Promise.all([
    db.gitRepository.findFirst({ where: { id, organizationId: actor.organizationId }, omit: { documents: true }, include: { _count: { select: { objects: true } } } }),
    findOpenSync(db, id),
  ]);
  if (row === null) throw notFound('repository', id);
  return {
    ...toItem(row),
    version: row.version,
    username: row.username,
    hasCredential: row.sealed !== null,
    intervalSeconds: row.intervalSeconds,
    scopes: repositoryScopeSchema.array().parse(row.scopes),
    connectedBy: row.connectedBy,
    createdAt: row.createdAt.getTime(),
    comparedAt: row.comparedAt?.getTime() ?? null,
    working: row.lease !== null,
    nextAt: row.dueAt.getTime(),
    changes: storedChanges(row),
    syncing: open?.id ?? null,
    can: repositoryPermissions(actor, { syncing: open !== null }),
  };
}

/** What was applied, newest first. The cursor is the last row's id. */
export async function listSyncs(db: Queryable, organizationId: string, input: z.infer<typeof listSyncsInput>): Promise<z.infer<typeof listSyncsOutput>> {
  const where = { repositoryId: input.id, organizationId };
  const [rows, total] = await Promise.all([
    db.repositorySync.findMany({ where: { ...where, ...(input.cursor !== undefined && { id: { lt: input.cursor } }) }, orderBy: { id: 'desc' }, take: input.limit + 1 }),
    db.repositorySync.count({ where }),
  ]);
  if (total === 0 && (await db.gitRepository.count({ where: { id: input.id, organizationId } })) === 0) throw notFound('repository', input.id);
  const page = rows.slice(0, input.limit);
  return { items: page.map(toSync), nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null, total };
}

export async function readSync(db: Queryable, organizationId: string, repositoryId: string, id: string): Promise<SyncItem> {
  const row = await db.repositorySync.findFirst({ where: { id, repositoryId, organizationId } });
  if (row === null) throw notFound('sync', id);
  return toSync(row);
}

function toSync(row: SyncRow): SyncItem {
  const { id, state, requestedBy, prune, commit, subject, problem } = row;
  return { id, state, requestedBy, prune, commit, subject, problem, did: repositorySyncSchema.shape.did.parse(row.did), createdAt: row.createdAt.getTime(), finishedAt: row.finishedAt?.getTime() ?? null };
}

/** Which repository says how a thing is to be; null when none does. */
export async function readOwner(db: Queryable, organizationId: string, { kind, name }: z.infer<typeof ownerInput>): Promise<z.infer<typeof ownerOutput>> {
  const row = await db.repositoryObject.findUnique({ where: { organizationId_kind_name: { organizationId, kind, name } }, include: { repository: { select: { id: true, name: true, selfHeal: true } } } });
  return row === null ? null : { repository: row.repository, commit: row.commit };
}
