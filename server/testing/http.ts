import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Authenticator } from '../identity/index.ts';
import { createAuthentication, createSignInLink } from '../identity/index.ts';
import { createEdge } from '../http/server.ts';
import { consoleSurfaces } from '../surfaces.ts';
import type { SingleSignOn } from '../kernel/env.ts';
import { testWorld } from './index.ts';
import type { TestWorld } from './index.ts';

export interface TestServer {
  url: string;
  authenticator: Authenticator;
  /** A browser that has signed in as a new administrator of the organization, by a sign-in link. */
  signIn(organizationId: string, email?: string, headers?: Record<string, string>): Promise<TestBrowser>;
  /** A browser that nobody has signed in with. */
  browser(): TestBrowser;
}

/** Sends requests as a page of the console does: with its cookies and its origin. */
export interface TestBrowser {
  fetch(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string>; redirect?: 'manual' }): Promise<Response>;
  cookies: Map<string, string>;
}

export const testPassword = 'correct horse battery';

/** The HTTP edge of a test world on a port of its own, with every surface but pages. */
export async function testServer(world: TestWorld, singleSignOn?: SingleSignOn): Promise<TestServer> {
  const { deps } = world;
  const authenticator = createAuthentication(deps, singleSignOn);
  const { server, drain } = createEdge({ deps, surfaces: consoleSurfaces(deps, authenticator, '0.0.0'), upgrades: new Map() });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  afterAll(drain);
  return {
    url,
    authenticator,
    browser: () => openBrowser(url),
    signIn: async (organizationId, email = `admin-${crypto.randomUUID().slice(0, 8)}@selvedge.test`, headers = {}) => {
      // Every browser of a test comes from one address, and would share its budget of attempts.
      await deps.db.rateLimit.deleteMany();
      const link = new URL(await createSignInLink(deps, organizationId));
      const browser = openBrowser(url);
      const answer = await browser.fetch('/api/auth/sign-in-link', { method: 'POST', body: { token: link.searchParams.get('token'), name: 'Ada', email, password: testPassword }, headers });
      if (!answer.ok) throw new Error(`signing in failed: ${answer.status} ${await answer.text()}`);
      return browser;
    },
  };
}

function openBrowser(url: string): TestBrowser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    fetch: async (path, init = {}) => {
      const headers: Record<string, string> = { origin: url, 'sec-fetch-site': 'same-origin' };
      if (cookies.size > 0) headers['cookie'] = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      if (init.body !== undefined) headers['content-type'] = 'application/json';
      const answer = await fetch(`${url}${path}`, { method: init.method ?? 'GET', headers: { ...headers, ...init.headers }, ...(init.redirect === undefined ? {} : { redirect: init.redirect }), ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }) });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
  };
}

/** What a file of tests about signing in has: the same server for all, and for each test an organization of its own, with no attempt counted yet. */
export interface ServedTests {
  world: TestWorld;
  server: TestServer;
  organization: string;
}

/** Call it at the top of the file; what it answers is filled before the first test. */
export function servedTests(): ServedTests {
  const here = {} as ServedTests;
  beforeAll(async () => {
    here.world = await testWorld();
    here.server = await testServer(here.world);
  });
  beforeEach(async () => {
    here.organization = await here.world.organization();
    await here.world.deps.db.rateLimit.deleteMany();
  });
  return here;
}
