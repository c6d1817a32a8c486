import { factsSchema, labelsSchema } from '@selvedge/edge-runtime/protocol';
import type { Facts, Labels } from '@selvedge/edge-runtime/protocol';
import type { Prisma, Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';

export type RequestRow = Prisma.EnrollmentRequestGetPayload<object>;
export type TokenRow = Prisma.EnrollmentTokenGetPayload<object>;

export function requestLabels(row: Pick<RequestRow, 'labels'>): Labels {
  return labelsSchema.parse(row.labels);
}

export function requestFacts(row: Pick<RequestRow, 'facts'>): Facts {
  return factsSchema.parse(row.facts);
}

export async function findRequest(db: Queryable, organizationId: string, id: string): Promise<RequestRow | null> {
  return db.enrollmentRequest.findFirst({ where: { organizationId, id } });
}

export async function findRequestByKey(db: Queryable, publicKey: string): Promise<RequestRow | null> {
  return db.enrollmentRequest.findUnique({ where: { publicKey } });
}

/** Locks the request until the transaction ends, so that two deciders come one after the other. */
export async function lockRequest(tx: Transaction, organizationId: string, id: string): Promise<RequestRow | null> {
  await tx.$queryRaw`SELECT id FROM enrollment_requests WHERE id = ${id} AND "organizationId" = ${organizationId} FOR UPDATE`;
  return findRequest(tx, organizationId, id);
}

export async function countPending(db: Queryable, organizationId: string): Promise<number> {
  return db.enrollmentRequest.count({ where: { organizationId, state: 'Pending' } });
}

export type Asking = { name: string; agentVersion: string; facts: Facts; labels: Labels; gateway: string | null };

export async function insertRequest(
  tx: Transaction,
  request: Asking & { id: string; organizationId: string; publicKey: string; fingerprint: string; requestedAt: number },
): Promise<void> {
  const { facts, labels, requestedAt, ...same } = request;
  await tx.enrollmentRequest.create({ data: { ...same, facts: toJson(facts), labels: toJson(labels), requestedAt: new Date(requestedAt) } });
}

/** The node asks again and says something else of itself, or was denied long ago. */
export async function reopenRequest(tx: Transaction, id: string, asking: Asking, requestedAt: number): Promise<void> {
  const { facts, labels, ...same } = asking;
  await tx.enrollmentRequest.update({
    where: { id },
    data: { ...same, facts: toJson(facts), labels: toJson(labels), requestedAt: new Date(requestedAt), state: 'Pending', decidedAt: null, decidedBy: null, reason: null },
  });
}

export async function decideRequest(
  tx: Transaction,
  id: string,
  decision: { state: 'Approved' | 'Denied'; at: number; by: string; reason: string | null; nodeId: string | null; labels?: Labels },
): Promise<void> {
  await tx.enrollmentRequest.update({
    where: { id },
    data: {
      state: decision.state,
      decidedAt: new Date(decision.at),
      decidedBy: decision.by,
      reason: decision.reason,
      nodeId: decision.nodeId,
      ...(decision.labels === undefined ? {} : { labels: toJson(decision.labels) }),
    },
  });
}

export async function insertToken(
  tx: Transaction,
  token: { id: string; organizationId: string; label: string; labels: Labels; nodeId?: string; tokenDigest: string; uses: number; createdBy: string; createdAt: number; expiresAt: number },
): Promise<void> {
  await tx.enrollmentToken.create({
    data: { ...token, labels: toJson(token.labels), usesLeft: token.uses, createdAt: new Date(token.createdAt), expiresAt: new Date(token.expiresAt) },
  });
}

export async function findTokenByDigest(db: Queryable, tokenDigest: string): Promise<TokenRow | null> {
  return db.enrollmentToken.findUnique({ where: { tokenDigest } });
}

export async function findToken(db: Queryable, organizationId: string, id: string): Promise<TokenRow | null> {
  return db.enrollmentToken.findFirst({ where: { organizationId, id } });
}

/** Takes uses of the token; false when it has fewer left, is revoked or expired. One statement, so two nodes cannot share the last use. */
export async function spendToken(tx: Transaction, id: string, uses: number, now: number): Promise<boolean> {
  const { count } = await tx.enrollmentToken.updateMany({
    where: { id, usesLeft: { gte: uses }, revokedAt: null, expiresAt: { gt: new Date(now) } },
    data: { usesLeft: { decrement: uses } },
  });
  return count === 1;
}

export async function revokeTokenRow(tx: Transaction, id: string, at: number): Promise<void> {
  await tx.enrollmentToken.update({ where: { id }, data: { revokedAt: new Date(at) } });
}

/** Tokens that would let this node in again open no more. */
export async function revokeTokensOf(tx: Transaction, nodeId: string, at: number): Promise<void> {
  await tx.enrollmentToken.updateMany({ where: { nodeId, revokedAt: null, usesLeft: { gt: 0 } }, data: { revokedAt: new Date(at) } });
}

/** What a key asked for is settled in another way. */
export async function deleteRequest(tx: Transaction, id: string): Promise<void> {
  await tx.enrollmentRequest.delete({ where: { id } });
}

export async function countActiveTokens(db: Queryable, organizationId: string, now: number): Promise<number> {
  return db.enrollmentToken.count({ where: { organizationId, revokedAt: null, usesLeft: { gt: 0 }, expiresAt: { gt: new Date(now) } } });
}

/** The organization that a node without a token can only mean; null when there is not exactly one. */
export async function onlyOrganization(db: Queryable): Promise<string | null> {
  const rows = await db.organization.findMany({ select: { id: true }, take: 2 });
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}
