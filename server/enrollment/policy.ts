import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';

export const enrollmentLimits = {
  pendingMax: 1000,
  activeTokensMax: 200,
  tokenLifetimeMs: 366 * 86_400_000,
  /** A node that was denied may ask again after this long. */
  deniedForMs: 10 * 60_000,
} as const;

export function requestPermissions(actor: Actor, request: { state: 'Pending' | 'Approved' | 'Denied' }): { approve: Permission; deny: Permission } {
  const write = permission(actor, 'nodes:write', 'organization');
  if (!write.allowed) return { approve: write, deny: write };
  if (request.state === 'Pending') return { approve: write, deny: write };
  if (request.state === 'Denied') return { approve: write, deny: { allowed: false, reason: 'It was denied already.' } };
  const decided = { allowed: false, reason: 'It was approved already.' };
  return { approve: decided, deny: { allowed: false, reason: 'It was approved already; revoke the node instead.' } };
}

export function tokenPermissions(actor: Actor, state: 'Active' | 'Expired' | 'UsedUp' | 'Revoked'): { revoke: Permission } {
  const write = permission(actor, 'settings:write');
  if (!write.allowed) return { revoke: write };
  return { revoke: state === 'Active' ? write : { allowed: false, reason: 'It lets no node in any more.' } };
}

/** What a token is good for now. */
export function tokenState(token: { revokedAt: Date | null; expiresAt: Date; usesLeft: number }, now: number): 'Active' | 'Expired' | 'UsedUp' | 'Revoked' {
  if (token.revokedAt !== null) return 'Revoked';
  if (token.usesLeft <= 0) return 'UsedUp';
  return token.expiresAt.getTime() <= now ? 'Expired' : 'Active';
}
