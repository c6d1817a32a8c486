import { performChange } from '../../audit/index.ts';
import { systemActor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError } from '../../kernel/errors.ts';
import { userActor } from '../roles/role-view.ts';
import type { NewPerson } from '../repository.ts';
import {
  consumeInvitation,
  consumeSignInLink,
  countAdministrators,
  deleteSessionsOf,
  findFirstOrganization,
  findInvitation,
  findSignInLink,
  findUserByEmail,
  insertFirstOrganization,
  insertPerson,
  insertSignInLink,
  updatePassword,
  upsertMember,
} from '../repository.ts';

const LINK_LIFETIME_MS = 3_600_000;

/** The organization of this installation, made on the first start. */
export async function ensureOrganization(deps: Deps): Promise<string> {
  const first = await findFirstOrganization(deps.db);
  if (first !== null) return first.id;
  return deps.db.$transaction((tx) => insertFirstOrganization(tx, { id: deps.ids.next(), name: 'Main', createdAt: new Date(deps.clock.now()) }));
}

/** Whether nobody can administer the organization yet, so that starting must print a sign-in link. */
export async function needsFirstAdministrator(deps: Deps, organizationId: string): Promise<boolean> {
  return (await countAdministrators(deps.db, organizationId)) === 0;
}

/** Makes the one-time link that lets whoever runs the control plane in as administrator. Replicas that start together make one each: the first that is used ends the others. */
export async function createSignInLink(deps: Deps, organizationId: string): Promise<string> {
  const token = deps.ids.secret();
  const now = deps.clock.now();
  const id = deps.ids.next();
  await performChange(deps, systemActor(organizationId, id, 'the command line'), async ({ tx, record }) => {
    await insertSignInLink(tx, { id, organizationId, tokenDigest: deps.vault.digest(token), createdAt: new Date(now), expiresAt: new Date(now + LINK_LIFETIME_MS) });
    record({ action: 'signInLink.create', object: { kind: 'signInLink', id, name: 'administrator' } });
  });
  return `${deps.publicUrl}/sign-in/link?token=${token}`;
}

export interface AcceptingPerson {
  name: string;
  passwordHash: string;
  requestId: string;
}

/**
 * Uses a sign-in link: the person becomes an administrator; one who exists already gets the new password, and every session of
 * theirs ends. Returns the user's id. Throws SignInRefused.
 */
export async function acceptSignInLink(deps: Deps, token: string, person: AcceptingPerson & { email: string }): Promise<string> {
  const at = new Date(deps.clock.now());
  const tokenDigest = deps.vault.digest(token);
  const link = await findSignInLink(deps.db, tokenDigest);
  if (link === null) throw linkRefused();
  const existing = await findUserByEmail(deps.db, person.email);
  const userId = existing?.id ?? deps.ids.next();
  const membership = { role: 'administrator', customRole: null, organizationId: link.organizationId, fleetIds: [] } as const;
  const actor = userActor({ id: userId, name: person.name, email: person.email, sessionId: '', requestId: person.requestId }, membership);
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    if (!(await consumeSignInLink(tx, link.organizationId, tokenDigest, at))) throw linkRefused();
    const account = existing?.accounts[0];
    if (existing === null) await insertPerson(tx, newPerson(deps, userId, person, person.email, at));
    else {
      if (account === undefined) throw new DomainError('SignInRefused', 'This person signs in in another way than by password.');
      await updatePassword(tx, account.id, person.passwordHash);
      await deleteSessionsOf(tx, userId);
    }
    await upsertMember(tx, { id: deps.ids.next(), organizationId: link.organizationId, userId, role: 'administrator', customRoleId: null, fleetIds: [], at });
    record({ action: 'signInLink.accept', object: { kind: 'member', id: userId, name: person.email }, after: { role: 'administrator', email: person.email, isNew: existing === null } });
    publish({ topic: 'settings', subjectId: userId, kind: 'memberJoined' });
    return userId;
  });
}

/**
 * Uses an invitation. A person who already has a password here must give that one (`verify` says whether it is), since an
 * invitation proves nothing about who opened it. Returns the user's id. Throws SignInRefused.
 */
export async function acceptInvitation(deps: Deps, token: string, person: AcceptingPerson, verify: (passwordHash: string) => Promise<boolean>): Promise<string> {
  const at = new Date(deps.clock.now());
  const tokenDigest = deps.vault.digest(token);
  const invitation = await findInvitation(deps.db, tokenDigest);
  if (invitation === null) throw linkRefused();
  const { organizationId, email, role, customRoleId, fleetIds } = invitation;
  const existing = await findUserByEmail(deps.db, email);
  const userId = existing?.id ?? deps.ids.next();
  const knownHash = existing?.accounts[0]?.password ?? null;
  if (existing !== null && (knownHash === null || !(await verify(knownHash)))) throw new DomainError('SignInRefused', 'You already have an account here: enter its password.');
  const actor = userActor({ id: userId, name: person.name, email, sessionId: '', requestId: person.requestId }, invitation);
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    if ((await consumeInvitation(tx, tokenDigest, at)) === null) throw linkRefused();
    if (existing === null) await insertPerson(tx, newPerson(deps, userId, person, email, at));
    await upsertMember(tx, { id: deps.ids.next(), organizationId, userId, role, customRoleId, fleetIds, at });
    record({ action: 'invitation.accept', object: { kind: 'member', id: userId, name: email }, after: { role: actor.role, email, fleetIds } });
    publish({ topic: 'settings', subjectId: userId, kind: 'memberJoined' });
    return userId;
  });
}

function newPerson(deps: Deps, id: string, person: AcceptingPerson, email: string, at: Date): NewPerson {
  return { id, accountId: deps.ids.next(), name: person.name, email, passwordHash: person.passwordHash, at };
}

function linkRefused(): DomainError {
  return new DomainError('SignInRefused', 'This link was used already, has expired, or was never given out.');
}
