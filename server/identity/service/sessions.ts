import { performChange } from '../../audit/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { deleteSession } from '../repository.ts';

/** Ends a session of the person's own, wherever it is; live views of it close at once. */
export async function revokeSession(deps: Deps, actor: Actor, id: string): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    if (!(await deleteSession(tx, requireUser(actor).id, id))) throw notFound('session', id);
    record({ action: 'session.revoke', object: { kind: 'session', id, name: actor.name } });
    publish({ topic: 'session', subjectId: id, kind: 'ended' });
  });
}

/** Sessions belong to people: a token has none. */
export function requireUser(actor: Actor): Extract<Actor, { kind: 'user' }> {
  if (actor.kind !== 'user') throw new DomainError('Forbidden', 'Only a person who is signed in has sessions.');
  return actor;
}
