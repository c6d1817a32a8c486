import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';

export const fleetLimits = { fleetsMax: 500, previewNodesMax: 50 } as const;

/** `select` is to give it another selector, which reaches for nodes anywhere in the organization. */
type FleetActions = { update: Permission; select: Permission; remove: Permission; deploy: Permission };

/** What may be done to a fleet now. */
export function fleetPermissions(actor: Actor, fleet: { nodes: number; bundle: string | null; rolloutUnderWay: boolean }): FleetActions {
  const whole = permission(actor, 'fleets:write', 'organization');
  return { update: permission(actor, 'fleets:write'), select: whole, remove: removal(whole, fleet), deploy: permission(actor, 'deployments:write') };
}

function removal(whole: Permission, fleet: { rolloutUnderWay: boolean }): Permission {
  if (!whole.allowed) return whole;
  if (fleet.rolloutUnderWay) return { allowed: false, reason: 'A rollout of this fleet is under way. Cancel it or wait until it has ended.' };
  return { allowed: true };
}
