import { beforeAll, describe, expect, it } from 'vitest';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import type { TestServer } from '../testing/http.ts';

let world: TestWorld;
let server: TestServer;
/** The same, in a world where no time passes: what a limiter has given out it does not give again. */
let timeless: TestServer;
let token: string;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  const now = world.deps.clock.now();
  timeless = await testServer({ ...world, deps: { ...world.deps, clock: { ...world.deps.clock, now: () => now } } });
  const organization = await world.organization();
  ({ token } = await callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 't', scopes: ['audit:read', 'settings:read', 'settings:write', 'rules:read', 'models:read', 'nodes:read', 'alerts:read', 'detections:read', 'fleets:read', 'repositories:read'], expiresAt: Date.now() + 3_600_000 }));
});

async function call(method: string, path: string, body?: string, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const answer = await fetch(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers }, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}

describe('the public API', () => {
  it('coerces query parameters, and refuses those it does not know', async () => {
    expect((await call('GET', '/api/v1/audit?limit=1&outcome=done')).status).toBe(200);
    expect(await call('GET', '/api/v1/audit?limit=many')).toMatchObject({ status: 422, body: { code: 'InvalidInput', details: { issues: [{ path: ['limit'] }] } } });
    expect(await call('GET', '/api/v1/audit?limt=1')).toMatchObject({ status: 422, body: { detail: expect.stringContaining('limt') } });
  });

  it('reads a number in the path as one', async () => {
    expect(await call('GET', '/api/v1/rules/none/versions/3')).toMatchObject({ status: 404, body: { code: 'NotFound' } });
    expect(await call('GET', '/api/v1/rules/none/versions/x')).toMatchObject({ status: 422, body: { details: { issues: [{ path: ['version'] }] } } });
  });

  it.each(['/alerts?cursor=9999999999999999.a', '/detections?range=1h&cursor=9999999999999999.a', '/rules?sort=-publishedAt&cursor=9999999999999999:a', '/models?sort=-publishedAt&cursor=9999999999999999:a', '/nodes/none/timeline?at=9007199254740991', '/nodes?at=9007199254740991', '/fleets?at=8640000000000001'])(
    'refuses a moment that no calendar has, as in %s', async (path) => {
      expect(await call('GET', `/api/v1${path}`)).toMatchObject({ status: 422, body: { code: 'InvalidInput' } });
    },
  );

  it('says that a thing is not there alike for what hangs on it, and for another’s', async () => {
    const notFound = { status: 404, body: { code: 'NotFound' } };
    expect(await call('GET', '/api/v1/repositories/none/syncs')).toMatchObject(notFound);
    expect(await call('POST', '/api/v1/fleets/preview', '{"id":"none","selector":"*"}')).toMatchObject(notFound);
  });

  it.each([
    ['broken JSON', '{"name":', 422, 'InvalidInput'],
    ['a list for an object', '[]', 422, 'InvalidInput'],
    ['wrong types', '{"name":3}', 422, 'InvalidInput'],
    ['nesting without end', '['.repeat(100_000), 422, 'InvalidInput'],
    ['more than a megabyte', JSON.stringify({ name: 'x'.repeat(1_100_000) }), 413, 'TooLarge'],
  ])('refuses a body of %s', async (_, body, status, code) => {
    expect(await call('PATCH', '/api/v1/organization', body)).toMatchObject({ status, body: { code, requestId: expect.any(String) } });
  });

  it('refuses a body that does not say it is JSON', async () => {
    expect(await call('PATCH', '/api/v1/organization', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({ status: 422 });
  });

  it('says what is at an address when the method is wrong, and that nothing is when nothing is', async () => {
    const wrong = await call('POST', '/api/v1/me', '{}');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([404, 'GET']);
    expect((await call('GET', '/api/v1/nothing/here')).status).toBe(404);
    expect((await call('GET', '/api/v1/members/%')).status).toBe(404);
  });

  it('answers errors as problems, with the request id of the header', async () => {
    const answer = await call('DELETE', '/api/v1/tokens/unknown');
    expect(answer).toMatchObject({ status: 404, body: { code: 'NotFound', type: '/api/docs#error-NotFound', status: 404 } });
    expect(answer.headers.get('x-request-id')).toBe(answer.body['requestId']);
  });

  it('exports the audit chain as lines', async () => {
    const answer = await fetch(`${server.url}/api/v1/audit/export`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
    const checkpoint = lines.pop();
    expect(lines.map(({ hash }) => hash.length)).toEqual(lines.map(() => 64));
    expect(JSON.parse(checkpoint.checkpoint.payload).schema).toBe('selvedge.audit-checkpoint/1');
  });

  it('is described by an OpenAPI 3.1 document and a page that loads nothing', async () => {
    const document = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/members/{id}'].patch.parameters).toEqual([expect.objectContaining({ name: 'id', in: 'path', required: true })]);
    expect(document.paths['/audit'].get.parameters.map((parameter: { name: string }) => parameter.name)).toContain('limit');
    const page = await fetch(`${server.url}/api/docs`);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/);
    expect(await page.text()).not.toMatch(/<script|src=/);
  });

  it('limits the rate by address where nobody has signed in, and says when to come back', async () => {
    // 330 are more than the burst of 300.
    const answers = await Promise.all(Array.from({ length: 330 }, () => fetch(`${timeless.url}/api/v1/me`)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(30);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${timeless.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('limits by address who shows tokens that open nothing, and each token by itself', async () => {
    const refused = async (given: string): Promise<number> => {
      const answers = await Promise.all(Array.from({ length: 330 }, () => fetch(`${timeless.url}/api/v1/me`, { headers: { authorization: `Bearer ${given}` } })));
      return answers.filter(({ status }) => status === 429).length;
    };
    // 330 are more than the burst of 300, of which tests before may have used some: no time passes here.
    expect(await refused('slv_of-nobody')).toBeGreaterThanOrEqual(30);
    expect(await refused(token)).toBeGreaterThanOrEqual(30);
  });
});
