import { performChange } from '../../audit/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { deleteOtherSessions, deleteSession } from '../repository.ts';

/** Ends a session of the person's own, wherever it is; live views of it close at once. */
export async function revokeSession(deps: Deps, actor: Actor, id: string): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    if (!(await deleteSession(tx, requireUser(actor).id, id))) throw notFound('session', id);
    record({ action: 'session.revoke', object: { kind: 'session', id, name: actor.name } });
    publish({ topic: 'session', subjectId: id, kind: 'ended' });
  });
}

/** Ends every session of the person’s own but the one that asks. Answers how many there were. */
export async function revokeOtherSessions(deps: Deps, actor: Actor): Promise<{ ended: number }> {
  const user = requireUser(actor);
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const ended = await deleteOtherSessions(tx, user.id, user.sessionId);
    if (ended.length > 0) record({ action: 'session.revokeOthers', object: { kind: 'session', id: user.sessionId, name: user.name }, after: { ended: ended.length } });
    for (const id of ended) publish({ topic: 'session', subjectId: id, kind: 'ended' });
    return { ended: ended.length };
  });
}

/** Sessions belong to people: a token has none. */
export function requireUser(actor: Actor): Extract<Actor, { kind: 'user' }> {
  if (actor.kind !== 'user') throw new DomainError('Forbidden', 'Only a person who is signed in has sessions.');
  return actor;
}
