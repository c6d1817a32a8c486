import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';

export const fleetLimits = { fleetsMax: 500, previewNodesMax: 50 } as const;

/** What may be done to a fleet now. */
export function fleetPermissions(actor: Actor, fleet: { nodes: number; bundle: string | null; rolloutUnderWay: boolean }): { update: Permission; remove: Permission; deploy: Permission } {
  const update = permission(actor, 'fleets:write');
  const deploy = permission(actor, 'deployments:write');
  return { update, remove: removal(update, fleet), deploy };
}

function removal(update: Permission, fleet: { rolloutUnderWay: boolean }): Permission {
  if (!update.allowed) return update;
  if (fleet.rolloutUnderWay) return { allowed: false, reason: 'A rollout of this fleet is under way. Cancel it or wait until it has ended.' };
  return { allowed: true };
}
