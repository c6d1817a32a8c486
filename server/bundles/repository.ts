import { envelopeSchema } from '@selvedge/edge-runtime/protocol';
import type { Envelope, Labels } from '@selvedge/edge-runtime/protocol';
import { arrayLiteral } from '../kernel/array-literal.ts';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';

/** By the protocol. */
const keySetsMax = 64;

export interface StoredBundle {
  organizationId: string;
  digest: string;
  /** Canonical JSON. */
  manifest: string;
  createdAt: Date;
  createdBy: string;
}

/** A bundle is its digest: storing it again changes nothing. */
export async function insertBundle(tx: Transaction, row: StoredBundle): Promise<void> {
  await tx.bundle.createMany({ data: row, skipDuplicates: true });
}

export async function findBundle(db: Queryable, organizationId: string, digest: string): Promise<StoredBundle | null> {
  return db.bundle.findUnique({ where: { organizationId_digest: { organizationId, digest } } });
}

export async function findBundles(db: Queryable, organizationId: string, digests: readonly string[]): Promise<StoredBundle[]> {
  return db.bundle.findMany({ where: { organizationId, digest: { in: [...digests] } } });
}

export interface StoredSigningKey {
  id: string;
  organizationId: string;
  publicKey: string;
  /** Who keeps the private half; null where it is the control plane. */
  holder: string | null;
  sealedKey: Uint8Array<ArrayBuffer>;
  state: 'Proposed' | 'Active' | 'Retired';
  createdAt: Date;
  retiredAt: Date | null;
}

export async function findSigningKeys(db: Queryable, organizationId: string): Promise<StoredSigningKey[]> {
  return db.signingKey.findMany({ where: { organizationId }, orderBy: { id: 'asc' } });
}

/** Whoever changes the keys of an organization next waits here. */
export async function lockSigningKeys(tx: Transaction, organizationId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM organizations WHERE id = ${organizationId} FOR UPDATE`;
}

export async function insertSigningKey(tx: Transaction, row: StoredSigningKey): Promise<void> {
  await tx.signingKey.create({ data: row });
}

/** The key signs no more, and its private half is gone. */
export async function retireKey(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.signingKey.update({ where: { id }, data: { state: 'Retired', retiredAt: at, sealedKey: new Uint8Array() } });
}

/** Keys that were proposed, and those that stay, sign from now on. */
export async function activateKeys(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.signingKey.updateMany({ where: { id: { in: [...ids] }, state: 'Proposed' }, data: { state: 'Active' } });
}

/** How many have to sign a bundle, the control plane counting as one. */
export async function findThreshold(db: Queryable, organizationId: string): Promise<number> {
  return (await db.organization.findUniqueOrThrow({ where: { id: organizationId }, select: { bundleThreshold: true } })).bundleThreshold;
}

export async function writeThreshold(tx: Transaction, organizationId: string, bundleThreshold: number): Promise<void> {
  await tx.organization.update({ where: { id: organizationId }, data: { bundleThreshold } });
}

export type StoredProposal = { organizationId: string; payload: string; digest: string; createdBy: string; createdAt: Date };

/** The change of keys that waits for signatures; an organization has one at a time. */
export async function findProposal(db: Queryable, organizationId: string): Promise<StoredProposal | null> {
  return db.keySetProposal.findUnique({ where: { organizationId } });
}

export async function insertProposal(tx: Transaction, proposal: StoredProposal): Promise<void> {
  await tx.keySetProposal.create({ data: proposal });
}

/** The change is over, made or not: keys that were only proposed go with it. */
export async function deleteProposal(tx: Transaction, organizationId: string): Promise<void> {
  await tx.keySetProposal.delete({ where: { organizationId } });
  await tx.signingKey.deleteMany({ where: { organizationId, state: 'Proposed' } });
}

export type StoredSignature = { organizationId: string; digest: string; keyId: string; signature: string; addedBy: string; addedAt: Date };

export async function findSignatures(db: Queryable, organizationId: string, digests: readonly string[]): Promise<StoredSignature[]> {
  return db.heldSignature.findMany({ where: { organizationId, digest: { in: [...digests] } }, orderBy: { addedAt: 'asc' } });
}

/** False when this key has signed it already. */
export async function insertSignature(tx: Transaction, row: StoredSignature): Promise<boolean> {
  return (await tx.heldSignature.createMany({ data: row, skipDuplicates: true })).count === 1;
}

/** Rollouts under way that bring a bundle, or go back to it. */
export async function deploymentsOf(db: Queryable, organizationId: string, digest: string): Promise<string[]> {
  const rows = await db.deployment.findMany({ where: { organizationId, state: { in: ['Progressing', 'Paused', 'Suspended', 'RollingBack'] }, OR: [{ bundle: digest }, { previousBundle: digest }] }, select: { id: true } });
  return rows.map(({ id }) => id);
}

/** Nodes that were told a bundle and do not run it. */
export async function nodesThatWaitFor(db: Queryable, organizationId: string, digest: string): Promise<string[]> {
  const rows = await db.node.findMany({ where: { organizationId, desiredBundle: digest, revokedAt: null, sync: { not: 'Synced' } }, select: { id: true } });
  return rows.map(({ id }) => id);
}

/** Bundles that nodes are told, may be told or may have to go back to, with what for; the newest first. */
export async function bundlesInQuestion(db: Queryable, organizationId: string): Promise<{ digest: string; fleet: string; deployment: string | null }[]> {
  return db.$queryRaw<{ digest: string; fleet: string; deployment: string | null }[]>`
    SELECT DISTINCT ON (digest) digest, fleet, deployment FROM (
      SELECT bundle AS digest, "fleetName" AS fleet, id AS deployment, 1 AS rank FROM deployments WHERE "organizationId" = ${organizationId} AND state IN ('Progressing', 'Paused', 'Suspended', 'RollingBack')
      UNION ALL SELECT "previousBundle", "fleetName", id, 2 FROM deployments WHERE "organizationId" = ${organizationId} AND state IN ('Progressing', 'Paused', 'Suspended', 'RollingBack') AND "previousBundle" IS NOT NULL
      UNION ALL SELECT bundle, name, NULL, 3 FROM fleets WHERE "organizationId" = ${organizationId} AND bundle IS NOT NULL) AS asked
    ORDER BY digest, rank LIMIT 1000`;
}

/** The newest key sets of an organization, oldest first; as many as a message takes. */
export async function findKeySets(db: Queryable, organizationId: string): Promise<{ version: number; envelope: Envelope }[]> {
  const rows = await db.keySet.findMany({ where: { organizationId }, orderBy: { version: 'desc' }, take: keySetsMax });
  return rows.reverse().map((row) => ({ version: row.version, envelope: envelopeSchema.parse(row.envelope) }));
}

export async function insertKeySet(tx: Transaction, organizationId: string, version: number, envelope: Envelope): Promise<void> {
  await tx.keySet.create({ data: { organizationId, version, envelope: toJson(envelope) } });
}

/** Makes the organization's first key; who comes second, in whichever process, finds it there. */
export async function insertFirstSigningKey(tx: Transaction, row: StoredSigningKey): Promise<boolean> {
  await lockSigningKeys(tx, row.organizationId);
  if ((await tx.signingKey.count({ where: { organizationId: row.organizationId } })) > 0) return false;
  await tx.signingKey.create({ data: row });
  return true;
}

export interface NewAssignment {
  nodeId: string;
  generation: bigint;
  organizationId: string;
  fleetId: string;
  deploymentId: string | null;
  bundle: string;
  /** What the bundle asks for of the node's labels; null when it asks for none. */
  labels: Labels | null;
  issuedAt: Date;
}

/** An assignment, and the windows that the policy of its deployment gives nodes for going forward. */
export interface StoredAssignment extends NewAssignment {
  download: unknown;
  activate: unknown;
}

/** One statement for any number of nodes: parameters of each row would cost ten times as much. */
export async function insertAssignments(tx: Transaction, rows: readonly NewAssignment[]): Promise<void> {
  if (rows.length === 0) return;
  const each = (of: (row: NewAssignment) => string | bigint | Date | null): string => arrayLiteral(rows.map(of));
  await tx.$executeRaw`
    INSERT INTO assignments ("nodeId", generation, "organizationId", "fleetId", "deploymentId", bundle, labels, "issuedAt")
    SELECT * FROM unnest(
      ${each(({ nodeId }) => nodeId)}::text[], ${each(({ generation }) => generation)}::bigint[], ${each(({ organizationId }) => organizationId)}::text[], ${each(({ fleetId }) => fleetId)}::text[],
      ${each(({ deploymentId }) => deploymentId)}::text[], ${each(({ bundle }) => bundle)}::text[], ${each(({ labels }) => (labels === null ? null : JSON.stringify(labels)))}::jsonb[], ${each(({ issuedAt }) => issuedAt)}::timestamptz[])`;
}

/**
 * What holds for nodes: the newest assignment of each that has one. What was told on no deployment's account, since the node joined later or its
 * labels changed, keeps to the windows of the one that decided what its fleet runs.
 */
export async function findAssignments(db: Queryable, nodeIds: readonly string[]): Promise<StoredAssignment[]> {
  return db.$queryRaw<StoredAssignment[]>`
    SELECT a."nodeId", a.generation, a."organizationId", a."fleetId", a."deploymentId", a.bundle, a.labels, a."issuedAt", coalesce(d.policy, decided.policy)->'downloadWindows' AS download, coalesce(d.policy, decided.policy)->'activateWindows' AS activate
    FROM unnest(${[...nodeIds]}::text[]) AS wanted("nodeId")
    CROSS JOIN LATERAL (SELECT * FROM assignments WHERE "nodeId" = wanted."nodeId" ORDER BY generation DESC LIMIT 1) AS a
    LEFT JOIN deployments d ON d.id = a."deploymentId" AND d.bundle = a.bundle
    LEFT JOIN LATERAL (
      SELECT policy FROM deployments
      WHERE a."deploymentId" IS NULL AND "organizationId" = a."organizationId" AND "fleetId" = a."fleetId" AND bundle = a.bundle AND state = 'Succeeded' ORDER BY id DESC LIMIT 1
    ) AS decided ON true`;
}
