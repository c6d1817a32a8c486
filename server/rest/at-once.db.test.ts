import { beforeAll, describe, expect, it } from 'vitest';
import { capabilities } from '../identity/index.ts';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import type { TestServer } from '../testing/http.ts';

/* Programs that ask for the same at the same moment: one is served, and the others hear why not. */

let world: TestWorld;
let server: TestServer;
let token: string;
let channel: string;
let organization: string;

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  const administrator = callAs(world.deps, aUser(organization));
  ({ token } = await administrator.identity.tokens.create({ name: 'at once', scopes: [...capabilities], expiresAt: Date.now() + 3_600_000 }));
  ({ id: channel } = await administrator.settings.notifications.createChannel({ name: 'taken', settings: { kind: 'slack', url: 'http://127.0.0.1:9/' } }));
});

async function send(method: string, path: string, body: object): Promise<{ status: number; code: unknown }> {
  const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, code: (await answer.json()).code };
}

const slack = { kind: 'slack', url: 'http://127.0.0.1:9/' };
const text = 'define stream S (v int); from S select v insert into O;';

describe('of eight that make the same at once', () => {
  it.each([
    ['POST', '/fleets', { name: 'twin', selector: 'site=a' }, 'NameTaken'],
    ['POST', '/roles', { name: 'twin', capabilities: ['nodes:read'] }, 'NameTaken'],
    ['POST', '/notifications/channels', { name: 'twin', settings: slack }, 'NameTaken'],
    ['POST', '/repositories', { name: 'twin', url: 'https://git.selvedge.test/a.git' }, 'NameTaken'],
    ['POST', '/members/invitations', { email: 'twin@selvedge.test', name: 'Twin', role: 'viewer' }, null],
    ['POST', '/tokens', { name: 'twin', scopes: ['nodes:read'], expiresAt: Date.now() + 3_000_000 }, null],
    ['PUT', '/notifications/secrets/twin', { secret: 'x' }, null],
    ['POST', '/rules', { name: 'twin', text }, null],
    ['PUT', '/rules/twin-draft/draft', { text, basedOn: null }, null],
    ['PUT', '/rules/twin/tests', { test: { name: 'one', events: [{ stream: 'S', at: 1, data: { v: 1 } }], expected: [{ stream: 'O', rows: [{ v: 1 }] }] } }, null],
    ['POST', '/documents/apply', { documents: [{ kind: 'Rule', name: 'by-document', text }] }, null],
    ['POST', '/notifications/channels/CHANNEL/test', {}, null],
  ])('%s %s %j answers each', async (method, path, body, others) => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(method, path.replace('CHANNEL', channel), body)));
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    if (others !== null) expect(answers.map(({ code }) => code ?? 'ok').sort()).toEqual([...Array.from({ length: 7 }, () => others), 'ok'].sort());
  });

  it.each([
    [{ kind: 'Channel', name: 'by document', settings: { kind: 'slack', url: '${secret:twin}' } }, 'channel.create'],
    [{ kind: 'Route', name: 'by document', channels: ['taken'] }, 'route.create'],
    [{ kind: 'Fleet', name: 'by-document', selector: 'site=b' }, 'fleet.create'],
  ])('a document %j: it is there once, and whoever comes later finds it so or hears that another was quicker', async (document, action) => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('POST', '/documents/apply', { documents: [document] })));
    const codes = new Set(answers.map(({ code }) => code ?? 'ok'));
    expect([...codes].filter((code) => code !== 'ok' && code !== 'NameTaken' && code !== 'Conflict')).toEqual([]);
    expect(codes).toContain('ok');
    expect((await callAs(world.deps, aUser(organization)).audit.list({ object: document.name, action, outcome: 'done' })).items).toHaveLength(1);
  });

  it('names of nodes: one gets it', async () => {
    const { deps } = world;
    const nodes = await createNodes(deps, organization, 8, {}, 'before');
    const answers = await Promise.all(nodes.map((id) => send('PATCH', `/nodes/${id}`, { name: 'twin' })));
    expect(answers.map(({ code }) => code ?? 'ok').sort()).toEqual([...Array.from({ length: 7 }, () => 'NameTaken'), 'ok'].sort());
  });
});
