import type { z } from 'zod';
import { bundlesInUse, versionsInUse } from '../bundles/index.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import type { Reach } from '../kernel/reach.ts';
import { ruleAnalysisSchema, ruleTestSchema } from './schema.ts';
import type { listRulesInput, listRulesOutput, listRuleTestsOutput, RuleDetail, RuleItem, RuleVersion } from './schema.ts';

const versionsShownMax = 200;

/** The Rules page. The cursor is the last row's place in the order, `milliseconds:name`; a rule without a version stands at 0. */
export async function listRules(db: Queryable, reach: Reach, input: z.infer<typeof listRulesInput>): Promise<z.infer<typeof listRulesOutput>> {
  const { organizationId } = reach;
  const where: Prisma.RuleWhereInput = { organizationId, ...(input.query !== undefined && { name: { contains: input.query, mode: 'insensitive' as const } }) };
  const descending = input.sort.startsWith('-');
  const byTime = input.sort.endsWith('publishedAt');
  const after = input.cursor === undefined ? undefined : placeAfter(input.cursor, byTime, descending);
  const direction = descending ? 'desc' : 'asc';
  const [rows, total, inUse] = await Promise.all([
    db.rule.findMany({
      where: after === undefined ? where : { AND: [where, after] },
      // Never published sorts as the oldest there is.
      orderBy: byTime ? [{ publishedAt: { sort: direction, nulls: descending ? 'last' : 'first' } }, { name: direction }] : [{ name: direction }],
      take: input.limit + 1,
      include: {
        draft: { select: { savedAt: true, savedBy: true } },
        versions: { orderBy: { version: 'desc' }, take: 1, select: { version: true, publishedAt: true, publishedBy: true, streams: true, sources: true, models: true } },
      },
    }),
    db.rule.count({ where }),
    bundlesInUse(db, reach),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  const items = page.map((row): RuleItem => {
    const newest = row.versions[0];
    return {
      id: row.id,
      name: row.name,
      latest: newest === undefined ? null : { version: newest.version, publishedAt: newest.publishedAt.getTime(), by: newest.publishedBy },
      draft: row.draft === null ? null : { savedAt: row.draft.savedAt.getTime(), by: row.draft.savedBy },
      streams: newest?.streams ?? 0,
      sources: newest?.sources ?? [],
      models: newest?.models ?? [],
      deployed: versionsInUse(inUse, 'rules', row.name),
    };
  });
  return { items, nextCursor: rows.length > input.limit && last !== undefined ? `${last.publishedAt?.getTime() ?? 0}:${last.name}` : null, total };
}

function placeAfter(cursor: string, byTime: boolean, descending: boolean): Prisma.RuleWhereInput {
  const match = /^(\d{1,15}):(.+)$/.exec(cursor);
  const [, time, name] = match ?? [];
  if (time === undefined || name === undefined) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  const beyond = <Value>(value: Value): { lt: Value } | { gt: Value } => (descending ? { lt: value } : { gt: value });
  if (!byTime) return { name: beyond(name) };
  const neverPublished = { publishedAt: null, name: beyond(name) };
  if (time === '0') return descending ? neverPublished : { OR: [neverPublished, { publishedAt: { not: null } }] };
  const at = new Date(Number(time));
  const published = [{ publishedAt: beyond(at) }, { publishedAt: at, name: beyond(name) }];
  return { OR: descending ? [...published, { publishedAt: null }] : published };
}

/** One rule with everything about it, apart from what the asking person may do. */
export async function readRule(db: Queryable, reach: Reach, name: string): Promise<Omit<RuleDetail, 'can'> & { latestVersion: number }> {
  const { organizationId } = reach;
  const row = await db.rule.findUnique({
    where: { organizationId_name: { organizationId, name } },
    include: {
      draft: true,
      versions: { orderBy: { version: 'desc' }, take: versionsShownMax, select: { version: true, digest: true, bytes: true, publishedAt: true, publishedBy: true, note: true } },
      _count: { select: { versions: true } },
    },
  });
  if (row === null) throw notFound('rule', name);
  const { draft } = row;
  return {
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.getTime(),
    latestVersion: row.latestVersion,
    versions: row.versions.map(({ publishedAt, publishedBy, ...version }) => ({ ...version, publishedAt: publishedAt.getTime(), by: publishedBy })),
    versionsTotal: row._count.versions,
    draft: draft === null ? null : { text: draft.text, savedAt: draft.savedAt.getTime(), by: draft.savedBy, basedOn: draft.basedOn, revision: draft.revision },
    deployed: versionsInUse(await bundlesInUse(db, reach), 'rules', name),
  };
}

export async function readRuleVersion(db: Queryable, organizationId: string, name: string, version: number): Promise<RuleVersion> {
  const row = await db.ruleVersion.findFirst({ where: { version, rule: { organizationId, name } } });
  if (row === null) throw notFound('rule version', `${name}@${version}`);
  return {
    name,
    version: row.version,
    digest: row.digest,
    bytes: row.bytes,
    publishedAt: row.publishedAt.getTime(),
    by: row.publishedBy,
    note: row.note,
    text: row.text,
    analysis: ruleAnalysisSchema.parse(row.analysis),
    tests: ruleTestSchema.array().parse(row.tests),
  };
}

/** The cases that the rule's next version is held to, by name. None where there is no such rule yet. */
export async function readRuleTests(db: Queryable, organizationId: string, name: string): Promise<z.infer<typeof listRuleTestsOutput>> {
  const rows = await db.ruleTest.findMany({ where: { rule: { organizationId, name } }, orderBy: { name: 'asc' } });
  return rows.map(({ test, savedAt, savedBy }) => ({ ...ruleTestSchema.parse(test), savedAt: savedAt.getTime(), by: savedBy }));
}

/** A published text, for whoever puts bundles together or compares them. */
export interface RuleText {
  name: string;
  version: number;
  text: string;
  digest: string;
  bytes: number;
}

/** Texts of exact versions, in the order of the names. Those that do not exist are left out. */
export async function readRuleTexts(db: Queryable, organizationId: string, references: readonly { name: string; version: number }[]): Promise<RuleText[]> {
  if (references.length === 0) return [];
  const rows = await db.ruleVersion.findMany({
    where: { OR: references.map(({ name, version }) => ({ version, rule: { organizationId, name } })) },
    select: { version: true, text: true, digest: true, bytes: true, rule: { select: { name: true } } },
    orderBy: { rule: { name: 'asc' } },
  });
  return rows.map(({ rule, ...row }) => ({ ...row, name: rule.name }));
}

/** The newest published text of a rule; null when nothing of it was published. */
export async function readLatestText(db: Queryable, organizationId: string, name: string): Promise<RuleText | null> {
  const row = await db.ruleVersion.findFirst({ where: { rule: { organizationId, name } }, orderBy: { version: 'desc' }, select: { version: true, text: true, digest: true, bytes: true } });
  return row === null ? null : { ...row, name };
}

/** The newest version of a rule that has exactly this text, by its digest; null when none has. */
export async function readVersionOfText(db: Queryable, organizationId: string, name: string, digest: string): Promise<number | null> {
  const row = await db.ruleVersion.findFirst({ where: { digest, rule: { organizationId, name } }, orderBy: { version: 'desc' }, select: { version: true } });
  return row?.version ?? null;
}

/** The digest of the newest text of each of the rules that have one, by name, in one query: to see which texts are another. */
export async function readLatestDigests(db: Queryable, organizationId: string, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.rule.findMany({ where: { organizationId, name: { in: [...names] } }, select: { name: true, versions: { orderBy: { version: 'desc' }, take: 1, select: { digest: true } } } });
  return new Map(rows.flatMap(({ name, versions: [newest] }) => (newest === undefined ? [] : [[name, newest.digest] as const])));
}
