import type { z } from 'zod';
import { performChange } from '../../audit/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { limits } from '../../kernel/limits.ts';
import { limitTo } from '../fleet-limit.ts';
import { isAdministrator, lastAdministratorReason, requireRights } from '../policy.ts';
import {
  countAdministrators,
  countMembers,
  countMemberships,
  countOpenInvitations,
  deleteMember,
  deleteSecondFactor,
  deleteSessionsOf,
  findMember,
  findMemberUserIds,
  findOpenInvitationById,
  findUserByEmail,
  lockOrganization,
  replaceInvitation,
  revokeInvitationRow,
  replaceGrants,
  updateMemberAccess,
  updateOrganizationName,
  updateSecondFactorDemand,
} from '../repository.ts';
import type { Access } from '../repository.ts';
import { findRoleByName } from '../roles/repository.ts';
import { isBuiltIn, rightsOf, roleView } from '../roles/role-view.ts';
import type { inviteInput, inviteOutput, setAccessInput } from '../schema.ts';

const INVITATION_LIFETIME_MS = 7 * 24 * 3_600_000;

/** Invites a person by a one-time link, valid for a week, which the inviter hands over: no mail server is needed. */
export async function inviteMember(deps: Deps, actor: Actor, input: z.infer<typeof inviteInput>): Promise<z.infer<typeof inviteOutput>> {
  const { organizationId } = actor;
  const now = deps.clock.now();
  const at = new Date(now);
  const token = deps.ids.secret();
  const id = deps.ids.next();
  const expiresAt = now + INVITATION_LIFETIME_MS;
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    await lockOrganization(tx, organizationId);
    const known = await findUserByEmail(tx, input.email);
    if (known?.members.some((member) => member.organizationId === organizationId)) throw new DomainError('Conflict', `${input.email} is a member already.`);
    if ((await countOpenInvitations(tx, organizationId, at)) >= limits.openInvitationsMax)
      throw new DomainError('LimitReached', `At most ${limits.openInvitationsMax} invitations can be open at once.`);
    if ((await countMembers(tx, organizationId)) >= limits.membersMax) throw new DomainError('LimitReached', `An organization has at most ${limits.membersMax} members.`);
    const { fleets, role, ...person } = input;
    const given = await roleToGive(tx, actor, role);
    const limit = await limitTo(tx, organizationId, fleets);
    await replaceInvitation(tx, { ...person, ...given.kept, fleetIds: limit.fleetIds, id, organizationId, tokenDigest: deps.vault.digest(token), createdBy: actor.name, createdAt: at, expiresAt: new Date(expiresAt) });
    record({ action: 'member.invite', object: { kind: 'invitation', id, name: input.email }, after: { ...person, role: given.name, fleets: limit.said, expiresAt } });
    publish({ topic: 'settings', subjectId: id, kind: 'invited' });
  });
  return { id, link: `${deps.publicUrl}/sign-in/invitation?token=${token}`, expiresAt };
}

export async function revokeInvitation(deps: Deps, actor: Actor, id: string): Promise<void> {
  const at = new Date(deps.clock.now());
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const invitation = await findOpenInvitationById(tx, actor.organizationId, id, at);
    if (invitation === null) throw notFound('invitation', id);
    await revokeInvitationRow(tx, id, at);
    record({ action: 'member.revokeInvitation', object: { kind: 'invitation', id, name: invitation.email } });
    publish({ topic: 'settings', subjectId: id, kind: 'invitationRevoked' });
  });
}

/** Gives a member another role, other fleets to be limited to, or further roles with fleets of their own. Live pages of theirs begin anew, with what they may see then. */
export async function setMemberAccess(deps: Deps, actor: Actor, { id, ...input }: z.infer<typeof setAccessInput>): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const member = await findForChange(tx, actor, id);
    const before = await limitTo(tx, actor.organizationId, member.fleetIds.length === 0 ? 'all' : member.fleetIds, true);
    const after = input.fleets === undefined ? before : await limitTo(tx, actor.organizationId, input.fleets);
    const was = roleView(member);
    const given = input.role === undefined ? { name: was.name, kept: { role: member.role, customRoleId: member.customRoleId } } : await roleToGive(tx, actor, input.role);
    const access = { ...given.kept, fleetIds: after.fleetIds };
    if (!isAdministrator(access)) await requireAnotherAdministrator(tx, actor, member);
    await updateMemberAccess(tx, id, access);
    const also = await setGrants(deps, tx, actor, member, input.also);
    record({ action: 'member.setAccess', object: { kind: 'member', id, name: member.user.email }, before: { role: was.name, fleets: before.said, ...also.before }, after: { role: given.name, fleets: after.said, ...also.after } });
    publish({ topic: 'settings', subjectId: member.userId, kind: 'accessSet' });
    publish({ topic: 'session', subjectId: member.userId, kind: 'ended' });
  });
}

/** Takes a person out of the organization. Their sessions end with the membership. */
export async function removeMember(deps: Deps, actor: Actor, id: string): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const member = await findForChange(tx, actor, id);
    await requireAnotherAdministrator(tx, actor, member);
    await deleteMember(tx, id);
    await deleteSessionsOf(tx, member.userId);
    record({ action: 'member.remove', object: { kind: 'member', id, name: member.user.email }, before: { role: [member, ...member.grants].map((kept) => roleView(kept).name).join(', ') } });
    publish({ topic: 'settings', subjectId: member.userId, kind: 'memberRemoved' });
    publish({ topic: 'session', subjectId: member.userId, kind: 'ended' });
  });
}

/** For who has lost the machine that gives the codes or holds the passkeys: the password alone signs in until the person has another. */
export async function resetSecondFactor(deps: Deps, actor: Actor, id: string): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const member = await findForChange(tx, actor, id);
    if (!member.user.twoFactorEnabled && member.user._count.passkeys === 0) throw new DomainError('Conflict', `${member.user.name} has no second factor.`);
    if ((await countMemberships(tx, member.userId)) > 1) throw new DomainError('Conflict', `${member.user.name} is a member of another organization too, which this one does not decide for.`);
    await deleteSecondFactor(tx, member.userId);
    record({ action: 'secondFactor.reset', object: { kind: 'member', id, name: member.user.email } });
    publish({ topic: 'settings', subjectId: member.userId, kind: 'secondFactor' });
  });
}

type FoundMember = NonNullable<Awaited<ReturnType<typeof findMember>>>;
type Tx = Parameters<typeof lockOrganization>[0];

async function findForChange(tx: Tx, actor: Actor, id: string): Promise<FoundMember> {
  await lockOrganization(tx, actor.organizationId);
  const member = await findMember(tx, actor.organizationId, id);
  if (member === null) throw notFound('member', id);
  requireRights(actor, rightsOf(member), `You cannot change what ${member.user.name} may do, who has rights that you do not have`);
  return member;
}

/** Further roles in place of those that a member has, as the audit says both; nothing where they stay as they are. */
async function setGrants(deps: Deps, tx: Tx, actor: Actor, member: FoundMember, wanted: z.infer<typeof setAccessInput>['also']): Promise<{ before?: object; after?: object }> {
  if (wanted === undefined) return {};
  const given = await Promise.all(wanted.map(async ({ role, fleets }) => ({ ...(await roleToGive(tx, actor, role)), limit: await limitTo(tx, actor.organizationId, fleets) })));
  const had = await Promise.all(member.grants.map(async (kept) => ({ role: roleView(kept).name, fleets: (await limitTo(tx, actor.organizationId, kept.fleetIds.length === 0 ? 'all' : kept.fleetIds, true)).said })));
  await replaceGrants(tx, member.id, given.map(({ kept, limit }) => ({ id: deps.ids.next(), ...kept, fleetIds: limit.fleetIds })));
  return { before: { also: had }, after: { also: given.map(({ name, limit }) => ({ role: name, fleets: limit.said })) } };
}

/** A role by its name, which the actor may give: one that has nothing that they have not. */
async function roleToGive(tx: Tx, actor: Actor, name: string): Promise<{ name: string; kept: Pick<Access, 'role' | 'customRoleId'> }> {
  const customRole = isBuiltIn(name) ? null : await findRoleByName(tx, actor.organizationId, name);
  if (!isBuiltIn(name) && customRole === null) throw notFound('role', name);
  const role = isBuiltIn(name) ? name : null;
  const given = roleView({ role, customRole });
  requireRights(actor, given.capabilities, 'You cannot give a role with rights that you do not have');
  return { name: given.name, kept: { role, customRoleId: customRole?.id ?? null } };
}

async function requireAnotherAdministrator(tx: Tx, actor: Actor, member: FoundMember): Promise<void> {
  const reason = lastAdministratorReason(member, await countAdministrators(tx, actor.organizationId));
  if (reason !== null) throw new DomainError('LastAdministrator', reason);
}

/** Asks a second factor of every session, or no more. Sessions that have shown none then open nothing but the person’s own account. */
export async function demandSecondFactor(deps: Deps, actor: Actor, required: boolean): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const before = await lockOrganization(tx, actor.organizationId);
    await updateSecondFactorDemand(tx, before.id, required);
    record({ action: 'organization.demandSecondFactor', object: { kind: 'organization', id: before.id, name: before.name }, before: { required: before.requiresSecondFactor }, after: { required } });
    publish({ topic: 'settings', subjectId: before.id, kind: 'secondFactorDemanded' });
    for (const userId of await findMemberUserIds(tx, before.id)) publish({ topic: 'session', subjectId: userId, kind: 'ended' });
  });
}

export async function renameOrganization(deps: Deps, actor: Actor, name: string): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const before = await lockOrganization(tx, actor.organizationId);
    await updateOrganizationName(tx, before.id, name);
    record({ action: 'organization.rename', object: { kind: 'organization', id: before.id, name }, before: { name: before.name }, after: { name } });
    publish({ topic: 'settings', subjectId: before.id, kind: 'renamed' });
  });
}
