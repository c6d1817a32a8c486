import type { z } from 'zod';
import { performChange } from '../../audit/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { limits } from '../../kernel/limits.ts';
import { limitTo } from '../fleet-limit.ts';
import { scopesBeyond, scopesBeyondFleets } from '../policy.ts';
import { countActiveApiTokens, findApiToken, insertApiToken, lockOrganization, revokeApiTokenRow } from '../repository.ts';
import type { createApiTokenInput, createApiTokenOutput } from '../schema.ts';

/** What every API token begins with, so that people and secret scanners know one when they see it. */
export const apiTokenPrefix = 'slv_';
const PREFIX_SHOWN = apiTokenPrefix.length + 6;
const LIFETIME_MAX_MS = 2 * 366 * 24 * 3_600_000;

/** Makes an API token. It is returned this once; the scopes cannot exceed what the actor may do. */
export async function createApiToken(deps: Deps, actor: Actor, input: z.infer<typeof createApiTokenInput>): Promise<z.infer<typeof createApiTokenOutput>> {
  const now = deps.clock.now();
  if (input.expiresAt <= now || input.expiresAt > now + LIFETIME_MAX_MS) throw new DomainError('InvalidInput', 'expiresAt: a token expires in the future, within two years.');
  const beyond = scopesBeyond(actor, input.scopes);
  if (beyond.length > 0) throw new DomainError('Forbidden', `You cannot give scopes that you do not have: ${beyond.join(', ')}.`, { details: { scopes: beyond } });
  const unfit = input.fleets === 'all' ? [] : scopesBeyondFleets(input.scopes);
  if (unfit.length > 0) throw new DomainError('InvalidInput', `scopes: a token that is limited to fleets cannot have what concerns the whole organization: ${unfit.join(', ')}.`, { details: { scopes: unfit } });
  const token = `${apiTokenPrefix}${deps.ids.secret()}`;
  const prefix = token.slice(0, PREFIX_SHOWN);
  const id = deps.ids.next();
  const { name, expiresAt } = input;
  const scopes = [...new Set(input.scopes)].sort();
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    await lockOrganization(tx, actor.organizationId);
    if ((await countActiveApiTokens(tx, actor.organizationId, new Date(now))) >= limits.apiTokensMax) throw new DomainError('LimitReached', `An organization has at most ${limits.apiTokensMax} active API tokens.`);
    const { fleetIds, said } = await limitTo(tx, actor.organizationId, input.fleets);
    const dates = { createdAt: new Date(now), expiresAt: new Date(expiresAt) };
    await insertApiToken(tx, { id, organizationId: actor.organizationId, name, prefix, tokenDigest: deps.vault.digest(token), scopes, fleetIds, createdBy: actor.name, ...dates });
    record({ action: 'apiToken.create', object: { kind: 'apiToken', id, name }, after: { scopes, fleets: said, expiresAt, prefix } });
    publish({ topic: 'settings', subjectId: id, kind: 'created' });
  });
  return { id, token, prefix, expiresAt };
}

export async function revokeApiToken(deps: Deps, actor: Actor, id: string): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const token = await findApiToken(tx, actor.organizationId, id);
    if (token === null) throw notFound('API token', id);
    if (token.revokedAt !== null) throw new DomainError('Conflict', 'This token is revoked already.');
    await revokeApiTokenRow(tx, id, new Date(deps.clock.now()));
    record({ action: 'apiToken.revoke', object: { kind: 'apiToken', id, name: token.name } });
    publish({ topic: 'settings', subjectId: id, kind: 'revoked' });
    publish({ topic: 'session', subjectId: id, kind: 'ended' });
  });
}
