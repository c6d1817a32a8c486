import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anAgent } from '../../server/deployments/testing/an-agent.ts';
import type { TestAgent } from '../../server/deployments/testing/an-agent.ts';
import { capabilities } from '../../server/identity/index.ts';
import { testServer } from '../../server/testing/http.ts';
import type { TestServer } from '../../server/testing/http.ts';
import { aUser, callAs, testWorld } from '../../server/testing/index.ts';
import type { TestWorld } from '../../server/testing/index.ts';
import { exitCodes } from './exit.ts';
import type { Item } from './kinds.ts';
import { labelled } from './nodes.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';
import { watchItems } from './watching.ts';

/* What people do with nodes, requests to join, alerts and channels, by command as on pages. */

let world: TestWorld;
let server: TestServer;
let organization: string;
let token: string;
let folder: string;
let agent: TestAgent;

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  ({ token } = await callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 'admin', scopes: [...capabilities], expiresAt: world.deps.clock.now() + 3_600_000 }));
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-cli-doing-'));
  agent = await anAgent(world.deps, organization, 'loop-1', { site: 'north' });
  await agent.connect();
  for (const site of ['north', 'south']) await callAs(world.deps, aUser(organization)).fleets.create({ name: site, selector: `site=${site}` });
});
afterAll(() => rm(folder, { recursive: true }));

function selvedge(...args: string[]): Promise<Said> {
  return commandLine(args, { profileFile: path.join(folder, 'profile.json'), given: { url: server.url, token } });
}

describe('a node', () => {
  test('is labelled as kubectl labels, with what comes of it said first where that is asked', async () => {
    expect((await selvedge('label', 'loop-1', 'site=south', '--dry-run')).out).toBe('loop-1 site=south: it goes from north to south\n');
    expect((await selvedge('label', 'loop-1', 'line=2', 'spare=yes')).out).toBe('loop-1 site=north,line=2,spare=yes: it stays in north\n');
    expect((await selvedge('label', 'loop-1', 'spare-', 'line-', 'site=south')).out).toBe('loop-1 site=south: it goes from north to south\n');
    expect(await selvedge('label', 'loop-1', 'nonsense')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('name=value') });
    expect(labelled({ a: '1' }, ['b=x=y', 'a-', 'c-'])).toEqual({ b: 'x=y' });
  });

  test('is renamed, asked to try again, and revoked', async () => {
    expect(await selvedge('node', 'retry', 'loop-1')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('Nothing was deployed') });
    expect((await selvedge('node', 'rename', 'loop-1', 'loop-9')).out).toBe('loop-1 is loop-9 from now on.\n');
    expect((await selvedge('node', 'revoke', 'loop-9', '--reason', 'sold')).out).toBe('loop-9 is revoked.\n');
    expect(await selvedge('node', 'retry', 'nobody')).toMatchObject({ code: exitCodes.notFound });
  });
});

test('tokens let nodes in and are taken back; nodes that ask are listed, let in and turned away', async () => {
  const made = await selvedge('enrol', 'token', 'north hall', '--label', 'site=north', '--uses', '3', '--days', '2');
  expect(made.out).toMatch(/--token \S+/);
  expect((await selvedge('enrol', 'tokens')).out).toMatch(/north hall +Active +3\/3 +\d{4}-/);
  expect((await selvedge('enrol', 'revoke-token', 'north hall')).out).toBe('token north hall revoked\n');
  expect(await selvedge('enrol', 'revoke-token', 'north hall')).toMatchObject({ code: exitCodes.notFound });
  const at = new Date(world.deps.clock.now());
  for (const [id, name] of [['r1', 'asks-1'], ['r2', 'asks-2'], ['r3', 'asks-2']] as const) {
    await world.deps.db.enrollmentRequest.create({ data: { id, organizationId: organization, name, publicKey: id.padEnd(43, 'A'), fingerprint: `finger-${id}`, agentVersion: '0.3.0', facts: { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 1, memoryBytes: 1, nodeVersion: '24' }, labels: { site: 'north' }, requestedAt: at } });
  }
  expect((await selvedge('enrol', 'list')).out).toMatch(/^NAME +FINGERPRINT +FLEET +AGENT +AGE\n(?:asks-\d +finger-r\d +north +0\.3\.0 +\d+s\n){3}$/);
  expect((await selvedge('enrol', 'approve', 'asks-1', '--label', 'line=2')).out).toBe('asks-1 (finger-r1) is a node.\n');
  expect(await world.deps.db.node.findFirst({ where: { name: 'asks-1' } })).toMatchObject({ labels: expect.objectContaining({ site: 'north', line: '2' }) });
  expect(await selvedge('enrol', 'deny', 'asks-2')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('finger-r2') });
  expect((await selvedge('enrol', 'deny', 'finger-r3', '--reason', 'not ours')).out).toBe('asks-2 (finger-r3) is turned away.\n');
});

test('alerts are taken on, muted and ended', async () => {
  const now = new Date(world.deps.clock.now());
  await world.deps.db.alert.create({ data: { id: 'al1', organizationId: organization, source: 'nodesOffline', key: 'k', severity: 'warning', title: 'Two nodes are away', detail: '', state: 'Open', count: 1, firstAt: now, lastAt: now } });
  expect((await selvedge('alert', 'ack', 'al1')).out).toBe('Two nodes are away: Acknowledged\n');
  expect((await selvedge('alert', 'mute', 'al1', '--minutes', '5')).out).toMatch(/^Two nodes are away: Acknowledged, muted until \d{4}-/);
  expect((await selvedge('alert', 'resolve', 'al1')).out).toContain('Two nodes are away: Resolved');
  expect(await selvedge('alert', 'resolve', 'nothing')).toMatchObject({ code: exitCodes.notFound });
});

test('channels are added, tried and removed, with what is secret in them never shown', async () => {
  const file = path.join(folder, 'desk.yaml');
  await writeFile(file, 'kind: webhook\nurl: http://127.0.0.1:9/hook-of-the-desk\nsecret: a secret of sixteen\n');
  expect(await selvedge('notify', 'test', 'nobody')).toMatchObject({ code: exitCodes.notFound });
  expect(await selvedge('notify', 'add-channel', 'desk', file)).toEqual({ code: exitCodes.done, out: 'channel desk added; `notify test desk` tries it\n', error: '' });
  expect((await selvedge('notify', 'channels')).out).toMatch(/^CHANNEL +KIND +TARGET\ndesk +webhook /);
  expect((await selvedge('notify', 'test', 'desk')).out).toBe('A test goes out by desk.\n');
  expect((await selvedge('notify', 'deliveries', '--channel', 'desk')).out).toMatch(/\d+s +desk +test +Pending/);
  expect((await selvedge('notify', 'channels', '-o', 'json')).out).not.toMatch(/hook-of-the-desk|sixteen/);
  await writeFile(file, 'kind: webhook\nurl: nonsense-that-is-secret\n');
  const refused = await selvedge('notify', 'add-channel', 'other', file);
  expect(refused).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('url: ') });
  expect(refused.error).not.toContain('nonsense');
  expect((await selvedge('notify', 'remove-channel', 'desk')).out).toBe('channel desk removed\n');
});

test('what is there is written down and applied without a difference, its secrets by name', async () => {
  const file = path.join(folder, 'told.yaml');
  await writeFile(file, 'https://hooks.slack.test/services/whisper\n');
  expect((await selvedge('notify', 'set-secret', 'desk', file)).out).toBe('secret desk is kept\n');
  expect(await selvedge('notify', 'set-secret', 'no name', file)).toMatchObject({ code: exitCodes.refused });
  await writeFile(file, 'kind: Channel\nname: export desk\nsettings: { kind: slack, url: "${secret:desk}" }\n---\nkind: Route\nname: export nights\nchannels: [export desk]\n');
  expect((await selvedge('diff', '-f', file)).code).toBe(exitCodes.differs);
  expect((await selvedge('apply', '-f', file)).out).toBe('channel/export desk created\nroute/export nights created\n');
  expect((await selvedge('notify', 'secrets')).out).toMatch(/^SECRET +CHANNELS +SET\ndesk +export desk +\d+s\n$/);
  const { out } = await selvedge('export', 'channels', 'routes');
  expect(out).toContain('url: ${secret:desk}');
  expect(out).not.toContain('whisper');
  await writeFile(file, (await selvedge('export')).out);
  expect(await selvedge('diff', '-f', file)).toEqual({ code: exitCodes.done, out: '', error: '' });
  expect(await selvedge('notify', 'remove-secret', 'desk')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('names it') });
  await selvedge('notify', 'remove-route', 'export nights');
  await selvedge('notify', 'remove-channel', 'export desk');
  expect((await selvedge('notify', 'remove-secret', 'desk')).out).toBe('secret desk removed\n');
});

test('how long a node may be away before there is an alert is said and changed', async () => {
  expect((await selvedge('notify', 'settings')).out).toBe('a node may be away for 5 min\n');
  expect((await selvedge('notify', 'settings', '--offline-minutes', '90')).out).toBe('a node may be away for 90 min\n');
  expect(await selvedge('notify', 'settings', '--offline-minutes', '50000')).toMatchObject({ code: exitCodes.refused });
});

test('routes say whom to tell of what', async () => {
  await callAs(world.deps, aUser(organization)).settings.notifications.createChannel({ name: 'night', settings: { kind: 'slack', url: 'http://127.0.0.1:9/hook' } });
  expect((await selvedge('notify', 'add-route', 'at night', '--to', 'night', '--from', 'critical', '--source', 'detection', 'recordsLost', '--fleet', 'south', '--no-resolved')).out).toBe('route at night added: from critical on, night\n');
  expect((await selvedge('notify', 'routes', '-o', 'wide')).out).toMatch(/^ROUTE +FROM +FLEET +TELLS +SOURCES +RULE +ENDS\nat night +critical +south +night +detection,recordsLost +all +not told\n$/);
  expect((await selvedge('notify', 'change-channel', 'night', '--name', 'late')).out).toBe('channel late changed; `notify test late` tries it\n');
  expect((await selvedge('notify', 'change-route', 'at night', '--to', 'late', '--name', 'any time')).out).toBe('route any time changed: from warning on, late\n');
  expect((await selvedge('notify', 'routes')).out).toMatch(/any time +warning +all +late\n/);
  expect(await selvedge('notify', 'change-channel', 'late')).toMatchObject({ code: exitCodes.usage });
  expect((await selvedge('notify', 'change-channel', 'late', '--name', 'night')).code).toBe(exitCodes.done);
  expect(await selvedge('notify', 'add-route', 'x', '--to', 'nobody')).toMatchObject({ code: exitCodes.notFound });
  expect(await selvedge('notify', 'add-route', 'x', '--to', 'night', '--from', 'loud')).toMatchObject({ code: exitCodes.usage });
  expect((await selvedge('notify', 'remove-route', 'any time')).out).toBe('route any time removed\n');
  expect(await selvedge('notify', 'remove-route', 'any time')).toMatchObject({ code: exitCodes.notFound });
});

test('a fleet is removed; nothing else is, and what to do in its place is said', async () => {
  await callAs(world.deps, aUser(organization)).fleets.create({ name: 'spare', selector: 'site=spare' });
  expect((await selvedge('delete', 'fleet', 'spare')).out).toBe('fleet spare removed; 0 nodes are in no fleet\n');
  expect(await selvedge('delete', 'rule', 'watch')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('Fleets can be removed') });
});

test('what is watched is told once, and then what changes', async () => {
  const states: Item[][] = [[{ id: 'a', name: 'a', state: 'Progressing' }, { id: 'b', name: 'b', state: 'Paused' }], [{ id: 'a', name: 'a', state: 'Progressing' }, { id: 'b', name: 'b', state: 'Paused' }], [{ id: 'a', name: 'a', state: 'Succeeded' }, { id: 'b', name: 'b', state: 'Paused' }]];
  let told = '';
  let look = 0;
  const columns = () => [{ head: 'NAME', value: (item: Item) => item.name }, { head: 'STATE', value: (item: Item) => item.state }];
  await watchItems(async () => states[look] ?? [], columns, () => 0, async () => (look += 1) < states.length, (text) => (told += text));
  expect(told).toBe('NAME   STATE\na      Progressing\nb      Paused\na      Succeeded\n');
});
