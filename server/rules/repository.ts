import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import type { RuleAnalysis, RuleTest } from './schema.ts';

/** A rule's row, locked until the transaction ends: whoever saves or publishes next waits here. */
export interface LockedRule {
  id: string;
  latestVersion: number;
}

/** Makes the rule if the name is new, and locks it. */
export async function lockOrCreateRule(tx: Transaction, row: { id: string; organizationId: string; name: string; at: Date }): Promise<LockedRule> {
  await tx.$executeRaw`
    INSERT INTO rules (id, "organizationId", name, "createdAt")
    VALUES (${row.id}, ${row.organizationId}, ${row.name}, ${row.at}) ON CONFLICT ("organizationId", name) DO NOTHING`;
  const locked = await lockRule(tx, row.organizationId, row.name);
  if (locked === null) throw new Error(`rule ${row.name} vanished while it was being locked`);
  return locked;
}

export async function lockRule(tx: Transaction, organizationId: string, name: string): Promise<LockedRule | null> {
  const rows = await tx.$queryRaw<LockedRule[]>`SELECT id, "latestVersion" FROM rules WHERE "organizationId" = ${organizationId} AND name = ${name} FOR UPDATE`;
  return rows[0] ?? null;
}

export async function findDraftRevision(tx: Transaction, ruleId: string): Promise<{ revision: number; savedBy: string } | null> {
  return tx.ruleDraft.findUnique({ where: { ruleId }, select: { revision: true, savedBy: true } });
}

export async function upsertDraft(tx: Transaction, draft: { ruleId: string; text: string; basedOn: number | null; revision: number; savedAt: Date; savedBy: string }): Promise<void> {
  const { ruleId, basedOn: _begunFrom, ...changed } = draft;
  await tx.ruleDraft.upsert({ where: { ruleId }, create: draft, update: changed });
}

/** True when there was one. */
export async function deleteDraft(tx: Transaction, ruleId: string): Promise<boolean> {
  return (await tx.ruleDraft.deleteMany({ where: { ruleId } })).count > 0;
}

/** A rule without a version is nothing but its draft, and goes with it. */
export async function deleteRule(tx: Transaction, ruleId: string): Promise<void> {
  await tx.rule.delete({ where: { id: ruleId } });
}

export async function upsertTest(tx: Transaction, row: { ruleId: string; test: RuleTest; savedAt: Date; savedBy: string }): Promise<void> {
  const { ruleId, test, ...saved } = row;
  const key = { ruleId_name: { ruleId, name: test.name } };
  await tx.ruleTest.upsert({ where: key, create: { ruleId, name: test.name, test: toJson(test), ...saved }, update: { test: toJson(test), ...saved } });
}

export async function countTests(tx: Transaction, ruleId: string, except: string): Promise<number> {
  return tx.ruleTest.count({ where: { ruleId, name: { not: except } } });
}

/** True when there was one. */
export async function deleteTest(tx: Transaction, ruleId: string, name: string): Promise<boolean> {
  return (await tx.ruleTest.deleteMany({ where: { ruleId, name } })).count > 0;
}

export interface NewRuleVersion {
  ruleId: string;
  version: number;
  organizationId: string;
  text: string;
  digest: string;
  bytes: number;
  analysis: RuleAnalysis;
  tests: RuleTest[];
  models: string[];
  streams: number;
  sources: string[];
  note: string;
  publishedBy: string;
  publishedAt: Date;
}

export async function insertRuleVersion(tx: Transaction, row: NewRuleVersion): Promise<void> {
  await tx.ruleVersion.create({ data: { ...row, analysis: toJson(row.analysis), tests: toJson(row.tests) } });
  await tx.rule.update({ where: { id: row.ruleId }, data: { latestVersion: row.version, publishedAt: row.publishedAt } });
}

export async function findRuleDigest(db: Queryable, ruleId: string, version: number): Promise<string | null> {
  const row = await db.ruleVersion.findUnique({ where: { ruleId_version: { ruleId, version } }, select: { digest: true } });
  return row?.digest ?? null;
}
