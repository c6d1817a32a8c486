import { roles } from '../../kernel/actor.ts';
import type { Actor, Role } from '../../kernel/actor.ts';
import { reachOf } from '../../kernel/reach.ts';
import { capabilities } from '../capabilities.ts';
import type { Capability } from '../capabilities.ts';
import { capabilitiesOf } from '../policy.ts';

/** How a role is kept beside a member or an invitation: one that there always is, or else one that the organization made. */
export interface KeptRole {
  role: Role | null;
  customRole: { id: string; name: string; capabilities: readonly string[] } | null;
}

/** A role as everything else sees it: what it is called, and what it may. */
export interface RoleView {
  name: string;
  capabilities: readonly Capability[];
}

/** Whether it is the name of a role that there always is. */
export function isBuiltIn(name: string): name is Role {
  return roles.some((role) => role === name);
}

export function roleView({ role, customRole }: KeptRole): RoleView {
  if (role !== null) return { name: role, capabilities: capabilitiesOf(role) };
  if (customRole === null) throw new Error('a member without a role, which the database does not allow');
  return { name: customRole.name, capabilities: knownOf(customRole.capabilities) };
}

/** What is still a capability: what an older version of ours called one gives nothing. */
export function knownOf(kept: readonly string[]): Capability[] {
  return capabilities.filter((capability) => kept.includes(capability));
}

type UserActor = Extract<Actor, { kind: 'user' }>;

/** A person, as what their membership makes of them. */
export function userActor(person: Pick<UserActor, 'id' | 'name' | 'email' | 'sessionId' | 'requestId'>, membership: KeptRole & { organizationId: string; fleetIds: readonly string[] }): UserActor {
  const role = roleView(membership);
  return { kind: 'user', ...person, role: role.name, capabilities: role.capabilities, ...reachOf(membership.organizationId, membership.fleetIds) };
}
