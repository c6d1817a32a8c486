import { labelsSchema } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { matchingFleets, readSelectors } from '../fleets/index.ts';
import type { Claim } from '../fleets/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { waitingQuestion } from './admission.ts';
import { requestPermissions, tokenPermissions, tokenState } from './policy.ts';
import { requestFacts, requestLabels } from './repository.ts';
import type { RequestRow, TokenRow } from './repository.ts';
import type { EnrollmentRequest, EnrollmentToken, listRequestsInput, listRequestsOutput, listTokensInput, listTokensOutput } from './schema.ts';

/** Requests to join, newest first. `waiting` says whether the node holds its connection open. */
export async function listRequests({ db, replicas }: Pick<Deps, 'db' | 'replicas'>, actor: Actor, input: z.infer<typeof listRequestsInput>): Promise<z.infer<typeof listRequestsOutput>> {
  const { organizationId } = actor;
  const where = { organizationId, ...(input.state === undefined ? {} : { state: input.state }) };
  const [rows, total, selectors] = await Promise.all([
    db.enrollmentRequest.findMany({ where: input.cursor === undefined ? where : { ...where, id: { lt: input.cursor } }, orderBy: { id: 'desc' }, take: input.limit + 1 }),
    db.enrollmentRequest.count({ where }),
    readSelectors(db, organizationId),
  ]);
  const page = rows.slice(0, input.limit);
  const pending = page.filter((row) => row.state === 'Pending').map((row) => row.id);
  const waiting = new Set(pending.length === 0 ? [] : (await replicas.askAll(waitingQuestion, { requests: pending })).flat());
  return { items: page.map((row) => toRequest(actor, row, selectors, waiting.has(row.id))), nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null, total };
}

function toRequest(actor: Actor, row: RequestRow, selectors: readonly Claim[], waiting: boolean): EnrollmentRequest {
  const labels = requestLabels(row);
  const fleets = matchingFleets(selectors, labels).map(({ id, name, selector }) => ({ id, name, because: selector }));
  return {
    id: row.id,
    name: row.name,
    fingerprint: row.fingerprint,
    agentVersion: row.agentVersion,
    facts: requestFacts(row),
    labels,
    requestedAt: row.requestedAt.getTime(),
    state: row.state,
    decided: row.decidedAt === null ? null : { at: row.decidedAt.getTime(), by: row.decidedBy ?? '', reason: row.reason },
    waiting,
    claimedBy: { fleets, multiple: fleets.length > 1 },
    node: row.nodeId,
    can: requestPermissions(actor, row),
  };
}

/** Enrolment tokens, newest first, without their text. */
export async function listTokens(db: Queryable, actor: Actor, input: z.infer<typeof listTokensInput>, now: number): Promise<z.infer<typeof listTokensOutput>> {
  const where = { organizationId: actor.organizationId };
  const [rows, total] = await Promise.all([
    db.enrollmentToken.findMany({ where: input.cursor === undefined ? where : { ...where, id: { lt: input.cursor } }, orderBy: { id: 'desc' }, take: input.limit + 1 }),
    db.enrollmentToken.count({ where }),
  ]);
  const page = rows.slice(0, input.limit);
  const nodes = await db.node.findMany({ where: { organizationId: actor.organizationId, id: { in: page.flatMap(({ nodeId }) => nodeId ?? []) } }, select: { id: true, name: true } });
  return { items: page.map((row) => toToken(actor, row, nodes.find(({ id }) => id === row.nodeId) ?? null, now)), nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null, total };
}

function toToken(actor: Actor, row: TokenRow, node: EnrollmentToken['node'], now: number): EnrollmentToken {
  const state = tokenState(row, now);
  return {
    id: row.id,
    label: row.label,
    labels: labelsSchema.parse(row.labels),
    node,
    createdAt: row.createdAt.getTime(),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt.getTime(),
    uses: { left: row.usesLeft, total: row.uses },
    state,
    can: tokenPermissions(actor, state),
  };
}
