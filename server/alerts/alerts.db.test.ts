import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { DetectionRecord } from '@selvedge/edge-runtime/protocol';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { takeRecords } from '../agent-link/records.ts';
import { anAgent } from '../deployments/testing/an-agent.ts';
import { systemActor } from '../kernel/actor.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { watchConditions } from './conditions.ts';
import { attemptsMax, routeAlerts, routeMatches, sendDue } from './notify.ts';

let world: TestWorld;
let organization: string;
let node: string;
let sequence = 0;
const closing: (() => Promise<void>)[] = [];
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const alerts = async (state?: ('Open' | 'Acknowledged' | 'Resolved')[]) => (await as('viewer').alerts.list({ state })).items;

beforeAll(async () => {
  world = await testWorld();
});

/** An organization to itself for each test, so that nobody's conditions are another's. */
beforeEach(async () => {
  organization = await world.organization();
  sequence = 0;
  await as('operator').fleets.create({ name: 'pumps', selector: 'site=a', settings: { connectors: {} } });
  const agent = await anAgent(world.deps, organization, 'a-1', { site: 'a' });
  await agent.connect();
  node = agent.id;
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function detect(title = 'Low flow', severity: 'info' | 'warning' | 'critical' = 'critical', times = 1): Promise<void> {
  const records = Array.from({ length: times }, (): DetectionRecord => ({
    kind: 'detection', sequence: ++sequence, at: world.deps.clock.now(), rule: 'watch', ruleVersion: 1, stream: 'Alarms', title, severity, bundle: `sha256:${'a'.repeat(64)}`, generation: 1, models: [], data: { flow: 0.51239876, at: 1_795_901_240_302 }, causes: [], actions: [], latencyUs: 100,
  }));
  await takeRecords(world.deps, systemActor(organization, 'test'), node, records);
}

/** A far end that keeps what it is sent and answers as it is told. */
async function receiver(answers: number[] = []): Promise<{ url: string; got: { headers: IncomingHttpHeaders; body: string }[] }> {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    void request.setEncoding('utf8').toArray().then((parts) => {
      got.push({ headers: request.headers, body: parts.join('') });
      response.writeHead(answers[got.length - 1] ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-part`, got };
}

async function channel(settings: Parameters<ReturnType<typeof as>['settings']['notifications']['createChannel']>[0]['settings'], route: object = {}): Promise<string> {
  const { id } = await as('administrator').settings.notifications.createChannel({ name: `channel ${settings.kind}`, settings });
  await as('administrator').settings.notifications.createRoute({ name: `all ${settings.kind}`, channels: [id], ...route });
  return id;
}

const tell = async (): Promise<void> => {
  await routeAlerts(world.deps);
  await sendDue(world.deps);
};

test('detections of one kind are one alert, and another after it was resolved', async () => {
  await detect('Low flow', 'warning', 3);
  await detect('Low flow', 'critical');
  await detect('High pressure', 'info');
  const [high, low] = await alerts();
  expect(low).toMatchObject({ title: 'Low flow', severity: 'critical', count: 4, state: 'Open', rule: 'watch', detail: 'watch: flow 0.5124, at 1795901240302', node: { name: 'a-1' }, fleet: { name: 'pumps' } });
  expect(high).toMatchObject({ title: 'High pressure', count: 1 });
  const waiting = async () => (await as('viewer').overview.get()).needs.filter(({ kind }) => kind === 'alert');
  expect(await waiting()).toMatchObject([{ tone: 'critical', title: 'Low flow', detail: '4 times, last watch: flow 0.5124, at 1795901240302', target: { kind: 'alert', id: low?.id } }]);
  await as('operator').alerts.acknowledge({ id: low?.id ?? '' });
  expect(await waiting()).toEqual([]);
  await detect();
  expect(await alerts(['Acknowledged'])).toMatchObject([{ count: 5, acknowledged: { by: expect.any(String) }, can: { acknowledge: { allowed: false } } }]);
  await as('operator').alerts.resolve({ id: low?.id ?? '' });
  await detect();
  expect((await alerts()).map((one) => [one.title, one.state, one.count])).toEqual(expect.arrayContaining([['Low flow', 'Resolved', 5], ['Low flow', 'Open', 1]]));
  await expect(as('operator').alerts.resolve({ id: low?.id ?? '' })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a secret by its name is looked up when something is sent, and what went wrong with it is said without it', async () => {
  const { url, got } = await receiver();
  const notifications = as('administrator').settings.notifications;
  await notifications.setSecret({ name: 'desk', secret: 'no address: whisper' });
  const id = await channel({ kind: 'slack', url: '${secret:desk}' });
  expect((await notifications.get()).channels).toMatchObject([{ target: '${secret:desk}' }]);
  await notifications.testChannel({ id });
  await tell();
  expect((await notifications.deliveries({})).items).toMatchObject([{ state: 'Pending', attempts: 1, error: 'A secret is not what slack takes: desk as its url.' }]);
  await notifications.setSecret({ name: 'desk', secret: url });
  world.deps.clock.advance(60_000);
  await tell();
  expect(got).toHaveLength(1);
  expect((await notifications.deliveries({})).items).toMatchObject([{ state: 'Delivered' }]);
});

test('an alert ends by itself when nothing has happened for a while', async () => {
  await detect();
  await watchConditions(world.deps);
  expect(await alerts(['Open'])).toHaveLength(1);
  world.deps.clock.advance(16 * 60_000);
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ state: 'Resolved', resolved: { by: 'by itself' } }]);
});

test('nodes that are away for long, and are back', async () => {
  const agent = await anAgent(world.deps, organization, 'a-2', { site: 'a' });
  await agent.connect();
  await agent.disconnect();
  await watchConditions(world.deps);
  expect(await alerts()).toEqual([]);
  world.deps.clock.advance(6 * 60_000);
  await watchConditions(world.deps);
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ source: 'nodesOffline', title: 'Nodes of pumps are not connected', detail: '1 for more than 5 min: a-2', count: 1, state: 'Open' }]);
  await agent.connect();
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ state: 'Resolved' }]);
});

test('nodes may be away for as long as the organization says, those of no fleet too', async () => {
  await as('administrator').settings.notifications.setAlerts({ offlineMinutes: 60 });
  const agent = await anAgent(world.deps, organization, 'lone-1', { site: 'nowhere' });
  await agent.connect();
  await agent.disconnect();
  world.deps.clock.advance(59 * 60_000);
  await watchConditions(world.deps);
  expect(await alerts()).toEqual([]);
  world.deps.clock.advance(2 * 60_000);
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ source: 'nodesOffline', title: 'Nodes of no fleet are not connected', detail: '1 for more than 60 min: lone-1', fleet: null, state: 'Open' }]);
  await as('administrator').settings.notifications.setAlerts({ offlineMinutes: 90 });
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ state: 'Resolved' }]);
  const { items } = await as('administrator').audit.list({ action: 'organization.setAlerts' });
  expect(items[0]).toMatchObject({ before: { offlineMinutes: 60 }, after: { offlineMinutes: 90 } });
  await expect(as('operator').settings.notifications.setAlerts({ offlineMinutes: 5 })).rejects.toThrow();
});

test('a rollout that waits for a person, until one decides', async () => {
  const nodes = [await anAgent(world.deps, organization, 'w-1', { site: 'w' }), await anAgent(world.deps, organization, 'w-2', { site: 'w' })];
  for (const node of nodes) await node.connect();
  const { id: waiting } = await as('operator').fleets.create({ name: 'waiting', selector: 'site=w', settings: {} });
  const { version } = await as('author').rules.publish({ name: 'w-watch', text: 'define stream S (v int);\nfrom S[v > 1] select v insert into O;\n' });
  const { hash } = await as('operator').deployments.plan({ fleet: waiting, rules: [{ name: 'w-watch', version }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 0, approval: 'eachWave' } });
  const { id } = await as('operator').deployments.create({ planHash: hash });
  for (const node of nodes) if ((await node.desired()) !== null) await node.run();
  await advanceRollout(world.deps, id);
  await watchConditions(world.deps);
  const about = async () => (await alerts()).filter(({ deployment }) => deployment === id);
  expect(await about()).toMatchObject([{ source: 'rolloutWaiting', severity: 'warning', title: 'The rollout of waiting waits for a person', detail: 'Wave 1 passed; wave 2 of 2 begins when a person resumes it.', state: 'Open' }]);
  await as('operator').deployments.resume({ id });
  await watchConditions(world.deps);
  expect(await about()).toMatchObject([{ state: 'Resolved' }]);
});

test('tokens that end soon, but for those that were made for a few days', async () => {
  const day = 86_400_000;
  const token = (name: string, days: number): Promise<unknown> => as('administrator').identity.tokens.create({ name, scopes: ['alerts:read'], expiresAt: world.deps.clock.now() + days * day });
  await token('a job of today', 1);
  await token('the warehouse', 30);
  await watchConditions(world.deps);
  expect(await alerts()).toEqual([]);
  world.deps.clock.advance(24 * day);
  await token('another job', 2);
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ source: 'tokenExpiring', title: 'The API token the warehouse expires soon' }]);
});

test('a break-glass code that opens nothing soon, until there is another in its place', async () => {
  const { id } = await as('administrator').identity.breakGlass.create({ label: 'the safe' });
  world.deps.clock.advance(360 * 86_400_000);
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ source: 'tokenExpiring', severity: 'warning', title: 'The break-glass code kept at the safe expires soon' }]);
  await as('administrator').identity.breakGlass.revoke({ id });
  await watchConditions(world.deps);
  expect(await alerts()).toMatchObject([{ state: 'Resolved' }]);
});

test('a repository that cannot be read or applied, or that somebody changed something against, until that is over', async () => {
  const { deps } = world;
  const common = { organizationId: organization, url: 'https://git.test/plant.git', branch: 'main', path: '', username: '', autoSync: true, prune: false, intervalSeconds: 180, scopes: [], connectedBy: 'Ada', createdAt: new Date(), readDueAt: new Date(), dueAt: new Date() };
  const made = (name: string, more: object) => deps.db.gitRepository.create({ data: { ...common, id: deps.ids.next(), name, selfHeal: false, ...more } });
  const [once] = [await made('once', { readProblem: 'It does not answer.', failures: 1 }), await made('healed', { drifted: 2, selfHeal: true }), await made('away', { readProblem: 'It does not answer.', failures: 2 }), await made('wrong', { readProblem: 'a.yaml:1: no', refusedCommit: 'c' }), await made('refused', { applyProblem: 'The plan is blocked.' }), await made('changed', { drifted: 1 })];
  await watchConditions(deps);
  const titles = async () => (await alerts()).filter((one) => one.source.startsWith('repository') && one.state === 'Open').map((one) => `${one.title}: ${one.detail}`).sort();
  expect(await titles()).toEqual([
    '1 thing is not as the repository changed says: Somebody changed here what it names. Its page shows the difference; syncing puts it back.',
    'The repository away cannot be read: It does not answer.',
    'The repository wrong cannot be read: a.yaml:1: no',
    'What the repository refused says cannot be applied: The plan is blocked.',
  ]);
  await deps.db.gitRepository.updateMany({ where: { id: { not: once.id } }, data: { readProblem: null, applyProblem: null, drifted: 0 } });
  await watchConditions(deps);
  expect(await titles()).toEqual([]);
  await deps.db.gitRepository.deleteMany({ where: { organizationId: organization } });
});

test('records that never arrive', async () => {
  await detect();
  sequence += 5;
  await detect();
  expect((await alerts()).find((one) => one.source === 'recordsLost')).toMatchObject({ title: 'a-1 lost records', count: 5 });
});

test('a webhook is told of the beginning and the end, once each, with a signature', async () => {
  const { url, got } = await receiver();
  const secret = 'a secret of sixteen';
  await channel({ kind: 'webhook', url, secret });
  await detect();
  await detect();
  await tell();
  await tell();
  expect(got).toHaveLength(1);
  expect(got[0]?.headers['x-selvedge-signature']).toBe(`sha256=${createHmac('sha256', secret).update(got[0]?.body ?? '').digest('hex')}`);
  expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ event: 'opened', alert: { title: 'Low flow', severity: 'critical', count: 2 }, url: expect.stringContaining('/alerts?alert=') });
  await as('operator').alerts.resolve({ id: (await alerts())[0]?.id ?? '' });
  await tell();
  expect(JSON.parse(got[1]?.body ?? '')).toMatchObject({ event: 'resolved' });
  expect((await as('viewer').settings.notifications.deliveries({})).items).toMatchObject([{ event: 'resolved', state: 'Delivered', attempts: 1 }, { event: 'opened', state: 'Delivered' }]);
});

test('what is not taken is tried again, later each time, and given up', async () => {
  const { url, got } = await receiver([500, 200]);
  await channel({ kind: 'webhook', url });
  await detect();
  await tell();
  const first = async () => (await as('viewer').settings.notifications.deliveries({})).items[0];
  expect(await first()).toMatchObject({ state: 'Pending', attempts: 1, error: 'It answered 500.' });
  await tell();
  expect(got).toHaveLength(1);
  world.deps.clock.advance(11_000);
  await tell();
  expect(await first()).toMatchObject({ state: 'Delivered', attempts: 2, error: null });

  const dead = await channel({ kind: 'slack', url: 'http://127.0.0.1:9/' });
  await as('administrator').settings.notifications.testChannel({ id: dead });
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    await tell();
    world.deps.clock.advance(3_600_000);
  }
  expect(await first()).toMatchObject({ event: 'test', state: 'Failed', attempts: attemptsMax, error: expect.any(String) });
});

test('Slack and PagerDuty get what they understand', async () => {
  const [slack, pager] = [await receiver(), await receiver()];
  await channel({ kind: 'slack', url: slack.url });
  await channel({ kind: 'pagerduty', routingKey: 'R0UT1NGKEY', url: pager.url });
  await detect('Flow < 1 & falling');
  await tell();
  expect(JSON.parse(slack.got[0]?.body ?? '')).toMatchObject({ text: expect.stringContaining('*Critical: Flow &lt; 1 &amp; falling*') });
  const [{ id = '' } = {}] = await alerts();
  expect(JSON.parse(pager.got[0]?.body ?? '')).toMatchObject({ routing_key: 'R0UT1NGKEY', event_action: 'trigger', dedup_key: id, payload: { severity: 'critical', summary: 'Critical: Flow < 1 & falling' } });
});

/** A mail server without TLS, and the lines that it is sent. */
async function mailServer(): Promise<{ host: string; lines: string[] }> {
  const lines: string[] = [];
  const server = createTcpServer((socket) => {
    let inData = false;
    socket.write('220 test\r\n');
    socket.on('data', (data) => {
      for (const line of data.toString().split('\r\n').filter((one) => one !== '')) {
        lines.push(line);
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          socket.write('250 kept\r\n');
        } else if (line === 'DATA') {
          inData = true;
          socket.write('354 go on\r\n');
        } else socket.write(line === 'STARTTLS' ? '502 not here\r\n' : line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, lines };
}

test('a mail goes through a mail server', async () => {
  const { host, lines } = await mailServer();
  await channel({ kind: 'email', smtp: `smtp://${host}`, from: 'selvedge@example.com', to: ['ada@example.com'] });
  await detect();
  await tell();
  expect(lines).toEqual(expect.arrayContaining(['MAIL FROM:<selvedge@example.com>', 'RCPT TO:<ada@example.com>', 'Subject: Critical: Low flow']));
});

test('a password is not given to a mail server that offers no TLS', async () => {
  const { host, lines } = await mailServer();
  await channel({ kind: 'email', smtp: `smtp://ops:hunter22@${host}`, from: 'selvedge@example.com', to: ['ada@example.com'] });
  await detect();
  await tell();
  expect(lines.filter((line) => /^(AUTH|MAIL)/.test(line))).toEqual([]);
  const [delivery] = (await as('administrator').settings.notifications.deliveries({})).items;
  expect(delivery).toMatchObject({ state: 'Pending', error: expect.stringContaining('TLS') });
});

test('nobody is told of what is muted, or of what no route leads to', async () => {
  const { url, got } = await receiver();
  await channel({ kind: 'webhook', url }, { severityMin: 'critical', rule: 'watch' });
  await detect('Minor', 'warning');
  await detect('Muted');
  const muted = (await alerts()).find((one) => one.title === 'Muted');
  await as('operator').alerts.mute({ id: muted?.id ?? '', minutes: 10 });
  await tell();
  expect(got).toEqual([]);
  world.deps.clock.advance(11 * 60_000);
  await tell();
  expect(got.map((one) => JSON.parse(one.body).alert.title)).toEqual(['Muted']);
});

test('a channel that changes goes elsewhere, by its routes and with what waits; what was secret is gone', async () => {
  const [former, next] = [await receiver([500]), await receiver()];
  const id = await channel({ kind: 'webhook', url: former.url, secret: 'a secret of sixteen' });
  await as('administrator').settings.notifications.testChannel({ id });
  await tell();
  expect(former.got).toHaveLength(1);
  await as('administrator').settings.notifications.changeChannel({ id, name: 'night watch', settings: { kind: 'slack', url: next.url } });
  world.deps.clock.advance(11_000);
  await tell();
  expect([former.got.length, next.got.length]).toEqual([1, 1]);
  const { channels, routes } = await as('viewer').settings.notifications.get();
  expect(channels).toMatchObject([{ name: 'night watch', kind: 'slack' }]);
  expect(routes).toMatchObject([{ channels: [{ id, name: 'night watch' }] }]);
  const { items } = await as('administrator').audit.list({ action: 'channel.update' });
  expect(items).toMatchObject([{ before: { name: 'channel webhook', kind: 'webhook' }, after: { name: 'night watch', kind: 'slack' } }]);
  expect(JSON.stringify(items)).not.toContain('sixteen');
  await expect(as('operator').settings.notifications.changeChannel({ id, name: 'mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a route is changed as a whole, and one that names what is not there stays', async () => {
  const id = await channel({ kind: 'slack', url: 'http://127.0.0.1:9/' }, { rule: 'watch' });
  const routes = async () => (await as('viewer').settings.notifications.get()).routes;
  const [route] = await routes();
  const change = { id: route?.id ?? '', name: 'of nodes', severityMin: 'critical' as const, sources: ['nodesOffline' as const], channels: [id], tellsResolved: false };
  await as('administrator').settings.notifications.changeRoute(change);
  expect(await routes()).toMatchObject([{ name: 'of nodes', severityMin: 'critical', sources: ['nodesOffline'], rule: null, tellsResolved: false }]);
  await expect(as('administrator').settings.notifications.changeRoute({ ...change, channels: ['nothing'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await routes()).toMatchObject([{ channels: [{ id }] }]);
});

test('what is secret in a channel is sealed, and neither given back nor put on record', async () => {
  const { url } = await receiver();
  await channel({ kind: 'webhook', url, secret: 'a secret of sixteen' });
  const said = JSON.stringify([await as('administrator').settings.notifications.get(), await as('administrator').audit.list({})]);
  expect(said).toContain('127.0.0.1');
  expect(said).not.toContain('secret-part');
  expect(said).not.toContain('a secret of sixteen');
  const row = await world.deps.db.notificationChannel.findFirstOrThrow({ where: { organizationId: organization } });
  expect(Buffer.from(row.sealed).toString('latin1')).not.toContain('secret');
});

test('a viewer changes nothing, and another organization sees nothing', async () => {
  await detect();
  const [alert] = await alerts();
  await expect(as('viewer').alerts.resolve({ id: alert?.id ?? '' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(as('operator').settings.notifications.createChannel({ name: 'x', settings: { kind: 'slack', url: 'https://example.com' } })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const stranger = callAs(world.deps, aUser(await world.organization(), 'administrator'));
  await expect(stranger.alerts.get({ id: alert?.id ?? '' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await stranger.alerts.list({})).items).toEqual([]);
  await expect(stranger.settings.notifications.createRoute({ name: 'x', channels: ['nothing'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  [{ severityMin: 'info' as const, sources: [], rule: null, fleetId: null }, true],
  [{ severityMin: 'critical' as const, sources: [], rule: null, fleetId: null }, false],
  [{ severityMin: 'info' as const, sources: ['nodesOffline'], rule: null, fleetId: null }, false],
  [{ severityMin: 'info' as const, sources: ['detection'], rule: 'watch', fleetId: 'f' }, true],
  [{ severityMin: 'info' as const, sources: [], rule: 'other', fleetId: null }, false],
  [{ severityMin: 'info' as const, sources: [], rule: null, fleetId: 'g' }, false],
])('the route %j tells of a warning of the rule watch in fleet f: %s', (route, tells) => {
  expect(routeMatches(route, { severity: 'warning', source: 'detection', rule: 'watch', fleetId: 'f' })).toBe(tells);
});
