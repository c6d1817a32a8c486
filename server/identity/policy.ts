import type { Actor, Role } from '../kernel/actor.ts';
import { DomainError } from '../kernel/errors.ts';
import { capabilities, capabilityRoles } from './capabilities.ts';
import type { Capability } from './capabilities.ts';

/** What a role may do. */
export function capabilitiesOf(role: Role): Capability[] {
  return capabilities.filter((capability) => rolesWith(capability).includes(role));
}

export function rolesWith(capability: Capability): readonly Role[] {
  return capabilityRoles[capability];
}

/** Whether the actor has the capability. Nodes act only through their link and have none; the control plane has all. */
export function isAllowed(actor: Actor, capability: Capability): boolean {
  switch (actor.kind) {
    case 'user':
      return rolesWith(capability).includes(actor.role);
    case 'token':
      return actor.scopes.includes(capability);
    case 'node':
      return false;
    case 'system':
      return true;
  }
}

/** The sentence that says why not, for buttons that are shown disabled and for refusals alike. */
export function refusalReason(actor: Actor, capability: Capability): string {
  if (actor.kind === 'token') return `The API token “${actor.name}” lacks the scope ${capability}.`;
  const needed = rolesWith(capability).join(' or ');
  return `This needs the role ${needed}${actor.kind === 'user' ? `; yours is ${actor.role}` : ''}.`;
}

/** Permission as rows carry it in `can`, for what the role alone decides. */
export function permission(actor: Actor, capability: Capability): { allowed: boolean; reason?: string } {
  return isAllowed(actor, capability) ? { allowed: true } : { allowed: false, reason: refusalReason(actor, capability) };
}

/** Throws Forbidden unless the actor has the capability. */
export function requireCapability(actor: Actor, capability: Capability): void {
  if (!isAllowed(actor, capability)) throw new DomainError('Forbidden', refusalReason(actor, capability), { details: { capability } });
}

/** Why a member cannot be removed or lose the role of administrator, or null when they can. */
export function lastAdministratorReason(member: { role: Role }, administrators: number): string | null {
  return member.role === 'administrator' && administrators <= 1 ? 'An organization keeps at least one administrator.' : null;
}

/** Scopes that the actor may not give away, because the actor does not have them. */
export function scopesBeyond(actor: Actor, scopes: readonly Capability[]): Capability[] {
  return scopes.filter((scope) => !isAllowed(actor, scope));
}
