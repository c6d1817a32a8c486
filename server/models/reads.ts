import { modelSignatureSchema } from '@selvedge/edge-runtime/protocol';
import type { ModelSignature } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { bundlesInUse, versionsInUse } from '../bundles/index.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import type { Reach } from '../kernel/reach.ts';
import { callSignatureOf } from './call-signature.ts';
import { parseReference } from './reference.ts';
import type { listModelsInput, listModelsOutput, ModelDetail, ModelItem, ModelReference, ModelVersion } from './schema.ts';

const versionsShownMax = 200;
const movesShownMax = 50;

/** The Models page. The cursor is the last row's place in the order, `milliseconds:name`. */
export async function listModels(db: Queryable, reach: Reach, input: z.infer<typeof listModelsInput>): Promise<z.infer<typeof listModelsOutput>> {
  const { organizationId } = reach;
  const where: Prisma.ModelWhereInput = { organizationId, ...(input.query !== undefined && { name: { contains: input.query, mode: 'insensitive' as const } }) };
  const descending = input.sort.startsWith('-');
  const byTime = input.sort.endsWith('publishedAt');
  const after = input.cursor === undefined ? undefined : placeAfter(input.cursor, byTime, descending);
  const direction = descending ? 'desc' : 'asc';
  const [rows, total, inUse] = await Promise.all([
    db.model.findMany({
      where: after === undefined ? where : { AND: [where, after] },
      orderBy: byTime ? [{ publishedAt: direction }, { name: direction }] : [{ name: direction }],
      take: input.limit + 1,
      include: { aliases: { orderBy: { name: 'asc' } }, versions: { orderBy: { version: 'desc' }, take: 1 }, _count: { select: { versions: true } } },
    }),
    db.model.count({ where }),
    bundlesInUse(db, reach),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  const items = page.map((row): ModelItem => {
    const newest = row.versions[0];
    return {
      id: row.id,
      name: row.name,
      latest: { version: row.latestVersion, publishedAt: row.publishedAt.getTime(), by: newest?.publishedBy ?? '', bytes: Number(newest?.bytes ?? 0) },
      versions: row._count.versions,
      aliases: row.aliases.map(({ name, version }) => ({ name, version })),
      deployed: versionsInUse(inUse, 'models', row.name),
    };
  });
  return { items, nextCursor: rows.length > input.limit && last !== undefined ? `${last.publishedAt.getTime()}:${last.name}` : null, total };
}

function placeAfter(cursor: string, byTime: boolean, descending: boolean): Prisma.ModelWhereInput {
  const match = /^(\d{1,15}):(.+)$/.exec(cursor);
  const [, time, name] = match ?? [];
  if (time === undefined || name === undefined) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  const beyond = <Value>(value: Value): { lt: Value } | { gt: Value } => (descending ? { lt: value } : { gt: value });
  if (!byTime) return { name: beyond(name) };
  const at = new Date(Number(time));
  return { OR: [{ publishedAt: beyond(at) }, { publishedAt: at, name: beyond(name) }] };
}

/** One model with everything about it, apart from what the asking person may do. */
export async function readModel(db: Queryable, reach: Reach, name: string): Promise<Omit<ModelDetail, 'can'>> {
  const { organizationId } = reach;
  const row = await db.model.findUnique({
    where: { organizationId_name: { organizationId, name } },
    include: { aliases: { orderBy: { name: 'asc' } }, versions: { orderBy: { version: 'desc' }, take: versionsShownMax }, _count: { select: { versions: true } } },
  });
  if (row === null) throw notFound('model', name);
  const [inUse, usedBy, ...histories] = await Promise.all([
    bundlesInUse(db, reach),
    rulesNaming(db, organizationId, name),
    ...row.aliases.map((alias) => db.modelAliasMove.findMany({ where: { modelId: row.id, alias: alias.name }, orderBy: { id: 'desc' }, take: movesShownMax })),
  ]);
  return {
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.getTime(),
    versions: row.versions.map((version) => toVersion(version, row.aliases)),
    versionsTotal: row._count.versions,
    aliases: row.aliases.map((alias, index) => ({
      name: alias.name,
      version: alias.version,
      since: alias.since.getTime(),
      history: (histories[index] ?? []).map((move) => ({ version: move.version, at: move.at.getTime(), by: move.by })),
    })),
    usedBy,
    deployed: versionsInUse(inUse, 'models', name),
  };
}

function toVersion(row: Prisma.ModelVersionGetPayload<object>, aliases: readonly { name: string; version: number }[]): ModelVersion {
  const signature = modelSignatureSchema.parse(row.signature);
  return {
    version: row.version,
    digest: row.digest,
    bytes: Number(row.bytes),
    signature,
    call: callSignatureOf(signature),
    opset: row.opset,
    producer: row.producer,
    publishedBy: row.publishedBy,
    publishedAt: row.publishedAt.getTime(),
    selfTestMs: row.selfTestMs,
    warnings: row.warnings,
    note: row.note,
    aliases: aliases.filter((alias) => alias.version === row.version).map((alias) => alias.name),
  };
}

/** The newest version of each rule, where that names the model. */
async function rulesNaming(db: Queryable, organizationId: string, model: string): Promise<ModelDetail['usedBy']> {
  const rows = await db.$queryRaw<{ rule: string; version: number; reference: string }[]>`
    SELECT r.name AS rule, v.version, m->>'reference' AS reference
    FROM rules r
    JOIN rule_versions v ON v."ruleId" = r.id AND v.version = r."latestVersion"
    CROSS JOIN LATERAL jsonb_array_elements(v.analysis->'models') AS m
    WHERE r."organizationId" = ${organizationId} AND v.models @> ARRAY[${model}]::text[] AND m->>'reference' LIKE ${`${likeText(model)}@%`}
    ORDER BY r.name LIMIT 200`;
  return rows;
}

function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** A model version that a reference means at this moment. */
export interface ResolvedModel {
  reference: string;
  model: string;
  version: number;
  digest: string;
  bytes: number;
  signature: ModelSignature;
}

/** What references mean now, or a sentence that says why one means nothing. Asked for all at once: two queries, whatever their number. */
export async function resolveReferences(db: Queryable, organizationId: string, references: readonly string[]): Promise<Map<string, ResolvedModel | { missing: string }>> {
  const targets = new Map([...new Set(references)].map((reference) => [reference, parseReference(reference)]));
  const names = [...new Set([...targets.values()].flatMap((target) => (target === null ? [] : [target.model])))];
  const models = await db.model.findMany({ where: { organizationId, name: { in: names } }, include: { aliases: true } });
  const byName = new Map(models.map((model) => [model.name, model]));
  const wanted = new Map<string, { modelId: string; model: string; version: number }>();
  const resolved = new Map<string, ResolvedModel | { missing: string }>();
  for (const [reference, target] of targets) {
    if (target === null) resolved.set(reference, { missing: `“${reference}” is not a model reference; write name@alias or name@version` });
    else {
      const model = byName.get(target.model);
      const version = 'version' in target ? target.version : model?.aliases.find((alias) => alias.name === target.alias)?.version;
      if (model === undefined) resolved.set(reference, { missing: `there is no model “${target.model}”` });
      else if (version === undefined) resolved.set(reference, { missing: `model “${target.model}” has no alias “${'alias' in target ? target.alias : ''}”; it has ${model.aliases.map((alias) => alias.name).join(', ') || 'none'}` });
      else if (version > model.latestVersion) resolved.set(reference, { missing: `model “${target.model}” has no version ${version}; the newest is ${model.latestVersion}` });
      else wanted.set(reference, { modelId: model.id, model: model.name, version });
    }
  }
  const pairs = [...wanted.values()].map(({ modelId, version }) => ({ modelId, version }));
  const versions = pairs.length === 0 ? [] : await db.modelVersion.findMany({ where: { OR: pairs } });
  for (const [reference, { modelId, model, version }] of wanted) {
    const row = versions.find((candidate) => candidate.modelId === modelId && candidate.version === version);
    if (row === undefined) throw new Error(`model ${model} has lost its version ${version}`);
    resolved.set(reference, { reference, model, version, digest: row.digest, bytes: Number(row.bytes), signature: modelSignatureSchema.parse(row.signature) });
  }
  return resolved;
}

/** Everything a rule may write after `#model:predict(`: each alias, and the newest 20 versions of each model; at most 200 models. */
export async function listSignatures(db: Queryable, organizationId: string, query: string | undefined): Promise<ModelReference[]> {
  const models = await db.model.findMany({
    where: { organizationId, ...(query !== undefined && { name: { contains: query, mode: 'insensitive' as const } }) },
    orderBy: { name: 'asc' },
    take: 200,
    include: { aliases: { orderBy: { name: 'asc' } } },
  });
  const references = models.flatMap((model) => [
    ...model.aliases.map((alias) => `${model.name}@${alias.name}`),
    ...Array.from({ length: Math.min(20, model.latestVersion) }, (_, index) => `${model.name}@${model.latestVersion - index}`),
  ]);
  const resolved = await resolveReferences(db, organizationId, references);
  return references.flatMap((reference): ModelReference[] => {
    const model = resolved.get(reference);
    if (model === undefined || 'missing' in model) return [];
    return [{ reference, model: model.model, version: model.version, ...callSignatureOf(model.signature) }];
  });
}

/** What each alias of a model means now; null when there is no such model. */
export async function readAliases(db: Queryable, organizationId: string, name: string): Promise<{ latestVersion: number; aliases: ReadonlyMap<string, number> } | null> {
  const row = await db.model.findUnique({ where: { organizationId_name: { organizationId, name } }, include: { aliases: true } });
  return row === null ? null : { latestVersion: row.latestVersion, aliases: new Map(row.aliases.map((alias) => [alias.name, alias.version])) };
}

/** The newest version of a model that is exactly this file; null when none is. */
export async function readVersionOfDigest(db: Queryable, organizationId: string, name: string, digest: string): Promise<number | null> {
  const row = await db.modelVersion.findFirst({ where: { digest, model: { organizationId, name } }, orderBy: { version: 'desc' }, select: { version: true } });
  return row?.version ?? null;
}
