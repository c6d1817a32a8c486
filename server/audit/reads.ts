import type { z } from 'zod';
import { containsText } from '../kernel/contains-text.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError } from '../kernel/errors.ts';
import { fromRow } from './repository.ts';
import { auditEntrySchema } from './schema.ts';
import type { listAuditInput, listAuditOutput } from './schema.ts';

/** The Audit page: newest first. The cursor is the sequence below which the next page continues. */
export async function listEntries(db: Queryable, organizationId: string, input: z.infer<typeof listAuditInput>): Promise<z.infer<typeof listAuditOutput>> {
  const where = whereOf(organizationId, input);
  const below = input.cursor === undefined ? undefined : parseSequence(input.cursor);
  const [rows, total] = await Promise.all([
    db.auditEntry.findMany({
      where: below === undefined ? where : { AND: [where, { sequence: { lt: below } }] },
      orderBy: { sequence: 'desc' },
      take: input.limit + 1,
    }),
    db.auditEntry.count({ where }),
  ]);
  const page = rows.slice(0, input.limit).map((row) => auditEntrySchema.parse(fromRow(row)));
  const last = page.at(-1);
  return { items: page, nextCursor: rows.length > input.limit && last !== undefined ? String(last.sequence) : null, total };
}

function parseSequence(cursor: string): bigint {
  if (!/^\d{1,18}$/.test(cursor)) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  return BigInt(cursor);
}

function whereOf(organizationId: string, input: z.infer<typeof listAuditInput>): Prisma.AuditEntryWhereInput {
  const all: Prisma.AuditEntryWhereInput[] = [{ organizationId }];
  const { actor, action, object, outcome, from, to } = input;
  if (actor !== undefined) all.push({ OR: [{ actorName: containsText(actor) }, { actorId: actor }] });
  if (action !== undefined) all.push({ action: { startsWith: containsText(action).contains } });
  if (object !== undefined) all.push({ OR: [{ objectName: containsText(object) }, { objectKind: object }, { objectId: object }] });
  if (outcome !== undefined) all.push({ outcome });
  if (from !== undefined) all.push({ at: { gte: new Date(from) } });
  if (to !== undefined) all.push({ at: { lt: new Date(to) } });
  return { AND: all };
}
