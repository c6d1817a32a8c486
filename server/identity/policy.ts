import type { Actor, Grant, Role } from '../kernel/actor.ts';
import { DomainError } from '../kernel/errors.ts';
import { reaches } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { capabilities, capabilityRoles, fleetCapabilities } from './capabilities.ts';
import type { Capability } from './capabilities.ts';

/** What a role may do. */
export function capabilitiesOf(role: Role): Capability[] {
  return capabilities.filter((capability) => rolesWith(capability).includes(role));
}

export function rolesWith(capability: Capability): readonly Role[] {
  return capabilityRoles[capability];
}

/** Whom an act concerns: what belongs to a fleet, or the organization as a whole. */
export type Breadth = 'fleet' | 'organization';

/** Whether the actor may do this: has the capability, and where it concerns more than fleets is not limited to some. */
export function isAllowed(actor: Actor, capability: Capability, breadth: Breadth = 'fleet'): boolean {
  return holds(actor, capability) && !isTooNarrow(actor, capability, breadth);
}

function isTooNarrow(actor: Actor, capability: Capability, breadth: Breadth): boolean {
  return fleetsFor(actor, capability) !== 'all' && (breadth === 'organization' || !fleetCapabilities.has(capability));
}

/** Where the actor has this capability: by those of their roles that have it, together. */
function fleetsFor(actor: Actor, capability: Capability): Reach['fleets'] {
  if (actor.kind !== 'user' || actor.grants === undefined) return actor.fleets;
  return fleetsOfAll(actor.grants.filter((grant) => grant.capabilities.includes(capability)));
}

/** What several roles reach together. */
export function fleetsOfAll(grants: readonly Pick<Grant, 'fleets'>[]): Reach['fleets'] {
  const fleets = grants.map((grant) => grant.fleets);
  return fleets.includes('all') ? 'all' : [...new Set(fleets.flatMap((some) => (some === 'all' ? [] : some)))];
}

/** The actor, reaching no further than where they have this capability: who reads and writes by this reads and writes nothing beyond. */
export function within<Who extends Actor>(actor: Who, capability: Capability): Who {
  return actor.kind === 'user' && actor.grants !== undefined ? { ...actor, fleets: fleetsFor(actor, capability) } : actor;
}

/** The actor as they are where something belongs to this fleet, or to none: with the roles that they have there. */
export function inFleet<Who extends Actor>(actor: Who, fleetId: string | null): Who {
  if (actor.kind !== 'user' || actor.grants === undefined) return actor;
  const grants = actor.grants.filter(({ fleets }) => reaches({ organizationId: actor.organizationId, fleets }, fleetId));
  return { ...actor, grants, role: grants.map(({ role }) => role).join(', ') || 'none there', capabilities: [...new Set(grants.flatMap((grant) => grant.capabilities))] };
}

/** Nodes act only through their link and hold none; the control plane holds all. */
function holds(actor: Actor, capability: Capability): boolean {
  switch (actor.kind) {
    case 'user':
      return actor.awaitsSecondFactor !== true && actor.capabilities.includes(capability);
    case 'token':
    case 'repository':
      return actor.scopes.includes(capability);
    case 'node':
      return false;
    case 'system':
      return true;
  }
}

/** The sentence that says why not, for buttons that are shown disabled and for refusals alike. */
export function refusalReason(actor: Actor, capability: Capability, breadth: Breadth = 'fleet'): string {
  if (holds(actor, capability) && isTooNarrow(actor, capability, breadth)) return `This concerns the whole organization; ${actor.kind === 'token' ? `the API token “${actor.name}” is` : 'you are'} limited to some of its fleets.`;
  if (actor.kind === 'user' && actor.awaitsSecondFactor === true) return 'The organization asks for a second factor, and this session has shown none. Add a passkey or an authenticator app in Settings, Your account, or sign in again with yours.';
  if (actor.kind === 'token') return `The API token “${actor.name}” lacks the scope ${capability}.`;
  if (actor.kind === 'repository') return `The repository “${actor.name}” may not do this: it lacks ${capability}.`;
  const needed = rolesWith(capability).join(' or ');
  return `This needs the role ${needed}${actor.kind === 'user' ? `; yours is ${actor.role}` : ''}.`;
}

/** Permission as rows carry it in `can`, for what the role alone decides. */
export function permission(actor: Actor, capability: Capability, breadth: Breadth = 'fleet'): { allowed: boolean; reason?: string } {
  return isAllowed(actor, capability, breadth) ? { allowed: true } : { allowed: false, reason: refusalReason(actor, capability, breadth) };
}

/** Throws Forbidden unless the actor may do this. */
export function requireCapability(actor: Actor, capability: Capability, breadth: Breadth = 'fleet'): void {
  if (!isAllowed(actor, capability, breadth)) throw new DomainError('Forbidden', refusalReason(actor, capability, breadth), { details: { capability } });
}

/** Why a member cannot be removed or lose the role of administrator, or null when they can. */
export function lastAdministratorReason(member: { role: Role | null; fleetIds: readonly string[] }, administrators: number): string | null {
  return isAdministrator(member) && administrators <= 1 ? 'An organization keeps at least one administrator.' : null;
}

/** Of the whole organization: who is limited to fleets administers nothing. */
export function isAdministrator(member: { role: Role | null; fleetIds: readonly string[] }): boolean {
  return member.role === 'administrator' && member.fleetIds.length === 0;
}

/** Throws Forbidden where these rights are more than the actor’s: nobody gives, shapes or takes away what they do not have. */
export function requireRights(actor: Actor, rights: readonly Capability[], refusal: string): void {
  const beyond = scopesBeyond(actor, rights);
  if (beyond.length > 0) throw new DomainError('Forbidden', `${refusal}: ${beyond.join(', ')}.`, { details: { capabilities: beyond } });
}

/** Why a role cannot be removed, or null when it can. */
export function inUseReason({ members, invitations }: { members: number; invitations: number }): string | null {
  if (members > 0) return `${members} ${members === 1 ? 'member has' : 'members have'} this role. Give them another first.`;
  return invitations > 0 ? `${invitations} open ${invitations === 1 ? 'invitation gives' : 'invitations give'} this role. Withdraw ${invitations === 1 ? 'it' : 'them'} first.` : null;
}

/** Scopes that mean nothing for a token that is limited to fleets. */
export function scopesBeyondFleets(scopes: readonly Capability[]): Capability[] {
  return scopes.filter((scope) => !fleetCapabilities.has(scope));
}

/** Scopes that the actor may not give away, because the actor does not have them. */
export function scopesBeyond(actor: Actor, scopes: readonly Capability[]): Capability[] {
  // What somebody may in some fleets is not theirs to give for others.
  return scopes.filter((scope) => !isAllowed(actor, scope) || fleetsFor(actor, scope) !== 'all');
}
