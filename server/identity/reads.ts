import type { z } from 'zod';
import type { Actor, Grant } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { roles } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';
import { capabilities } from './capabilities.ts';
import type { Capability } from './capabilities.ts';
import { capabilitiesOf, inUseReason, isAdministrator, isAllowed, lastAdministratorReason, permission, scopesBeyond } from './policy.ts';
import { findFleetNames, findOpenInvitation, isSecondFactorOn, openInvitation, withRole } from './repository.ts';
import { findPasskeys } from './passkeys/repository.ts';
import { knownOf, rightsOf, roleView } from './roles/role-view.ts';
import type { fleetLimitOutput, invitationPreviewOutput, listApiTokensOutput, listMembersOutput, listPasskeysOutput, listRolesOutput, listSessionsOutput, meOutput } from './schema.ts';

export async function readMe(deps: Deps, actor: Actor): Promise<z.infer<typeof meOutput>> {
  const organization = await deps.db.organization.findUniqueOrThrow({ where: { id: actor.organizationId }, select: { id: true, name: true, requiresSecondFactor: true } });
  const grants: readonly Grant[] = actor.kind === 'user' ? (actor.grants ?? [actor]) : [];
  const names = await findFleetNames(deps.db, actor.organizationId, [actor, ...grants].flatMap(({ fleets }) => (fleets === 'all' ? [] : fleets)));
  return {
    user: { id: actor.id, name: actor.name, email: actor.kind === 'user' ? actor.email : '', secondFactor: actor.kind === 'user' && (await isSecondFactorOn(deps.db, actor.id)) },
    organization,
    awaitsSecondFactor: actor.kind === 'user' && actor.awaitsSecondFactor === true,
    breakGlassUntil: actor.kind === 'user' ? (actor.breakGlass?.until ?? null) : null,
    role: actor.kind === 'user' ? actor.role : null,
    fleets: actor.fleets === 'all' ? null : limitOf(actor.fleets, names),
    grants: grants.map(({ role, fleets, capabilities: may }) => ({ role, fleets: fleets === 'all' ? null : limitOf(fleets, names), capabilities: knownOf(may) })),
    capabilities: capabilities.filter((capability) => isAllowed(actor, capability)),
  };
}

/** A limit as it is shown; kept is none for the whole organization. */
function limitOf(fleetIds: readonly string[], names: ReadonlyMap<string, string>): z.infer<typeof fleetLimitOutput> {
  return fleetIds.length === 0 ? null : fleetIds.map((id) => ({ id, name: names.get(id) ?? null }));
}

/** Members and open invitations of the Settings page; an organization has at most a thousand. */
export async function listMembers(deps: Deps, actor: Actor): Promise<z.infer<typeof listMembersOutput>> {
  const { organizationId } = actor;
  const [rows, invitations] = await Promise.all([
    deps.db.member.findMany({
      where: { organizationId },
      orderBy: { createdAt: 'asc' },
      include: { customRole: true, grants: withRole, user: { include: { _count: { select: { passkeys: true } }, sessions: { orderBy: { createdAt: 'desc' }, take: 1, select: { createdAt: true } } } } },
    }),
    deps.db.invitation.findMany({ where: { organizationId, ...openInvitation(new Date(deps.clock.now())) }, orderBy: { createdAt: 'desc' }, include: { customRole: true } }),
  ]);
  const administrators = rows.filter(isAdministrator).length;
  const names = await findFleetNames(deps.db, organizationId, [...rows, ...rows.flatMap((row) => row.grants), ...invitations].flatMap((row) => row.fleetIds));
  const mayWrite = permission(actor, 'settings:write');
  return {
    items: rows.map((row) => {
      const role = roleView(row);
      const reason = lastAdministratorReason(row, administrators) ?? beyondReason(actor, rightsOf(row));
      const can = mayWrite.allowed && reason !== null ? { allowed: false, reason } : mayWrite;
      return {
        id: row.id,
        userId: row.userId,
        name: row.user.name,
        email: row.user.email,
        role: role.name,
        fleets: limitOf(row.fleetIds, names),
        also: row.grants.map((grant) => ({ role: roleView(grant).name, fleets: limitOf(grant.fleetIds, names) })),
        joinedAt: row.createdAt.getTime(),
        lastSignInAt: row.user.sessions[0]?.createdAt.getTime() ?? null,
        isYou: row.userId === actor.id,
        secondFactor: row.user.twoFactorEnabled,
        passkeys: row.user._count.passkeys,
        can: { setAccess: can, remove: can, resetSecondFactor: row.user.twoFactorEnabled || row.user._count.passkeys > 0 ? (mayWrite.allowed ? allowedUnless(beyondReason(actor, rightsOf(row))) : mayWrite) : { allowed: false, reason: 'There is none.' } },
      };
    }),
    invitations: invitations.map((row) => ({ id: row.id, name: row.name, email: row.email, role: roleView(row).name, fleets: limitOf(row.fleetIds, names), createdAt: row.createdAt.getTime(), expiresAt: row.expiresAt.getTime() })),
    can: { invite: mayWrite },
  };
}

/** The roles that there always are, and those that the organization made, by name. */
export async function listRoles(deps: Deps, actor: Actor): Promise<z.infer<typeof listRolesOutput>> {
  const { organizationId } = actor;
  const [rows, builtIn, further, invitations] = await Promise.all([
    deps.db.customRole.findMany({ where: { organizationId }, orderBy: { name: 'asc' }, include: { _count: { select: { members: true, grants: true } } } }),
    deps.db.member.groupBy({ by: ['role'], where: { organizationId, role: { not: null } }, _count: { _all: true } }),
    deps.db.memberGrant.groupBy({ by: ['role'], where: { member: { organizationId }, role: { not: null } }, _count: { _all: true } }),
    deps.db.invitation.groupBy({ by: ['customRoleId'], where: { organizationId, customRoleId: { not: null }, ...openInvitation(new Date(deps.clock.now())) }, _count: { _all: true } }),
  ]);
  const mayWrite = permission(actor, 'settings:write');
  const always = { allowed: false, reason: 'Every organization has this role as it is.' };
  const within = (role: readonly Capability[], reason: string | null): Permission => (mayWrite.allowed ? allowedUnless(beyondReason(actor, role) ?? reason) : mayWrite);
  return {
    items: [
      ...roles.map((name) => {
        const may = capabilitiesOf(name);
        return { id: null, name, capabilities: may, members: [builtIn, further].reduce((sum, counted) => sum + (counted.find((one) => one.role === name)?._count._all ?? 0), 0), can: { give: within(may, null), change: always, remove: always } };
      }),
      ...rows.map(({ id, name, capabilities: kept, _count }) => {
        const [may, members] = [knownOf(kept), _count.members + _count.grants];
        const holders = { members, invitations: invitations.find((one) => one.customRoleId === id)?._count._all ?? 0 };
        return { id, name, capabilities: may, members, can: { give: within(may, null), change: within(may, null), remove: mayWrite.allowed ? allowedUnless(inUseReason(holders)) : mayWrite } };
      }),
    ],
    can: { create: mayWrite },
  };
}

function allowedUnless(reason: string | null): Permission {
  return reason === null ? { allowed: true } : { allowed: false, reason };
}

/** Why the actor cannot give, shape or take away these rights, or null. */
function beyondReason(actor: Actor, rights: readonly Capability[]): string | null {
  const beyond = scopesBeyond(actor, rights);
  return beyond.length === 0 ? null : `It has rights that you do not have: ${beyond.join(', ')}.`;
}

export async function listApiTokens(deps: Deps, actor: Actor, input: { cursor?: string | undefined; limit: number }): Promise<z.infer<typeof listApiTokensOutput>> {
  const where = { organizationId: actor.organizationId };
  const [rows, total] = await Promise.all([
    deps.db.apiToken.findMany({ where: input.cursor === undefined ? where : { ...where, id: { lt: input.cursor } }, orderBy: { id: 'desc' }, take: input.limit + 1 }),
    deps.db.apiToken.count({ where }),
  ]);
  const now = deps.clock.now();
  const names = await findFleetNames(deps.db, actor.organizationId, rows.flatMap((row) => row.fleetIds));
  const items = rows.slice(0, input.limit).map((row) => ({
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    fleets: limitOf(row.fleetIds, names),
    state: row.revokedAt !== null ? ('revoked' as const) : row.expiresAt.getTime() <= now ? ('expired' as const) : ('active' as const),
    createdBy: row.createdBy,
    createdAt: row.createdAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    lastUsedAt: row.lastUsedAt?.getTime() ?? null,
  }));
  const mayWrite = permission(actor, 'settings:write');
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null, total, can: { create: mayWrite, revoke: mayWrite } };
}

/** The person's own sessions, the last used first. */
export async function listSessions(deps: Deps, actor: Extract<Actor, { kind: 'user' }>): Promise<z.infer<typeof listSessionsOutput>> {
  const rows = await deps.db.session.findMany({ where: { userId: actor.id, expiresAt: { gt: new Date(deps.clock.now()) } }, orderBy: { updatedAt: 'desc' }, take: 100 });
  return {
    items: rows.map((row) => ({
      id: row.id,
      createdAt: row.createdAt.getTime(),
      lastUsedAt: row.updatedAt.getTime(),
      expiresAt: row.expiresAt.getTime(),
      address: row.ipAddress,
      browser: row.userAgent,
      current: row.id === actor.sessionId,
    })),
  };
}

/** The person’s own passkeys, newest first. */
export async function listPasskeys(deps: Deps, actor: Extract<Actor, { kind: 'user' }>): Promise<z.infer<typeof listPasskeysOutput>> {
  const rows = await findPasskeys(deps.db, actor.id);
  return { items: rows.map(({ id, name, createdAt, lastUsedAt }) => ({ id, name, createdAt: createdAt.getTime(), lastUsedAt: lastUsedAt?.getTime() ?? null })) };
}

/** What the invited person sees before choosing a password. Throws SignInRefused. */
export async function previewInvitation(deps: Deps, token: string): Promise<z.infer<typeof invitationPreviewOutput>> {
  const invitation = await findOpenInvitation(deps.db, deps.vault.digest(token), new Date(deps.clock.now()));
  if (invitation === null) throw new DomainError('SignInRefused', 'This invitation was used already, was withdrawn, or has expired.');
  const { organization, email, name, expiresAt } = invitation;
  return { organization: organization.name, email, name, role: roleView(invitation).name, expiresAt: expiresAt.getTime() };
}
