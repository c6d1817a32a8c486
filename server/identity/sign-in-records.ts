import { performChange, recordRefusal } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { actorByCode } from './break-glass/service.ts';
import { findMembership, findUserByEmail, hasSecondFactor } from './repository.ts';
import { userActor } from './roles/role-view.ts';

/** The person of a session in the organization that they act in, by membership or by a break-glass code; null when neither holds any more. */
export async function actorOfSession(deps: Deps, session: { id: string; userId: string }, requestId: string | null | undefined): Promise<Extract<Actor, { kind: 'user' }> | null> {
  const member = await findMembership(deps.db, session.userId);
  if (member === null) return actorByCode(deps, session, requestId ?? deps.ids.next());
  const { id, name, email } = member.user;
  const actor = userActor({ id, name, email, sessionId: session.id, requestId: requestId ?? deps.ids.next() }, member);
  const awaits = member.organization.requiresSecondFactor && session.id !== '' && !(await hasSecondFactor(deps.db, session.id));
  return awaits ? { ...actor, awaitsSecondFactor: true } : actor;
}

/** Puts a sign-in or sign-out on record, and ends the live views of a session that ended. */
export async function recordSession(deps: Deps, action: 'session.start' | 'session.end', session: { id: string; userId: string; ipAddress?: string | null | undefined }, requestId: string | null | undefined): Promise<void> {
  const actor = await actorOfSession(deps, session, requestId);
  if (actor === null) return;
  await performChange(deps, actor, async ({ record, publish }) => {
    record({ action, object: { kind: 'session', id: session.id, name: actor.email }, after: { address: session.ipAddress ?? null } });
    if (action === 'session.end') publish({ topic: 'session', subjectId: session.id, kind: 'ended' });
  });
}

/** A refused password goes on record in the organization of the person it was tried for; for an unknown address there is none. */
export async function recordRefusedSignIn(deps: Deps, email: string, requestId: string): Promise<void> {
  const user = await findUserByEmail(deps.db, email);
  const member = user?.members[0];
  if (user === null || member === undefined) return;
  const actor = userActor({ id: user.id, name: user.name, email, sessionId: '', requestId }, member);
  await recordRefusal(deps, actor, { action: 'session.start', object: { kind: 'session', id: user.id, name: email }, reason: 'Wrong password, or too many attempts.' });
}

/** A refused code, after a password that was right, goes on record for whom it was tried. */
export async function recordRefusedCode(deps: Deps, userId: string, requestId: string): Promise<void> {
  const actor = await actorOfSession(deps, { id: '', userId }, requestId);
  if (actor !== null) await recordRefusal(deps, actor, { action: 'session.start', object: { kind: 'session', id: userId, name: actor.email }, reason: 'Wrong code after the right password, or too many attempts.' });
}

/** What people change of their own way in. */
export type OwnChange = 'password.change' | 'secondFactor.enable' | 'secondFactor.disable';

/** Puts a changed way in, or the attempt at it, on record. */
export async function recordOwnChange(deps: Deps, actor: Actor, action: OwnChange, changed: boolean): Promise<void> {
  const entry = { action, object: { kind: 'member', id: actor.id, name: actor.name } } as const;
  if (changed) await performChange(deps, actor, async ({ record }) => record(entry));
  else await recordRefusal(deps, actor, { ...entry, reason: 'Wrong password or code, one that is not allowed, or too many attempts.' });
}
