import { roles } from '../../kernel/actor.ts';
import type { Actor, Role } from '../../kernel/actor.ts';
import { reachOf } from '../../kernel/reach.ts';
import { capabilities } from '../capabilities.ts';
import type { Capability } from '../capabilities.ts';
import { capabilitiesOf, fleetsOfAll } from '../policy.ts';

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

/** A role as it is kept with where it holds. */
export type KeptGrant = KeptRole & { fleetIds: readonly string[] };

/** What somebody may by all of their roles, wherever: what nobody else may change of them who has not all of it. */
export function rightsOf(member: KeptRole & { grants?: readonly KeptRole[] }): Capability[] {
  return [...new Set([member, ...(member.grants ?? [])].flatMap((kept) => roleView(kept).capabilities))];
}

/** A person, as what their membership makes of them: by one role, or by several of which each holds where it was given. */
export function userActor(person: Pick<UserActor, 'id' | 'name' | 'email' | 'sessionId' | 'requestId'>, membership: KeptGrant & { organizationId: string; grants?: readonly KeptGrant[] }): UserActor {
  const { organizationId } = membership;
  const [first, ...further] = [membership, ...(membership.grants ?? [])].map((kept) => ({ role: roleView(kept).name, capabilities: roleView(kept).capabilities, fleets: reachOf(organizationId, kept.fleetIds).fleets }));
  if (first === undefined) throw new Error('a member is its own first role');
  if (further.length === 0) return { kind: 'user', ...person, organizationId, ...first };
  const grants = [first, ...further];
  return { kind: 'user', ...person, organizationId, role: grants.map(({ role }) => role).join(', '), capabilities: rightsOf(membership), fleets: fleetsOfAll(grants), grants };
}
