import type { z } from 'zod';
import { containsText } from '../kernel/contains-text.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError } from '../kernel/errors.ts';
import { fleetsOf } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { fromRow } from './repository.ts';
import { auditEntrySchema } from './schema.ts';
import type { listAuditInput, listAuditOutput } from './schema.ts';

type Filter = { text: string; parameters: (string | bigint | Date | string[])[] };

/** The Audit page: newest first, of what is in reach. The cursor is the sequence below which the next page continues. */
export async function listEntries(db: Queryable, reach: Reach, input: z.infer<typeof listAuditInput>): Promise<z.infer<typeof listAuditOutput>> {
  const where = filterOf(reach, input);
  const page = input.cursor === undefined ? where : { text: `${where.text} AND sequence < $${where.parameters.length + 1}`, parameters: [...where.parameters, parseSequence(input.cursor)] };
  const [rows, [count]] = await Promise.all([
    db.$queryRawUnsafe<Prisma.AuditEntryGetPayload<object>[]>(`SELECT * FROM audit_entries WHERE ${page.text} ORDER BY sequence DESC LIMIT ${input.limit + 1}`, ...page.parameters),
    db.$queryRawUnsafe<{ count: number }[]>(`SELECT count(*)::int AS count FROM audit_entries WHERE ${where.text}`, ...where.parameters),
  ]);
  const items = rows.slice(0, input.limit).map((row) => auditEntrySchema.parse(fromRow(row)));
  const last = items.at(-1);
  return { items, nextCursor: rows.length > input.limit && last !== undefined ? String(last.sequence) : null, total: count?.count ?? 0 };
}

function parseSequence(cursor: string): bigint {
  if (!/^\d{1,18}$/.test(cursor)) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  return BigInt(cursor);
}

function filterOf(reach: Reach, input: z.infer<typeof listAuditInput>): Filter {
  const parameters: Filter['parameters'] = [reach.organizationId];
  const parameter = (value: Filter['parameters'][number]): string => `$${parameters.push(value)}`;
  const conditions = ['"organizationId" = $1'];
  const fleets = fleetsOf(reach);
  if (fleets !== null) conditions.push(concerns(parameter(fleets)));
  const { actor, action, object, outcome, from, to } = input;
  if (actor !== undefined) conditions.push(`("actorName" ILIKE ${parameter(within(actor))} OR "actorId" = ${parameter(actor)})`);
  if (action !== undefined) conditions.push(`starts_with(action, ${parameter(action)})`);
  if (object !== undefined) conditions.push(`("objectName" ILIKE ${parameter(within(object))} OR "objectKind" = ${parameter(object)} OR "objectId" = ${parameter(object)})`);
  if (outcome !== undefined) conditions.push(`outcome = ${parameter(outcome)}::audit_outcome`);
  if (from !== undefined) conditions.push(`at >= ${parameter(new Date(from))}`);
  if (to !== undefined) conditions.push(`at < ${parameter(new Date(to))}`);
  return { text: conditions.join(' AND '), parameters };
}

function within(text: string): string {
  return `%${containsText(text).contains}%`;
}

/**
 * What was done to these fleets and to what belongs to them now, and to rules and models, which every fleet shares. Who was invited or given a
 * token, keys, settings and repositories concern the organization.
 */
function concerns(fleets: string): string {
  return `("objectKind" IN ('rule', 'model') OR ("objectKind", "objectId") IN (
    SELECT 'fleet', unnest(${fleets}::text[])
    UNION ALL SELECT 'node', id FROM nodes WHERE "organizationId" = $1 AND "fleetId" = ANY(${fleets})
    UNION ALL SELECT 'deployment', id FROM deployments WHERE "organizationId" = $1 AND "fleetId" = ANY(${fleets})
    UNION ALL SELECT 'alert', id FROM alerts WHERE "organizationId" = $1 AND "fleetId" = ANY(${fleets})))`;
}
