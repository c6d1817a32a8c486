import { beforeAll, describe, expect, it } from 'vitest';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import type { TestBrowser, TestServer } from '../testing/http.ts';
import type { SingleSignOn } from '../kernel/env.ts';
import { aProvider } from './testing/a-provider.ts';

let world: TestWorld;
let server: TestServer;
let organization: string;
let provider: SingleSignOn;

beforeAll(async () => {
  world = await testWorld();
  provider = await aProvider(world.deps.publicUrl, [
    { sub: 'ada', email: 'ada@selvedge.test', email_verified: true, name: 'Ada' },
    { sub: 'stranger', email: 'stranger@selvedge.test', email_verified: true, name: 'Stranger' },
  ]);
  server = await testServer(world, provider);
  organization = await world.organization();
  await server.signIn(organization, 'ada@selvedge.test');
});

/** Follows a person through the provider: its redirects with its cookies, its form filled in; ends at the address that it sends the browser back to. */
async function throughProvider(start: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let [url, body]: [string, URLSearchParams | undefined] = [start, undefined];
  for (let hop = 0; hop < 12; hop += 1) {
    const answer: Response = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }, ...(body === undefined ? {} : { method: 'POST', body }) });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    body = undefined;
    if (location === null) {
      const form = /action="([^"]+)"/.exec(await answer.text())?.[1];
      if (form === undefined) throw new Error(`the provider shows no form: ${answer.status}`);
      [url, body] = [new URL(form, url).href, new URLSearchParams({ prompt: 'login', login, password: 'any' })];
    } else {
      url = new URL(location, url).href;
      if (url.startsWith(world.deps.publicUrl)) return new URL(url);
    }
  }
  throw new Error('the provider never came back');
}

async function signInBy(browser: TestBrowser, login: string): Promise<Response> {
  const begun = await browser.fetch('/api/auth/sign-in/social', { method: 'POST', body: { provider: 'oidc', callbackURL: '/nodes', errorCallbackURL: '/sign-in' } });
  expect(begun.status).toBe(200);
  const back = await throughProvider((await begun.json()).url, login);
  return browser.fetch(`${back.pathname}${back.search}`, { redirect: 'manual' });
}

describe('single sign-on', () => {
  it('is said on the sign-in page, by the name that people know', async () => {
    expect((await (await server.browser().fetch('/api/trpc/identity.ways')).json()).result.data).toMatchObject({ singleSignOn: 'the plant login' });
  });

  it('lets a member in as themselves, and is on record', async () => {
    const browser = server.browser();
    const landed = await signInBy(browser, 'ada');
    expect([landed.status, landed.headers.get('location')]).toEqual([302, expect.stringMatching(/\/nodes$/)]);
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ user: { email: 'ada@selvedge.test' }, role: 'administrator' });
    const { items } = await callAs(world.deps, aUser(organization)).audit.list({ action: 'session' });
    expect(items[0]).toMatchObject({ action: 'session.start', outcome: 'done', actor: { name: 'Ada' } });
    expect(await world.deps.db.account.count({ where: { providerId: 'oidc' } })).toBe(1);
    // What the provider asked for is its own affair: where the organization asks for a second factor, its word is one.
    expect(await world.deps.db.session.findFirst({ where: { user: { email: 'ada@selvedge.test' } }, orderBy: { createdAt: 'desc' } })).toMatchObject({ secondFactor: true });
  });

  it('lets nobody in who was not invited, and makes no account', async () => {
    const browser = server.browser();
    const landed = await signInBy(browser, 'stranger');
    expect(landed.headers.get('location')).toMatch(/\/sign-in\?.*error=signup_disabled/);
    expect((await browser.fetch('/api/v1/me')).status).toBe(401);
    expect(await world.deps.db.user.count({ where: { email: 'stranger@selvedge.test' } })).toBe(0);
  });

  it('takes no answer that another browser asked for, nor one twice', async () => {
    const asking = server.browser();
    const begun = await asking.fetch('/api/auth/sign-in/social', { method: 'POST', body: { provider: 'oidc', callbackURL: '/', errorCallbackURL: '/sign-in' } });
    const back = await throughProvider((await begun.json()).url, 'ada');
    const other = server.browser();
    await other.fetch(`${back.pathname}${back.search}`, { redirect: 'manual' });
    expect((await other.fetch('/api/v1/me')).status).toBe(401);
    const forged = await server.browser().fetch('/api/auth/callback/oidc?code=made-up&state=made-up', { redirect: 'manual' });
    expect(forged.headers.get('location') ?? '').toContain('error');
  });

  it('is no second factor where an operator says that the provider asks for none', async () => {
    const other = await testServer(world, { ...provider, showsSecondFactor: false });
    const demand = (required: boolean) => callAs(world.deps, aUser(organization)).identity.organization.demandSecondFactor({ required });
    await demand(true);
    const asking = other.browser();
    await signInBy(asking, 'ada');
    expect(await (await asking.fetch('/api/v1/me')).json()).toMatchObject({ user: { email: 'ada@selvedge.test' }, awaitsSecondFactor: true, capabilities: [] });
    expect((await asking.fetch('/api/v1/nodes')).status).toBe(403);
    await demand(false);
  });
});
