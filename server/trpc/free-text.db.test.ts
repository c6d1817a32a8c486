import { beforeAll, describe, expect, it } from 'vitest';
import { listProcedures } from '../rest/routes.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import type { TestBrowser, TestServer } from '../testing/http.ts';

/* Postgres refuses NUL in text, and half of a character in JSON: whoever writes one is told so, and it is no failure of ours. */

const nul = String.fromCharCode(0);
const half = String.fromCharCode(0xd83d);

let world: TestWorld;
let server: TestServer;
let organization: string;
let browser: TestBrowser;
let token: string;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  browser = await server.signIn(organization);
  ({ token } = await callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 't', scopes: ['fleets:read', 'fleets:write', 'nodes:read', 'nodes:write', 'rules:read', 'rules:write', 'models:read', 'models:write'], expiresAt: Date.now() + 3_600_000 }));
});

const called = listProcedures().filter(({ type }) => type !== 'subscription').map(({ name }) => name);

describe('a text that cannot be kept', () => {
  it.each(called)('is refused by %s, with the path to it', async (name) => {
    let target: unknown = callAs(world.deps, aUser(organization));
    for (const part of name.split('.')) target = Reflect.get(Object(target), part);
    if (typeof target !== 'function') throw new Error(`${name} is no procedure`);
    await expect(Reflect.apply(target, undefined, [{ labels: { site: [`a${nul}b`] } }])).rejects.toMatchObject({ cause: { code: 'InvalidInput', message: expect.stringMatching(/^labels\.site\.0: .*NUL/), details: { issues: [{ path: ['labels', 'site', '0'] }] } } });
    await expect(Reflect.apply(target, undefined, [{ [half]: 1 }])).rejects.toMatchObject({ cause: { code: 'InvalidInput' } });
  });

  it.each<[string, string, string, unknown]>([
    ['a fleet’s name', 'POST', '/fleets', { name: `fleet${nul}`, selector: '*' }],
    ['a fleet’s selector', 'POST', '/fleets', { name: 'fleet', selector: `site=${half}` }],
    ['a rule’s text', 'POST', '/rules', { name: 'rule', text: `define stream A (a int); -- ${nul}` }],
    ['a rule’s note', 'POST', '/rules', { name: 'rule', text: 'define stream A (a int);', note: half }],
    ['a node’s labels', 'PUT', '/nodes/none/labels', { labels: { site: nul } }],
    ['a model’s note', 'POST', '/models', { name: 'model', upload: 'none', note: nul }],
    ['a file’s name', 'POST', '/uploads', { bytes: 1, kind: 'model', fileName: `a${nul}.onnx` }],
    ['a name in the path', 'GET', '/rules/%00', undefined],
    ['an upload in the path', 'HEAD', '/uploads/%00', undefined],
    ['a filter', 'GET', '/fleets?query=%00', undefined],
    ['a cursor', 'GET', '/fleets?cursor=%00', undefined],
  ])('is refused by the public API in %s', async (_, method, path, body) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    expect([answer.status, method === 'HEAD' ? '' : await answer.text()]).toEqual([422, method === 'HEAD' ? '' : expect.stringContaining('NUL')]);
  });

  it('is a 400 for the console', async () => {
    const answer = await browser.fetch('/api/trpc/fleets.create', { method: 'POST', body: { name: `a${nul}`, selector: '*' } });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { data: { code: 'InvalidInput' } } }]);
  });

  it.each([
    ['/api/auth/sign-in/email', { email: `a${nul}@selvedge.test`, password: 'correct horse battery' }],
    ['/api/auth/sign-in/email', { email: `${half}@selvedge.test`, password: `correct horse${nul}` }],
    ['/api/auth/sign-in-link', { token: 'A'.repeat(43), name: `Eve${nul}`, email: 'eve@selvedge.test', password: 'correct horse battery' }],
    ['/api/auth/invitation', { token: 'A'.repeat(43), name: half, password: 'correct horse battery' }],
  ])('is refused at the door: %s', async (path, body) => {
    const answer = await server.browser().fetch(path, { method: 'POST', body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('does not keep a refusal off the record (I8)', async () => {
    await expect(callAs(world.deps, aUser(organization, 'viewer')).fleets.remove({ id: `fleet${nul}` })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    const { items } = await callAs(world.deps, aUser(organization)).audit.list({ limit: 1 });
    expect(items[0]).toMatchObject({ action: 'fleets.remove', outcome: 'refused', object: { name: 'fleet\ufffd' } });
  });
});
