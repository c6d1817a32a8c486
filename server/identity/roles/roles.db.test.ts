import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../kernel/actor.ts';
import { aToken, aUser, callAs, testWorld } from '../../testing/index.ts';
import type { TestWorld } from '../../testing/index.ts';
import { testPassword, testServer } from '../../testing/http.ts';
import type { TestBrowser, TestServer } from '../../testing/http.ts';
import type { Capability } from '../capabilities.ts';
import { capabilitiesOf } from '../policy.ts';
import { userActor } from './role-view.ts';

let world: TestWorld;
let server: TestServer;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
});

const identityAs = (actor: Actor) => callAs(world.deps, actor).identity;
const refused = (code: string, message?: string) => ({ cause: { code, ...(message !== undefined && { message: expect.stringContaining(message) }) } });

/** Somebody with a role of these rights, whom no row stands behind. */
function withRights(organizationId: string, capabilities: readonly Capability[]): Actor {
  return userActor({ id: 'custom', name: 'Kim', email: 'kim@selvedge.test', sessionId: 's', requestId: crypto.randomUUID() }, { role: null, customRole: { id: 'r', name: 'of Kim', capabilities }, organizationId, fleetIds: [] });
}

/** A member who came by an invitation, in a browser of their own. */
async function join(organizationId: string, role: string, fleets: 'all' | string[] = 'all'): Promise<{ browser: TestBrowser; id: string; userId: string }> {
  await world.deps.db.rateLimit.deleteMany();
  const email = `${crypto.randomUUID().slice(0, 8)}@selvedge.test`;
  const { link } = await identityAs(aUser(organizationId)).members.invite({ email, name: 'Kim', role, fleets });
  const browser = server.browser();
  const answer = await browser.fetch('/api/auth/invitation', { method: 'POST', body: { token: new URL(link).searchParams.get('token'), name: 'Kim', password: testPassword } });
  expect(answer.status).toBe(200);
  const member = (await identityAs(aUser(organizationId)).members.list()).items.find((one) => one.email === email);
  return { browser, id: member?.id ?? '', userId: member?.userId ?? '' };
}

describe('a role of the organization’s own', () => {
  it('lets who has it do what it names, and nothing else, from the next request on', async () => {
    const organization = await world.organization();
    const roles = identityAs(aUser(organization)).roles;
    const { id } = await roles.create({ name: 'Line operator', capabilities: ['nodes:read', 'nodes:write'] });
    const { browser } = await join(organization, 'Line operator');
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ role: 'Line operator', fleets: null, capabilities: ['nodes:read', 'nodes:write'] });
    expect((await browser.fetch('/api/v1/nodes')).status).toBe(200);
    const answer = await browser.fetch('/api/v1/rules');
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('yours is Line operator')]);
    await roles.update({ id, name: 'Rule reader', capabilities: ['rules:read'] });
    expect([(await browser.fetch('/api/v1/nodes')).status, (await browser.fetch('/api/v1/rules')).status]).toEqual([403, 200]);
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ role: 'Rule reader' });
  });

  it('holds within fleets as any other does', async () => {
    const organization = await world.organization();
    const fleet = await callAs(world.deps, aUser(organization)).fleets.create({ name: 'mine', selector: 'a=b' });
    await identityAs(aUser(organization)).roles.create({ name: 'Keeper', capabilities: ['fleets:read', 'fleets:write', 'settings:write'] });
    const { browser } = await join(organization, 'Keeper', [fleet.id]);
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ fleets: [{ id: fleet.id, name: 'mine' }], capabilities: ['fleets:read', 'fleets:write'] });
    expect((await browser.fetch('/api/v1/members/invitations', { method: 'POST', body: {} })).status).toBe(403);
  });

  it('is told to who manages members, with how many have it, and ends live pages when it changes', async () => {
    const organization = await world.organization();
    const { id } = await identityAs(aUser(organization)).roles.create({ name: 'Watcher', capabilities: ['nodes:read'] });
    const { userId } = await join(organization, 'Watcher');
    const { items } = await identityAs(aUser(organization)).roles.list();
    expect(items.map(({ name, members }) => [name, members])).toEqual([['administrator', 0], ['operator', 0], ['author', 0], ['viewer', 0], ['Watcher', 1]]);
    expect(items[4]).toMatchObject({ id, capabilities: ['nodes:read'], can: { give: { allowed: true }, change: { allowed: true }, remove: { allowed: false, reason: expect.stringContaining('1 member has') } } });
    await identityAs(aUser(organization)).roles.update({ id, capabilities: ['rules:read'] });
    expect(await world.deps.db.outboxEvent.count({ where: { organizationId: organization, topic: 'session', subjectId: userId, kind: 'ended' } })).toBe(1);
  });

  it('has a name of its own, and at least one right', async () => {
    const organization = await world.organization();
    const { roles } = identityAs(aUser(organization));
    const { id } = await roles.create({ name: 'Watcher', capabilities: ['nodes:read'] });
    const other = await roles.create({ name: 'Other', capabilities: ['nodes:read'] });
    for (const name of ['Watcher', 'watcher', 'administrator', 'Viewer']) await expect(roles.create({ name, capabilities: ['nodes:read'] })).rejects.toMatchObject(refused('NameTaken'));
    await expect(roles.update({ id: other.id, name: 'WATCHER' })).rejects.toMatchObject(refused('NameTaken'));
    await roles.update({ id, name: 'watcher' });
    await expect(roles.create({ name: 'Nothing', capabilities: [] })).rejects.toMatchObject(refused('InvalidInput', 'at least one'));
  });

  it('cannot be removed while somebody has it or is invited to it', async () => {
    const organization = await world.organization();
    const { roles, members } = identityAs(aUser(organization));
    const { id } = await roles.create({ name: 'Watcher', capabilities: ['nodes:read'] });
    const kim = await join(organization, 'Watcher');
    await expect(roles.remove({ id })).rejects.toMatchObject(refused('Conflict', '1 member has this role'));
    await members.setAccess({ id: kim.id, role: 'viewer' });
    const invitation = await members.invite({ email: 'lee@selvedge.test', name: 'Lee', role: 'Watcher' });
    await expect(roles.remove({ id })).rejects.toMatchObject(refused('Conflict', '1 open invitation'));
    await members.revokeInvitation({ id: invitation.id });
    await roles.remove({ id });
    expect((await roles.list()).items).toHaveLength(4);
    await expect(members.setAccess({ id: kim.id, role: 'Watcher' })).rejects.toMatchObject(refused('NotFound'));
    const { items } = await callAs(world.deps, aUser(organization)).audit.list({ action: 'role' });
    expect(items.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(['role.remove done', 'role.create done']);
    expect(items[0]?.before).toEqual({ name: 'Watcher', capabilities: ['nodes:read'] });
  });

  it('of another organization is not there (I11)', async () => {
    const [ours, theirs] = [await world.organization(), await world.organization()];
    const { id } = await identityAs(aUser(theirs)).roles.create({ name: 'Theirs', capabilities: ['nodes:read'] });
    const { roles, members } = identityAs(aUser(ours));
    await expect(roles.update({ id, name: 'Ours' })).rejects.toMatchObject(refused('NotFound'));
    await expect(roles.remove({ id })).rejects.toMatchObject(refused('NotFound'));
    await expect(members.invite({ email: 'a@selvedge.test', name: 'A', role: 'Theirs' })).rejects.toMatchObject(refused('NotFound'));
    expect((await roles.list()).items.map(({ name }) => name)).not.toContain('Theirs');
  });
});

describe('nobody gives, shapes or takes away rights that they do not have', () => {
  const own: readonly Capability[] = ['settings:read', 'settings:write', 'nodes:read'];

  it.each([
    ['a person', (organization: string) => withRights(organization, own)],
    ['a program', (organization: string) => aToken(organization, own)],
  ])('%s with settings:write alone', async (_, make) => {
    const organization = await world.organization();
    const admin = identityAs(aUser(organization));
    const [small, large] = [await admin.roles.create({ name: 'Small', capabilities: ['nodes:read'] }), await admin.roles.create({ name: 'Large', capabilities: ['nodes:read', 'nodes:write'] })];
    const [kim, boss] = [await join(organization, 'Small'), await join(organization, 'administrator')];
    await join(organization, 'administrator');
    const { roles, members, tokens } = identityAs(make(organization));
    const beyond = refused('Forbidden', 'nodes:write');
    for (const role of ['Large', 'operator', 'administrator']) {
      await expect(members.invite({ email: 'a@selvedge.test', name: 'A', role })).rejects.toMatchObject(beyond);
      await expect(members.setAccess({ id: kim.id, role })).rejects.toMatchObject(beyond);
    }
    await expect(members.setAccess({ id: boss.id, role: 'Small' })).rejects.toMatchObject(beyond);
    await expect(members.remove({ id: boss.id })).rejects.toMatchObject(beyond);
    await expect(members.resetSecondFactor({ id: boss.id })).rejects.toMatchObject(beyond);
    await expect(roles.create({ name: 'Mine', capabilities: ['nodes:write'] })).rejects.toMatchObject(beyond);
    await expect(roles.update({ id: small.id, capabilities: ['nodes:read', 'nodes:write'] })).rejects.toMatchObject(beyond);
    await expect(roles.update({ id: large.id, capabilities: ['nodes:read'] })).rejects.toMatchObject(beyond);
    await expect(tokens.create({ name: 't', scopes: ['nodes:write'], expiresAt: world.deps.clock.now() + 60_000 })).rejects.toMatchObject(beyond);
    const { items } = await members.list();
    expect(items.find(({ id }) => id === boss.id)?.can.setAccess).toMatchObject({ allowed: false, reason: expect.stringContaining('rights that you do not have') });
    expect((await roles.list()).items.filter(({ can }) => can.give.allowed).map(({ name }) => name)).toEqual(['Small']);
    // What is within their own rights they may do.
    await roles.create({ name: 'Mine', capabilities: ['nodes:read'] });
    await members.setAccess({ id: kim.id, role: 'Mine' });
    await members.remove({ id: kim.id });
  });

  it('and the last administrator of the whole organization stays one', async () => {
    const organization = await world.organization();
    const admin = identityAs(aUser(organization));
    const fleet = await callAs(world.deps, aUser(organization)).fleets.create({ name: 'f', selector: 'a=b' });
    await admin.roles.create({ name: 'Everything', capabilities: [...(await admin.me()).capabilities] });
    const boss = await join(organization, 'administrator');
    for (const change of [{ role: 'Everything' }, { role: 'viewer' }, { fleets: [fleet.id] }]) await expect(admin.members.setAccess({ id: boss.id, ...change })).rejects.toMatchObject(refused('LastAdministrator'));
    await join(organization, 'administrator', [fleet.id]);
    await expect(admin.members.setAccess({ id: boss.id, role: 'Everything' })).rejects.toMatchObject(refused('LastAdministrator'));
    await join(organization, 'administrator');
    await admin.members.setAccess({ id: boss.id, role: 'Everything' });
  });
});

it('the database itself keeps each member to one role', async () => {
  const organization = await world.organization();
  const { id } = await join(organization, 'viewer');
  await expect(world.deps.db.member.update({ where: { id }, data: { role: null } })).rejects.toThrow('members_one_role');
});

describe('a member with several roles', () => {
  it('has each where it was given, for people and over REST alike', async () => {
    const organization = await world.organization();
    const as = callAs(world.deps, aUser(organization));
    const [north, south] = [await as.fleets.create({ name: 'north', selector: 'site=north' }), await as.fleets.create({ name: 'south', selector: 'site=south' })];
    const { browser, id, userId } = await join(organization, 'operator', [north.id]);
    await as.identity.members.setAccess({ id, also: [{ role: 'viewer', fleets: [south.id] }] });
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ role: 'operator, viewer', grants: [{ role: 'operator', fleets: [{ name: 'north' }] }, { role: 'viewer', fleets: [{ name: 'south' }] }] });
    const list: unknown = await (await browser.fetch('/api/v1/fleets')).json();
    expect(list).toMatchObject({ items: [{ name: 'north' }, { name: 'south' }] });
    const change = (fleet: { id: string; version: number }) => browser.fetch(`/api/v1/fleets/${fleet.id}`, { method: 'PATCH', body: { version: fleet.version, settings: { telemetryIntervalMs: 3000 } } });
    expect([(await change(north)).status, (await change(south)).status]).toEqual([200, 404]);
    expect((await as.identity.members.list()).items.find((one) => one.id === id)).toMatchObject({ role: 'operator', also: [{ role: 'viewer', fleets: [{ name: 'south' }] }] });
    expect(await world.deps.db.auditEntry.findFirst({ where: { organizationId: organization, action: 'member.setAccess' } })).toMatchObject({ before: { role: 'operator', fleets: ['north'], also: [] }, after: { role: 'operator', fleets: ['north'], also: [{ role: 'viewer', fleets: ['south'] }] } });
    expect(await world.deps.db.outboxEvent.count({ where: { organizationId: organization, topic: 'session', subjectId: userId, kind: 'ended' } })).toBe(1);
    await as.identity.members.setAccess({ id, also: [] });
    expect((await (await browser.fetch('/api/v1/fleets')).json())).toMatchObject({ items: [{ name: 'north' }] });
  });

  it('keeps a role of the organization’s own in use, and is reached when that changes', async () => {
    const organization = await world.organization();
    const as = callAs(world.deps, aUser(organization));
    const role = await as.identity.roles.create({ name: 'Night shift', capabilities: ['nodes:read'] });
    const { id, userId } = await join(organization, 'author');
    await as.identity.members.setAccess({ id, also: [{ role: 'Night shift', fleets: 'all' }] });
    expect((await as.identity.roles.list()).items.find(({ name }) => name === 'Night shift')).toMatchObject({ members: 1, can: { remove: { allowed: false } } });
    await expect(as.identity.roles.remove({ id: role.id })).rejects.toMatchObject(refused('Conflict'));
    await as.identity.roles.update({ id: role.id, capabilities: ['nodes:read', 'nodes:write'] });
    expect(await world.deps.db.outboxEvent.count({ where: { organizationId: organization, topic: 'session', subjectId: userId, kind: 'ended' } })).toBe(2);
  });

  it('is not given one, nor changed, by who has less than any of them', async () => {
    const organization = await world.organization();
    const { id } = await join(organization, 'viewer');
    const keeper = withRights(organization, ['settings:read', 'settings:write', ...capabilitiesOf('viewer')]);
    await expect(identityAs(keeper).members.setAccess({ id, also: [{ role: 'operator', fleets: 'all' }] })).rejects.toMatchObject(refused('Forbidden', 'rights that you do not have'));
    await identityAs(aUser(organization)).members.setAccess({ id, also: [{ role: 'operator', fleets: 'all' }] });
    await expect(identityAs(keeper).members.setAccess({ id, also: [] })).rejects.toMatchObject(refused('Forbidden', 'who has rights that you do not have'));
    await expect(identityAs(keeper).members.remove({ id })).rejects.toMatchObject(refused('Forbidden'));
  });
});
