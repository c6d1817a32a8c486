import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { reachOf } from '../kernel/reach.ts';
import type { Authenticator } from './auth.ts';
import { requestIdHeader } from './auth.ts';
import { findActiveApiToken, touchApiToken } from './repository.ts';
import { apiTokenPrefix } from './service/api-tokens.ts';

/** Who asks, and by what: only a cookie is sent by browsers unasked, so only then the origin matters. */
export type Authentication = { actor: Actor; by: 'token' | 'cookie' } | { actor: null; by: 'nothing' };

const bearer = /^Bearer ([A-Za-z0-9_-]{1,128})$/;

/**
 * Who sent a request with these headers. A request that carries a bearer token is judged by it alone: a bad one is refused
 * with NotSignedIn, even beside a good cookie.
 */
export async function authenticate(deps: Deps, authenticator: Authenticator, headers: Headers): Promise<Authentication> {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const [, token = ''] = bearer.exec(authorization) ?? [];
    return { actor: await actorOfToken(deps, token, headers.get(requestIdHeader) ?? deps.ids.next()), by: 'token' };
  }
  if (!headers.has('cookie')) return { actor: null, by: 'nothing' };
  const actor = await authenticator.session(headers);
  return actor === null ? { actor: null, by: 'nothing' } : { actor, by: 'cookie' };
}

async function actorOfToken(deps: Deps, token: string, requestId: string): Promise<Actor> {
  const at = new Date(deps.clock.now());
  const found = token.startsWith(apiTokenPrefix) ? await findActiveApiToken(deps.db, deps.vault.digest(token), at) : null;
  if (found === null) throw new DomainError('NotSignedIn', 'The API token is unknown, expired or revoked.');
  await touchApiToken(deps.db, found.id, at);
  return { kind: 'token', id: found.id, name: found.name, scopes: found.scopes, requestId, ...reachOf(found.organizationId, found.fleetIds) };
}
