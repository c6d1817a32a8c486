import type { z } from 'zod';
import { performChange, recordRefusal } from '../../audit/index.ts';
import { systemActor } from '../../kernel/actor.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { capabilities } from '../capabilities.ts';
import { requireRights } from '../policy.ts';
import { deleteSessionsOf, lockOrganization } from '../repository.ts';
import { userActor } from '../roles/role-view.ts';
import { codePermissions, codeState, codesSealedMax } from './policy.ts';
import { countSealed, findByDigest, findCode, findCodes, findInUse, insertCode, insertUser, revokeCode, useCode } from './repository.ts';
import { breakGlassPrefix } from './schema.ts';
import type { createBreakGlassInput, createBreakGlassOutput, listBreakGlassOutput, useBreakGlassInput } from './schema.ts';

const codeLifetimeMs = 366 * 24 * 3_600_000;
/** How long somebody is in by a code. */
export const breakGlassMs = 3_600_000;
const codesShownMax = 100;

/** Makes a code that opens everything once, for an hour. It is returned this once, to be sealed and put away. */
export async function createCode(deps: Deps, actor: Actor, { label }: z.infer<typeof createBreakGlassInput>): Promise<z.infer<typeof createBreakGlassOutput>> {
  const { organizationId } = actor;
  requireRights(actor, capabilities, 'You cannot make a code that opens what you may not do yourself');
  if (actor.kind === 'user' && actor.breakGlass !== undefined) throw new DomainError('Forbidden', 'Who is in by a break-glass code makes no further ones.');
  const now = deps.clock.now();
  const [id, code, expiresAt] = [deps.ids.next(), `${breakGlassPrefix}${deps.ids.secret()}`, now + codeLifetimeMs];
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    await lockOrganization(tx, organizationId);
    if ((await countSealed(tx, organizationId, new Date(now))) >= codesSealedMax) throw new DomainError('LimitReached', `An organization has at most ${codesSealedMax} sealed break-glass codes. Revoke one first.`);
    await insertCode(tx, { id, organizationId, label, codeDigest: deps.vault.digest(code), createdBy: actor.name, createdAt: new Date(now), expiresAt: new Date(expiresAt) });
    record({ action: 'breakGlass.create', object: { kind: 'breakGlass', id, name: label }, after: { expiresAt } });
    publish({ topic: 'settings', subjectId: id, kind: 'breakGlassCreated' });
  });
  return { id, code, expiresAt };
}

/** Revokes a code; whoever is in by it is out at once. */
export async function endCode(deps: Deps, actor: Actor, id: string): Promise<void> {
  const at = new Date(deps.clock.now());
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const row = await findCode(tx, actor.organizationId, id);
    if (row === null) throw notFound('break-glass code', id);
    const may = codePermissions(actor, row, at).revoke;
    if (!may.allowed) throw new DomainError('Conflict', may.reason ?? 'This cannot be done now.');
    await revokeCode(tx, id, at);
    if (row.userId !== null) {
      await deleteSessionsOf(tx, row.userId);
      publish({ topic: 'session', subjectId: row.userId, kind: 'ended' });
    }
    record({ action: 'breakGlass.revoke', object: { kind: 'breakGlass', id, name: row.label }, before: { state: codeState(row, at) } });
    publish({ topic: 'settings', subjectId: id, kind: 'breakGlassRevoked' });
  });
}

/**
 * Lets whoever has the code in: as an administrator of the organization, for an hour, under a name that says how. Returns whose
 * session to begin. Throws SignInRefused, on record where the code is one of ours.
 */
export async function openByCode(deps: Deps, { code, name, reason }: z.infer<typeof useBreakGlassInput>, from: { address: string | null; requestId: string }): Promise<{ userId: string; endsAt: Date }> {
  const found = await findByDigest(deps.db, deps.vault.digest(code));
  const usedAt = new Date(deps.clock.now());
  const refused = new DomainError('SignInRefused', 'This code is unknown, was used, has expired, or was revoked.');
  if (found === null) throw refused;
  const endsAt = new Date(usedAt.getTime() + breakGlassMs);
  const userId = deps.ids.next();
  const used = await performChange(deps, actorOf({ userId, usedBy: name, reason, endsAt, organizationId: found.organizationId }, '', from.requestId), async ({ tx, record, publish }) => {
    if (!(await useCode(tx, found.id, { usedAt, endsAt, usedBy: name, reason, userId, address: from.address }))) return false;
    await insertUser(tx, { id: userId, name: nameOf(name), email: `${userId}@break-glass.invalid`, at: usedAt });
    record({ action: 'breakGlass.use', object: { kind: 'breakGlass', id: found.id, name: found.label }, after: { by: name, until: endsAt.getTime(), address: from.address } });
    publish({ topic: 'settings', subjectId: found.id, kind: 'breakGlassUsed' });
    return true;
  });
  if (used) return { userId, endsAt };
  await recordRefusal(deps, systemActor(found.organizationId, from.requestId, nameOf(name)), { action: 'breakGlass.use', object: { kind: 'breakGlass', id: found.id, name: found.label }, reason: `${refused.message} The reason given: ${reason}` });
  throw refused;
}

/** Who is in by a code, while its time runs; null for everybody else. */
export async function actorByCode(deps: Deps, session: { id: string; userId: string }, requestId: string): Promise<Extract<Actor, { kind: 'user' }> | null> {
  const found = await findInUse(deps.db, session.userId, new Date(deps.clock.now()));
  if (found === null || found.endsAt === null) return null;
  return actorOf({ userId: session.userId, usedBy: found.usedBy ?? '', reason: found.reason ?? '', endsAt: found.endsAt, organizationId: found.organizationId }, session.id, requestId);
}

function actorOf(use: { userId: string; usedBy: string; reason: string; endsAt: Date; organizationId: string }, sessionId: string, requestId: string): Extract<Actor, { kind: 'user' }> {
  const membership = { role: 'administrator', customRole: null, organizationId: use.organizationId, fleetIds: [] } as const;
  return { ...userActor({ id: use.userId, name: nameOf(use.usedBy), email: 'break-glass', sessionId, requestId }, membership), breakGlass: { reason: use.reason, until: use.endsAt.getTime() } };
}

function nameOf(name: string): string {
  return `${name} (break-glass)`;
}

/** The codes of the organization, without their text. */
export async function listCodes(deps: Deps, actor: Actor): Promise<z.infer<typeof listBreakGlassOutput>> {
  const at = new Date(deps.clock.now());
  const rows = await findCodes(deps.db, actor.organizationId, codesShownMax);
  return {
    items: rows.map((row) => ({
      id: row.id,
      label: row.label,
      state: codeState(row, at),
      createdBy: row.createdBy,
      createdAt: row.createdAt.getTime(),
      expiresAt: row.expiresAt.getTime(),
      used: row.usedAt === null || row.endsAt === null ? null : { at: row.usedAt.getTime(), by: row.usedBy ?? '', reason: row.reason ?? '', until: row.endsAt.getTime(), address: row.address },
      can: codePermissions(actor, row, at),
    })),
    can: { create: codePermissions(actor, null, at).create },
  };
}
