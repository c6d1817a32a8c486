import type { Role } from '../kernel/actor.ts';
import type { Queryable, Transaction } from '../kernel/db.ts';

/** Further roles of a member, with what each is. */
export const withRole = { include: { customRole: true }, orderBy: { id: 'asc' } } as const;

/** The membership that a person acts under: the earliest, until an organization can be chosen. */
export function findMembership(db: Queryable, userId: string) {
  return db.member.findFirst({ where: { userId }, orderBy: { createdAt: 'asc' }, include: { user: true, organization: true, customRole: true, grants: withRole } });
}

export async function isSecondFactorOn(db: Queryable, userId: string): Promise<boolean> {
  return (await db.user.findUnique({ where: { id: userId }, select: { twoFactorEnabled: true } }))?.twoFactorEnabled ?? false;
}

/** Whether a session has shown a second factor. */
export async function hasSecondFactor(db: Queryable, sessionId: string): Promise<boolean> {
  return (await db.session.findUnique({ where: { id: sessionId }, select: { secondFactor: true } }))?.secondFactor ?? false;
}

export async function markSecondFactor(tx: Transaction, sessionId: string): Promise<void> {
  await tx.session.updateMany({ where: { id: sessionId }, data: { secondFactor: true } });
}

/** Forgets a person's authenticator app and passkeys: the password alone signs in again. */
export async function deleteSecondFactor(tx: Transaction, userId: string): Promise<void> {
  await tx.passkey.deleteMany({ where: { userId } });
  await tx.user.update({ where: { id: userId }, data: { twoFactorEnabled: false } });
  await tx.twoFactor.deleteMany({ where: { userId } });
}

/** In how many organizations a person is. */
export function countMemberships(db: Queryable, userId: string): Promise<number> {
  return db.member.count({ where: { userId } });
}

export function findMember(db: Queryable, organizationId: string, id: string) {
  return db.member.findFirst({ where: { organizationId, id }, include: { user: { include: { _count: { select: { passkeys: true } } } }, customRole: true, grants: withRole } });
}

export function countMembers(db: Queryable, organizationId: string): Promise<number> {
  return db.member.count({ where: { organizationId } });
}

/** Those of the whole organization: who is limited to fleets administers nothing. */
export function countAdministrators(db: Queryable, organizationId: string): Promise<number> {
  return db.member.count({ where: { organizationId, role: 'administrator', fleetIds: { isEmpty: true } } });
}

/** The names of fleets, by id; one that is gone has none. */
export async function findFleetNames(db: Queryable, organizationId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = ids.length === 0 ? [] : await db.fleet.findMany({ where: { organizationId, id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Serializes changes of an organization's members, so that two at once cannot both remove the last administrator but one. */
export async function lockOrganization(tx: Transaction, organizationId: string): Promise<{ id: string; name: string; requiresSecondFactor: boolean }> {
  const rows = await tx.$queryRaw<{ id: string; name: string; requiresSecondFactor: boolean }[]>`SELECT id, name, "requiresSecondFactor" FROM organizations WHERE id = ${organizationId} FOR UPDATE`;
  const organization = rows[0];
  if (organization === undefined) throw new Error(`organization ${organizationId} does not exist`);
  return organization;
}

export function findUserByEmail(db: Queryable, email: string) {
  return db.user.findUnique({ where: { email }, include: { accounts: { where: { providerId: 'credential' } }, members: { include: { customRole: true } } } });
}

export interface NewPerson {
  id: string;
  accountId: string;
  name: string;
  email: string;
  passwordHash: string;
  at: Date;
}

/** What a member may do and where, as it is kept: a role that there always is, or else one of the organization’s own; no fleet means all. */
export interface Access {
  role: Role | null;
  customRoleId: string | null;
  fleetIds: string[];
}

/** A user with a password account, as better-auth lays them out: a password account's `accountId` is the user's own id. */
export async function insertPerson(tx: Transaction, person: NewPerson): Promise<void> {
  const { id, accountId, name, email, passwordHash, at } = person;
  await tx.user.create({ data: { id, name, email, emailVerified: false, createdAt: at, updatedAt: at } });
  await tx.account.create({ data: { id: accountId, accountId: id, providerId: 'credential', userId: id, password: passwordHash, createdAt: at, updatedAt: at } });
}

export async function updatePassword(tx: Transaction, accountId: string, passwordHash: string): Promise<void> {
  await tx.account.update({ where: { id: accountId }, data: { password: passwordHash } });
}

export async function upsertMember(tx: Transaction, member: { id: string; organizationId: string; userId: string; at: Date } & Access): Promise<void> {
  const { id, organizationId, userId, role, customRoleId, fleetIds, at } = member;
  await tx.member.upsert({
    where: { organizationId_userId: { organizationId, userId } },
    create: { id, organizationId, userId, role, customRoleId, fleetIds, createdAt: at },
    update: { role, customRoleId, fleetIds },
  });
}

/** Takes a sign-in link out of use, and with it every other of its organization: false when it is unknown, used or expired. */
export async function consumeSignInLink(tx: Transaction, organizationId: string, tokenDigest: string, at: Date): Promise<boolean> {
  const { count } = await tx.signInLink.updateMany({ where: { organizationId, tokenDigest, usedAt: null, expiresAt: { gt: at } }, data: { usedAt: at } });
  if (count === 1) await tx.signInLink.updateMany({ where: { organizationId, usedAt: null }, data: { usedAt: at } });
  return count === 1;
}

export function openInvitation(at: Date) {
  return { usedAt: null, revokedAt: null, expiresAt: { gt: at } };
}

/** Takes an invitation out of use and returns it, once: null when it is unknown, used, revoked or expired. */
export async function consumeInvitation(tx: Transaction, tokenDigest: string, at: Date) {
  const { count } = await tx.invitation.updateMany({ where: { tokenDigest, ...openInvitation(at) }, data: { usedAt: at } });
  return count === 1 ? tx.invitation.findUniqueOrThrow({ where: { tokenDigest } }) : null;
}

export function findOpenInvitation(db: Queryable, tokenDigest: string, at: Date) {
  return db.invitation.findFirst({ where: { tokenDigest, ...openInvitation(at) }, include: { organization: true, customRole: true } });
}

/** An API token that may be used now. */
export function findActiveApiToken(db: Queryable, tokenDigest: string, at: Date) {
  return db.apiToken.findFirst({ where: { tokenDigest, revokedAt: null, expiresAt: { gt: at } } });
}

/** How often the use of a token or session is noted: it is a hint for people, not a log. */
export const usedEveryMs = 60_000;

/** Remembers the use of a token, at most once a minute. */
export async function touchApiToken(db: Queryable, id: string, at: Date): Promise<void> {
  const minuteAgo = new Date(at.getTime() - usedEveryMs);
  await db.apiToken.updateMany({ where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: minuteAgo } }] }, data: { lastUsedAt: at } });
}

export interface NewLink {
  id: string;
  organizationId: string;
  tokenDigest: string;
  createdAt: Date;
  expiresAt: Date;
}

/** The organization that a sign-in link is for, whether or not it can still be used. */
export function findSignInLink(db: Queryable, tokenDigest: string) {
  return db.signInLink.findUnique({ where: { tokenDigest }, select: { organizationId: true } });
}

export async function insertSignInLink(tx: Transaction, link: NewLink): Promise<void> {
  await tx.signInLink.create({ data: link });
}

/** An invitation as it was made, whether or not it can still be used. */
export function findInvitation(db: Queryable, tokenDigest: string) {
  return db.invitation.findUnique({ where: { tokenDigest }, include: { customRole: true } });
}

export function findOpenInvitationById(db: Queryable, organizationId: string, id: string, at: Date) {
  return db.invitation.findFirst({ where: { id, organizationId, ...openInvitation(at) } });
}

export function countOpenInvitations(db: Queryable, organizationId: string, at: Date): Promise<number> {
  return db.invitation.count({ where: { organizationId, ...openInvitation(at) } });
}

export interface NewInvitation extends NewLink, Access {
  email: string;
  name: string;
  createdBy: string;
}

/** Adds an invitation in place of an open one of the same person, so that one lost link does not stay open. */
export async function replaceInvitation(tx: Transaction, invitation: NewInvitation): Promise<void> {
  const { organizationId, email, createdAt } = invitation;
  await tx.invitation.updateMany({ where: { organizationId, email, ...openInvitation(createdAt) }, data: { revokedAt: createdAt } });
  await tx.invitation.create({ data: invitation });
}

export async function revokeInvitationRow(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.invitation.update({ where: { id }, data: { revokedAt: at } });
}

export async function updateMemberAccess(tx: Transaction, id: string, { role, customRoleId, fleetIds }: Access): Promise<void> {
  await tx.member.update({ where: { id }, data: { role, customRoleId, fleetIds } });
}

/** Gives a member these further roles in place of those that were. */
export async function replaceGrants(tx: Transaction, memberId: string, grants: readonly (Access & { id: string })[]): Promise<void> {
  await tx.memberGrant.deleteMany({ where: { memberId } });
  await tx.memberGrant.createMany({ data: grants.map((grant) => ({ ...grant, memberId })) });
}

export async function deleteMember(tx: Transaction, id: string): Promise<void> {
  await tx.member.delete({ where: { id } });
}

export async function updateSecondFactorDemand(tx: Transaction, id: string, requiresSecondFactor: boolean): Promise<void> {
  await tx.organization.update({ where: { id }, data: { requiresSecondFactor } });
}

/** The people of an organization; at most `limits.membersMax`. */
export async function findMemberUserIds(db: Queryable, organizationId: string): Promise<string[]> {
  return (await db.member.findMany({ where: { organizationId }, select: { userId: true } })).map(({ userId }) => userId);
}

export async function updateOrganizationName(tx: Transaction, id: string, name: string): Promise<void> {
  await tx.organization.update({ where: { id }, data: { name } });
}

export function findFirstOrganization(db: Queryable) {
  return db.organization.findFirst({ orderBy: { createdAt: 'asc' } });
}

/** Makes the organization unless another process has made one meanwhile; returns the id of the one that is there. */
export async function insertFirstOrganization(tx: Transaction, organization: { id: string; name: string; createdAt: Date }): Promise<string> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('the first organization', 0))`;
  return ((await findFirstOrganization(tx)) ?? (await tx.organization.create({ data: organization }))).id;
}

/** Ends every session of a person. */
export async function deleteSessionsOf(tx: Transaction, userId: string): Promise<void> {
  await tx.session.deleteMany({ where: { userId } });
}

/** Ends one session of a person; false when the person has no such session. */
export async function deleteSession(tx: Transaction, userId: string, id: string): Promise<boolean> {
  return (await tx.session.deleteMany({ where: { id, userId } })).count > 0;
}

/** Ends every session of a person but one; returns which. */
export async function deleteOtherSessions(tx: Transaction, userId: string, but: string): Promise<string[]> {
  const where = { userId, id: { not: but } };
  const sessions = await tx.session.findMany({ where, select: { id: true } });
  await tx.session.deleteMany({ where });
  return sessions.map(({ id }) => id);
}

/** Remembers the use of a session and from where, as `touchApiToken` does that of a token. */
export async function touchSession(db: Queryable, id: string, at: Date, address: string | null): Promise<void> {
  await db.session.updateMany({ where: { id, updatedAt: { lt: new Date(at.getTime() - usedEveryMs) } }, data: { updatedAt: at, ...(address !== null && { ipAddress: address }) } });
}

export function countActiveApiTokens(db: Queryable, organizationId: string, at: Date): Promise<number> {
  return db.apiToken.count({ where: { organizationId, revokedAt: null, expiresAt: { gt: at } } });
}

export async function insertApiToken(tx: Transaction, token: NewLink & { name: string; prefix: string; scopes: string[]; fleetIds: string[]; createdBy: string }): Promise<void> {
  await tx.apiToken.create({ data: token });
}

export function findApiToken(db: Queryable, organizationId: string, id: string) {
  return db.apiToken.findFirst({ where: { id, organizationId } });
}

export async function revokeApiTokenRow(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.apiToken.update({ where: { id }, data: { revokedAt: at } });
}
