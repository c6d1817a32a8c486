import { beforeAll, describe, expect, it } from 'vitest';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testPassword, testServer } from '../testing/http.ts';
import type { TestServer } from '../testing/http.ts';
import { createProxies } from '../kernel/proxies.ts';
import { createSignInLink } from './index.ts';

let world: TestWorld;
let server: TestServer;
let organization: string;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
});

const tokenOf = (link: string): string => new URL(link).searchParams.get('token') ?? '';

describe('the first administrator’s link', () => {
  it('signs in once, under an HttpOnly SameSite cookie, and is refused the second time', async () => {
    const token = tokenOf(await createSignInLink(world.deps, organization));
    const body = { token, name: 'Ada', email: 'ada@selvedge.test', password: testPassword };
    const browser = server.browser();
    const first = await browser.fetch('/api/auth/sign-in-link', { method: 'POST', body });
    expect(first.status).toBe(200);
    expect(first.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/i);
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ user: { email: 'ada@selvedge.test' }, role: 'administrator' });
    const second = await server.browser().fetch('/api/auth/sign-in-link', { method: 'POST', body });
    expect([second.status, (await second.json()).code]).toEqual([401, 'SignInRefused']);
  });

  it('of each replica that starts works, until one of them was used', async () => {
    const own = await world.organization();
    const tokens = [tokenOf(await createSignInLink(world.deps, own)), tokenOf(await createSignInLink(world.deps, own)), tokenOf(await createSignInLink(world.deps, own))];
    const accept = (token: string | undefined) => server.browser().fetch('/api/auth/sign-in-link', { method: 'POST', body: { token, name: 'Edsger', email: 'edsger@selvedge.test', password: testPassword } });
    expect((await accept(tokens[1])).status).toBe(200);
    expect((await accept(tokens[0])).status).toBe(401);
    expect((await accept(tokens[2])).status).toBe(401);
  });

  it('ends after an hour', async () => {
    const token = tokenOf(await createSignInLink(world.deps, organization));
    world.deps.clock.advance(3_600_001);
    const answer = await server.browser().fetch('/api/auth/sign-in-link', { method: 'POST', body: { token, name: 'A', email: 'late@selvedge.test', password: testPassword } });
    expect(answer.status).toBe(401);
    expect(await world.deps.db.user.count({ where: { email: 'late@selvedge.test' } })).toBe(0);
  });

  it('is kept as a digest only', async () => {
    const token = tokenOf(await createSignInLink(world.deps, organization));
    const rows = JSON.stringify(await world.deps.db.signInLink.findMany());
    expect(rows).not.toContain(token);
  });
});

describe('sessions', () => {
  it('do not open by what the database has of them', async () => {
    const own = await world.organization();
    await server.signIn(own, 'barbara@selvedge.test');
    const { token } = await world.deps.db.session.findFirstOrThrow({ where: { user: { email: 'barbara@selvedge.test' } } });
    for (const cookie of [token, `${token}.`, `${token}.${'A'.repeat(43)}%3D`]) {
      const answer = await fetch(`${server.url}/api/v1/me`, { headers: { cookie: `selvedge.session_token=${cookie}`, origin: 'http://selvedge.test' } });
      expect(answer.status).toBe(401);
    }
  });

  it('begin with the password, end with sign-out, and are on record', async () => {
    const own = await world.organization();
    await server.signIn(own, 'grace@selvedge.test');
    const browser = server.browser();
    expect((await browser.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'grace@selvedge.test', password: 'not the password' } })).status).toBe(401);
    expect((await browser.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'grace@selvedge.test', password: testPassword } })).status).toBe(200);
    expect((await browser.fetch('/api/v1/me')).status).toBe(200);
    const kept = new Map(browser.cookies);
    expect((await browser.fetch('/api/auth/sign-out', { method: 'POST', body: {} })).status).toBe(200);
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect((await browser.fetch('/api/v1/me')).status).toBe(401);
    const { items } = await callAs(world.deps, aUser(own)).audit.list({ action: 'session' });
    expect(items.map((entry) => [entry.action, entry.outcome])).toEqual([['session.end', 'done'], ['session.start', 'done'], ['session.start', 'refused'], ['session.start', 'done']]);
    expect(JSON.stringify(items)).not.toContain(testPassword);
  });

  it('are listed and revoked by their person, and by nobody else', async () => {
    const own = await world.organization();
    const laptop = await server.signIn(own, 'mary@selvedge.test');
    const phone = server.browser();
    await phone.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'mary@selvedge.test', password: testPassword } });
    const listed = await (await laptop.fetch('/api/trpc/identity.sessions.list')).json();
    const other = listed.result.data.items.find((session: { current: boolean }) => !session.current);
    const stranger = await server.signIn(await world.organization());
    expect((await stranger.fetch('/api/trpc/identity.sessions.revoke', { method: 'POST', body: { id: other.id } })).status).toBe(404);
    expect((await laptop.fetch('/api/trpc/identity.sessions.revoke', { method: 'POST', body: { id: other.id } })).status).toBe(200);
    expect((await phone.fetch('/api/v1/me')).status).toBe(401);
    expect((await laptop.fetch('/api/v1/me')).status).toBe(200);
  });

  it('tell when and from where they were last used, to the minute, and end all but one at once', async () => {
    const own = await world.organization();
    const laptop = await server.signIn(own, 'dorothy@selvedge.test');
    const others = [server.browser(), server.browser()];
    for (const browser of others) await browser.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'dorothy@selvedge.test', password: testPassword }, headers: { 'user-agent': 'a phone' } });
    await world.deps.db.session.updateMany({ where: { user: { email: 'dorothy@selvedge.test' } }, data: { updatedAt: new Date(Date.now() - 3_600_000), ipAddress: '192.0.2.7' } });
    const list = async (): Promise<{ current: boolean; lastUsedAt: number; address: string; browser: string }[]> => (await (await laptop.fetch('/api/trpc/identity.sessions.list')).json()).result.data.items;
    const [first, ...rest] = await list();
    expect(first).toMatchObject({ current: true, address: '127.0.0.1' });
    expect(Date.now() - (first?.lastUsedAt ?? 0)).toBeLessThan(60_000);
    expect(rest.map(({ address, browser }) => [address, browser])).toEqual([['192.0.2.7', 'a phone'], ['192.0.2.7', 'a phone']]);
    for (const { lastUsedAt } of rest) expect(Date.now() - lastUsedAt).toBeGreaterThan(3_500_000);
    expect((await list())[0]?.lastUsedAt).toBe(first?.lastUsedAt);
    expect(await (await laptop.fetch('/api/trpc/identity.sessions.revokeOthers', { method: 'POST', body: {} })).json()).toMatchObject({ result: { data: { ended: 2 } } });
    for (const browser of others) expect((await browser.fetch('/api/v1/me')).status).toBe(401);
    expect(await list()).toHaveLength(1);
    const { items } = await callAs(world.deps, aUser(own)).audit.list({ action: 'session.revokeOthers' });
    expect(items.map(({ outcome, after }) => [outcome, after])).toEqual([['done', { ended: 2 }]]);
    expect(await world.deps.db.outboxEvent.count({ where: { organizationId: own, topic: 'session', kind: 'ended' } })).toBe(2);
  });

  it('do not outlive the membership', async () => {
    const own = await world.organization();
    const administrator = await server.signIn(own, 'first@selvedge.test');
    const second = await server.signIn(own, 'second@selvedge.test');
    const members = await (await administrator.fetch('/api/v1/members')).json();
    const member = members.items.find((item: { email: string }) => item.email === 'second@selvedge.test');
    expect((await administrator.fetch(`/api/v1/members/${member.id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await second.fetch('/api/v1/me')).status).toBe(401);
  });

  it('are refused after too many attempts', async () => {
    await server.signIn(await world.organization(), 'target@selvedge.test');
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      statuses.push((await server.browser().fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'target@selvedge.test', password: `guess number ${attempt}` } })).status);
    }
    expect(statuses).toContain(401);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('the address that a sign-in comes from', () => {
  const refused = async (at: TestServer, address: string): Promise<number> =>
    (await at.browser().fetch('/api/auth/sign-in-link', { method: 'POST', body: { token: 'made-up', name: 'Eve', email: 'eve@selvedge.test', password: testPassword }, headers: { 'x-forwarded-for': address } })).status;
  const auditedAddress = async (at: TestServer): Promise<unknown> => {
    const own = await world.organization();
    await at.signIn(own, undefined, { 'x-forwarded-for': '203.0.113.9' });
    const { items } = await callAs(world.deps, aUser(own)).audit.list({ action: 'session.start' });
    return items[0]?.after;
  };

  it('is the socket’s, whatever a header says', async () => {
    expect(await auditedAddress(server)).toEqual({ address: '127.0.0.1' });
    for (let attempt = 0; attempt < 10; attempt++) await refused(server, `203.0.113.${attempt}`);
    expect(await refused(server, '203.0.113.99')).toBe(429);
  });

  it('is the client’s where a trusted proxy says so, for the audit chain and for the limit', async () => {
    const behindProxy = await testServer({ ...world, deps: { ...world.deps, proxies: createProxies(['127.0.0.0/8']) } });
    expect(await auditedAddress(behindProxy)).toEqual({ address: '203.0.113.9' });
    for (let attempt = 0; attempt < 10; attempt++) await refused(behindProxy, '203.0.113.10');
    expect(await refused(behindProxy, '203.0.113.10')).toBe(429);
    expect(await refused(behindProxy, '203.0.113.11')).not.toBe(429);
  });
});

describe('a password', () => {
  const next = 'another correct horse';
  const change = (currentPassword: string, newPassword: string) => ({ method: 'POST', body: { currentPassword, newPassword, revokeOtherSessions: true } });

  it('is changed by who knows the old one; that ends every other session and is on record without either', async () => {
    const own = await world.organization();
    const laptop = await server.signIn(own, 'joan@selvedge.test');
    const phone = server.browser();
    await phone.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'joan@selvedge.test', password: testPassword } });
    expect((await laptop.fetch('/api/auth/change-password', change(testPassword, next))).status).toBe(200);
    expect((await laptop.fetch('/api/v1/me')).status).toBe(200);
    expect((await phone.fetch('/api/v1/me')).status).toBe(401);
    expect((await phone.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'joan@selvedge.test', password: testPassword } })).status).toBe(401);
    expect((await phone.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'joan@selvedge.test', password: next } })).status).toBe(200);
    const entries = (await callAs(world.deps, aUser(own)).audit.list({})).items;
    expect(entries.filter(({ action }) => action === 'password.change')).toMatchObject([{ outcome: 'done', actor: { name: 'Ada' } }]);
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${testPassword}|${next}`));
  });

  it.each([
    ['without the old one', 'not the password', next],
    ['to one that is too short', testPassword, 'short'],
  ])('is not changed %s, and the attempt is on record', async (_, current, chosen) => {
    const own = await world.organization();
    const browser = await server.signIn(own);
    expect((await browser.fetch('/api/auth/change-password', change(current, chosen))).status).toBe(400);
    const entries = (await callAs(world.deps, aUser(own)).audit.list({ action: 'password.change' })).items;
    expect(entries.map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  it('is not changed by who is not signed in', async () => {
    expect((await server.browser().fetch('/api/auth/change-password', change(testPassword, next))).status).toBe(401);
  });
});

describe('another site’s page', () => {
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

  it.each([
    ['a procedure', '/api/trpc/identity.organization.rename', 'POST'],
    ['the public API', '/api/v1/organization', 'PATCH'],
    ['sign-out', '/api/auth/sign-out', 'POST'],
  ])('cannot change anything through %s with our cookie', async (_, path, method) => {
    const browser = await server.signIn(organization);
    const answer = await browser.fetch(path, { method, body: { name: 'Taken over' }, headers: foreign });
    expect(answer.status).toBe(403);
    expect((await world.deps.db.organization.findUniqueOrThrow({ where: { id: organization } })).name).toBe('Test');
  });

  it('cannot change anything without saying where it comes from either', async () => {
    const browser = await server.signIn(organization);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${server.url}/api/v1/organization`, { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: '{"name":"x"}' });
    expect([answer.status, (await answer.json()).code]).toEqual([403, 'OriginRefused']);
  });
});

describe('an invitation', () => {
  it('makes a member of the role, once', async () => {
    const own = await world.organization('Plant 3');
    const administrator = await server.signIn(own);
    const invited = await (await administrator.fetch('/api/v1/members/invitations', { method: 'POST', body: { email: 'New@Selvedge.test', name: 'Nia', role: 'author' } })).json();
    const token = tokenOf(invited.link);
    const browser = server.browser();
    const preview = await (await browser.fetch(`/api/trpc/identity.invitation?input=${encodeURIComponent(JSON.stringify({ token }))}`)).json();
    expect(preview.result.data).toMatchObject({ organization: 'Plant 3', email: 'new@selvedge.test', role: 'author' });
    expect((await browser.fetch('/api/auth/invitation', { method: 'POST', body: { token, name: 'Nia', password: testPassword } })).status).toBe(200);
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ role: 'author', organization: { name: 'Plant 3' } });
    expect((await server.browser().fetch('/api/auth/invitation', { method: 'POST', body: { token, name: 'Eve', password: testPassword } })).status).toBe(401);
  });

  it('does not hand a known person’s account to whoever holds the link', async () => {
    await server.signIn(await world.organization(), 'known@selvedge.test');
    const administrator = await server.signIn(await world.organization());
    const invited = await (await administrator.fetch('/api/v1/members/invitations', { method: 'POST', body: { email: 'known@selvedge.test', name: 'Known', role: 'viewer' } })).json();
    const answer = await server.browser().fetch('/api/auth/invitation', { method: 'POST', body: { token: tokenOf(invited.link), name: 'Eve', password: 'a password of my own' } });
    expect(answer.status).toBe(401);
  });
});
