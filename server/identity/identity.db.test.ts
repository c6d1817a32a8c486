import { beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../../tools/testing/index.ts';
import { aToken, aUser, callAs, openWorld, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import { ensureOrganization } from './index.ts';
import type { TestServer } from '../testing/http.ts';

let world: TestWorld;
let server: TestServer;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
});

const hour = 3_600_000;

async function tokenWith(organization: string, scopes: ('audit:read' | 'settings:read' | 'settings:write')[], lifetimeMs = hour) {
  return callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 'ci', scopes, expiresAt: world.deps.clock.now() + lifetimeMs });
}

async function getAs(token: string, path: string): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

it('an installation has one organization, also when several processes start for the first time together', async () => {
  const fresh = await openWorld((await freshDatabase()).url);
  const ids = await Promise.all(Array.from({ length: 6 }, () => ensureOrganization(fresh.deps)));
  expect(new Set(ids).size).toBe(1);
  expect(await fresh.deps.db.organization.count()).toBe(1);
  await fresh.close();
});

describe('API tokens', () => {
  it('open what their scopes name and nothing else', async () => {
    const organization = await world.organization();
    const { token } = await tokenWith(organization, ['audit:read']);
    expect((await getAs(token, '/api/v1/audit')).status).toBe(200);
    const refused = await getAs(token, '/api/v1/members');
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: 'Forbidden', detail: expect.stringContaining('settings:read'), requestId: expect.any(String) })]);
  });

  it('end when they expire', async () => {
    const { token } = await tokenWith(await world.organization(), ['audit:read'], 60_000);
    expect((await getAs(token, '/api/v1/me')).status).toBe(200);
    world.deps.clock.advance(60_001);
    expect((await getAs(token, '/api/v1/me')).status).toBe(401);
  });

  it('end when they are revoked', async () => {
    const organization = await world.organization();
    const { id, token } = await tokenWith(organization, ['audit:read']);
    await callAs(world.deps, aUser(organization)).identity.tokens.revoke({ id });
    expect((await getAs(token, '/api/v1/me')).status).toBe(401);
    expect((await callAs(world.deps, aUser(organization)).identity.tokens.list({})).items[0]).toMatchObject({ id, state: 'revoked' });
  });

  it('are kept as digests and never listed', async () => {
    const organization = await world.organization();
    const { token } = await tokenWith(organization, ['audit:read']);
    const everything = JSON.stringify([await world.deps.db.apiToken.findMany(), await callAs(world.deps, aUser(organization)).identity.tokens.list({}), (await callAs(world.deps, aUser(organization)).audit.list({})).items]);
    expect(everything).not.toContain(token);
  });

  it('cannot be given scopes that the giver lacks', async () => {
    const organization = await world.organization();
    const giver = callAs(world.deps, aToken(organization, ['settings:write']));
    await expect(giver.identity.tokens.create({ name: 'more', scopes: ['rules:write'], expiresAt: world.deps.clock.now() + hour })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  });

  it.each(['', 'slv_', 'slv_nonsense', 'x'.repeat(500)])('are refused when they are nonsense: %s', async (token) => {
    expect((await getAs(token, '/api/v1/me')).status).toBe(401);
  });
});

describe('members', () => {
  it('always include an administrator, however many remove one at once', async () => {
    const organization = await world.organization();
    for (let count = 0; count < 3; count++) await server.signIn(organization);
    const as = callAs(world.deps, aUser(organization));
    const { items } = await as.identity.members.list();
    const outcomes = await Promise.allSettled(items.map(({ id }) => as.identity.members.remove({ id })));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const left = await as.identity.members.list();
    expect(left.items).toHaveLength(1);
    expect(left.items[0]?.can.remove).toEqual({ allowed: false, reason: expect.stringContaining('at least one administrator') });
  });

  it('of another organization cannot be seen or touched (I11)', async () => {
    const [ours, theirs] = [await world.organization(), await world.organization()];
    await server.signIn(theirs);
    const [member] = (await callAs(world.deps, aUser(theirs)).identity.members.list()).items;
    const { id: token } = await tokenWith(theirs, ['audit:read']);
    const as = callAs(world.deps, aUser(ours)).identity;
    const id = member?.id ?? '';
    await expect(as.members.remove({ id })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await expect(as.members.setAccess({ id, role: 'viewer' })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await expect(as.tokens.revoke({ id: token })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    expect((await as.members.list()).items).toEqual([]);
    expect((await as.tokens.list({})).total).toBe(0);
  });
});
