import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { admit } from './admission.ts';
import { enrollmentLimits, requestPermissions, tokenPermissions, tokenState } from './policy.ts';
import { countActiveTokens, decideRequest, findToken, insertToken, lockRequest, requestFacts, requestLabels, revokeTokenRow } from './repository.ts';
import type { approveRequestInput, approveRequestOutput, createTokenInput, createTokenOutput, denyRequestInput, denyRequestOutput, revokeTokenOutput } from './schema.ts';

/** Lets a node in. If it waits on its connection it is welcomed at once: the link hears of it through the outbox. */
export async function approveRequest(deps: Deps, actor: Actor, input: z.infer<typeof approveRequestInput>): Promise<z.infer<typeof approveRequestOutput>> {
  return performChange(deps, actor, async (change) => {
    const row = await lockRequest(change.tx, actor.organizationId, input.id);
    if (row === null) throw notFound('enrolment request', input.id);
    const { approve } = requestPermissions(actor, row);
    if (!approve.allowed) throw new DomainError('Conflict', approve.reason ?? 'It cannot be approved now.');
    const labels = input.labels ?? requestLabels(row);
    const { name, publicKey, fingerprint, agentVersion, gateway, organizationId } = row;
    const node = await admit(deps, change, { organizationId, name, publicKey, fingerprint, agentVersion, gateway, labels, facts: requestFacts(row) });
    await decideRequest(change.tx, row.id, { state: 'Approved', at: deps.clock.now(), by: actor.name, reason: null, nodeId: node, labels });
    change.record({ action: 'enrollment.approve', object: { kind: 'enrollmentRequest', id: row.id, name }, before: { state: row.state }, after: { state: 'Approved', fingerprint, publicKey, labels, node } });
    change.publish({ topic: 'enrollment', subjectId: row.id, kind: 'approved' });
    change.publish({ topic: 'link', subjectId: row.id, kind: 'approved', payload: { publicKey } });
    return { id: row.id, node };
  });
}

export async function denyRequest(deps: Deps, actor: Actor, input: z.infer<typeof denyRequestInput>): Promise<z.infer<typeof denyRequestOutput>> {
  return performChange(deps, actor, async (change) => {
    const row = await lockRequest(change.tx, actor.organizationId, input.id);
    if (row === null) throw notFound('enrolment request', input.id);
    const { deny } = requestPermissions(actor, row);
    if (!deny.allowed) throw new DomainError('Conflict', deny.reason ?? 'It cannot be denied now.');
    const reason = input.reason === undefined || input.reason === '' ? null : input.reason;
    await decideRequest(change.tx, row.id, { state: 'Denied', at: deps.clock.now(), by: actor.name, reason, nodeId: null });
    change.record({
      action: 'enrollment.deny',
      object: { kind: 'enrollmentRequest', id: row.id, name: row.name },
      before: { state: row.state },
      after: { state: 'Denied' },
      ...(reason === null ? {} : { reason }),
    });
    change.publish({ topic: 'enrollment', subjectId: row.id, kind: 'denied' });
    change.publish({ topic: 'link', subjectId: row.id, kind: 'denied', payload: { reason } });
    return { id: row.id };
  });
}

/** Makes a token; its text is in this answer and nowhere else. */
export async function createToken(deps: Deps, actor: Actor, input: z.infer<typeof createTokenInput>): Promise<z.infer<typeof createTokenOutput>> {
  const now = deps.clock.now();
  if (input.expiresAt <= now) throw new DomainError('InvalidInput', 'The token would have expired already.');
  if (input.expiresAt > now + enrollmentLimits.tokenLifetimeMs) throw new DomainError('InvalidInput', 'A token lasts at most a year.');
  const id = deps.ids.next();
  const token = `selvedge-enrol-${deps.ids.secret()}`;
  await performChange(deps, actor, async (change) => {
    if ((await countActiveTokens(change.tx, actor.organizationId, now)) >= enrollmentLimits.activeTokensMax) {
      throw new DomainError('LimitReached', `An organization has at most ${enrollmentLimits.activeTokensMax} active enrolment tokens.`);
    }
    await insertToken(change.tx, { ...input, id, organizationId: actor.organizationId, tokenDigest: deps.vault.digest(token), createdBy: actor.name, createdAt: now });
    change.record({ action: 'enrollmentToken.create', object: { kind: 'enrollmentToken', id, name: input.label }, after: { labels: input.labels, uses: input.uses, expiresAt: input.expiresAt } });
    change.publish({ topic: 'settings', subjectId: id, kind: 'enrollmentToken' });
  });
  return { id, token, command: `npm run agent -- --name my-node --link ${deps.publicUrl} --token ${token}` };
}

export async function revokeToken(deps: Deps, actor: Actor, id: string): Promise<z.infer<typeof revokeTokenOutput>> {
  return performChange(deps, actor, async (change) => {
    const row = await findToken(change.tx, actor.organizationId, id);
    if (row === null) throw notFound('enrolment token', id);
    const { revoke } = tokenPermissions(actor, tokenState(row, deps.clock.now()));
    if (!revoke.allowed) throw new DomainError('Conflict', revoke.reason ?? 'It cannot be revoked now.');
    await revokeTokenRow(change.tx, id, deps.clock.now());
    change.record({ action: 'enrollmentToken.revoke', object: { kind: 'enrollmentToken', id, name: row.label }, before: { usesLeft: row.usesLeft } });
    change.publish({ topic: 'settings', subjectId: id, kind: 'enrollmentToken' });
    return { id };
  });
}
