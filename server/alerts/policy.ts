import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { AlertItem } from './schema.ts';

export const alertLimits = { channelsMax: 50, routesMax: 100, secretsMax: 100 } as const;

/** What may be done about an alert now. */
export function alertPermissions(actor: Actor, state: AlertItem['state']): AlertItem['can'] {
  const may = permission(actor, 'alerts:write');
  const over = { allowed: false, reason: 'It is resolved.' };
  if (!may.allowed) return { acknowledge: may, resolve: may, mute: may };
  if (state === 'Resolved') return { acknowledge: over, resolve: over, mute: over };
  return { acknowledge: state === 'Acknowledged' ? { allowed: false, reason: 'Somebody has acknowledged it.' } : may, resolve: may, mute: may };
}
