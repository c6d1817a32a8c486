import { modelSignatureSchema } from '@selvedge/edge-runtime/protocol';
import type { ModelSignature } from '@selvedge/edge-runtime/protocol';
import type { Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';

/** A model's row, locked until the transaction ends: whoever publishes or moves an alias next waits here. */
export interface LockedModel {
  id: string;
  latestVersion: number;
}

/** Makes the model if the name is new, and locks it. */
export async function lockOrCreateModel(tx: Transaction, row: { id: string; organizationId: string; name: string; at: Date }): Promise<LockedModel> {
  await tx.$executeRaw`
    INSERT INTO models (id, "organizationId", name, "createdAt", "publishedAt")
    VALUES (${row.id}, ${row.organizationId}, ${row.name}, ${row.at}, ${row.at}) ON CONFLICT ("organizationId", name) DO NOTHING`;
  const locked = await lockModel(tx, row.organizationId, row.name);
  if (locked === null) throw new Error(`model ${row.name} vanished while it was being locked`);
  return locked;
}

export async function lockModel(tx: Transaction, organizationId: string, name: string): Promise<LockedModel | null> {
  const rows = await tx.$queryRaw<LockedModel[]>`SELECT id, "latestVersion" FROM models WHERE "organizationId" = ${organizationId} AND name = ${name} FOR UPDATE`;
  return rows[0] ?? null;
}

export interface NewModelVersion {
  modelId: string;
  version: number;
  organizationId: string;
  digest: string;
  bytes: number;
  signature: ModelSignature;
  opset: number | null;
  producer: string | null;
  selfTestMs: number;
  warnings: string[];
  note: string;
  publishedBy: string;
  publishedAt: Date;
}

export async function insertVersion(tx: Transaction, row: NewModelVersion): Promise<void> {
  await tx.modelVersion.create({ data: { ...row, signature: toJson(row.signature) } });
  await tx.model.update({ where: { id: row.modelId }, data: { latestVersion: row.version, publishedAt: row.publishedAt } });
}

export async function findVersion(tx: Transaction, modelId: string, version: number): Promise<{ digest: string; signature: ModelSignature } | null> {
  const row = await tx.modelVersion.findUnique({ where: { modelId_version: { modelId, version } }, select: { digest: true, signature: true } });
  return row === null ? null : { digest: row.digest, signature: modelSignatureSchema.parse(row.signature) };
}

/** The version that an alias points to, and how many aliases the model has. */
export async function readAlias(tx: Transaction, modelId: string, name: string): Promise<{ version: number | null; aliases: number }> {
  const [alias, aliases] = await Promise.all([tx.modelAlias.findUnique({ where: { modelId_name: { modelId, name } } }), tx.modelAlias.count({ where: { modelId } })]);
  return { version: alias?.version ?? null, aliases };
}

/** Points the alias at a version, or takes it away, and keeps the move. */
export async function moveAlias(tx: Transaction, move: { id: string; modelId: string; alias: string; version: number | null; at: Date; by: string }): Promise<void> {
  const where = { modelId_name: { modelId: move.modelId, name: move.alias } };
  if (move.version === null) await tx.modelAlias.delete({ where });
  else await tx.modelAlias.upsert({ where, create: { modelId: move.modelId, name: move.alias, version: move.version, since: move.at }, update: { version: move.version, since: move.at } });
  await tx.modelAliasMove.create({ data: move });
}
