import type { Actor } from '../../kernel/actor.ts';
import type { Permission } from '../../kernel/wire.ts';
import { capabilities } from '../capabilities.ts';
import { permission, scopesBeyond } from '../policy.ts';
import type { BreakGlassCode } from './schema.ts';

/** So many may wait in their envelopes at once. */
export const codesSealedMax = 10;

interface Row {
  usedAt: Date | null;
  endsAt: Date | null;
  revokedAt: Date | null;
  expiresAt: Date;
}

/** What a code is good for now. */
export function codeState({ usedAt, endsAt, revokedAt, expiresAt }: Row, at: Date): BreakGlassCode['state'] {
  if (revokedAt !== null) return 'Revoked';
  if (usedAt !== null) return endsAt !== null && endsAt > at ? 'InUse' : 'Used';
  return expiresAt > at ? 'Sealed' : 'Expired';
}

/** What may be done about a code, or about codes where there is none. */
export function codePermissions(actor: Actor, row: Row | null, at: Date): { create: Permission; revoke: Permission } {
  const write = permission(actor, 'settings:write');
  const beyond = scopesBeyond(actor, capabilities);
  const again = actor.kind === 'user' && actor.breakGlass !== undefined;
  const create = !write.allowed ? write : again ? { allowed: false, reason: 'Who is in by a break-glass code makes no further ones.' } : beyond.length > 0 ? { allowed: false, reason: `A code opens everything, and you may not do all of it: ${beyond.join(', ')}.` } : write;
  const state = row === null ? null : codeState(row, at);
  const revoke = !write.allowed || state === 'Sealed' || state === 'InUse' ? write : { allowed: false, reason: 'It opens nothing any more.' };
  return { create, revoke };
}
