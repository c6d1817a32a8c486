import { expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs } from '../testing/index.ts';
import { watchConditions } from './conditions.ts';
import { routeMatches } from './notify.ts';
import { Watched } from './testing/watched.ts';

const site = new Watched();

test('detections of one kind are one alert, and another after it was resolved', async () => {
  await site.detect('Low flow', 'warning', 3);
  await site.detect('Low flow', 'critical');
  await site.detect('High pressure', 'info');
  const [high, low] = await site.alerts();
  expect(low).toMatchObject({ title: 'Low flow', severity: 'critical', count: 4, state: 'Open', rule: 'watch', detail: 'watch: flow 0.5124, at 1795901240302', node: { name: 'a-1' }, fleet: { name: 'pumps' } });
  expect(high).toMatchObject({ title: 'High pressure', count: 1 });
  const waiting = async () => (await site.as('viewer').overview.get()).needs.filter(({ kind }) => kind === 'alert');
  expect(await waiting()).toMatchObject([{ tone: 'critical', title: 'Low flow', detail: '4 times, last watch: flow 0.5124, at 1795901240302', target: { kind: 'alert', id: low?.id } }]);
  await site.as('operator').alerts.acknowledge({ id: low?.id ?? '' });
  expect(await waiting()).toEqual([]);
  await site.detect();
  expect(await site.alerts(['Acknowledged'])).toMatchObject([{ count: 5, acknowledged: { by: expect.any(String) }, can: { acknowledge: { allowed: false } } }]);
  await site.as('operator').alerts.resolve({ id: low?.id ?? '' });
  await site.detect();
  expect((await site.alerts()).map((one) => [one.title, one.state, one.count])).toEqual(expect.arrayContaining([['Low flow', 'Resolved', 5], ['Low flow', 'Open', 1]]));
  await expect(site.as('operator').alerts.resolve({ id: low?.id ?? '' })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('an alert ends by itself when nothing has happened for a while', async () => {
  await site.detect();
  await watchConditions(site.world.deps);
  expect(await site.alerts(['Open'])).toHaveLength(1);
  site.world.deps.clock.advance(16 * 60_000);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ state: 'Resolved', resolved: { by: 'by itself' } }]);
});

test('nodes that are away for long, and are back', async () => {
  const agent = await anAgent(site.world.deps, site.organization, 'a-2', { site: 'a' });
  await agent.connect();
  await agent.disconnect();
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toEqual([]);
  site.world.deps.clock.advance(6 * 60_000);
  await watchConditions(site.world.deps);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ source: 'nodesOffline', title: 'Nodes of pumps are not connected', detail: '1 for more than 5 min: a-2', count: 1, state: 'Open' }]);
  await agent.connect();
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ state: 'Resolved' }]);
});

test('nodes may be away for as long as the organization says, those of no fleet too', async () => {
  await site.as('administrator').settings.notifications.setAlerts({ offlineMinutes: 60 });
  const agent = await anAgent(site.world.deps, site.organization, 'lone-1', { site: 'nowhere' });
  await agent.connect();
  await agent.disconnect();
  site.world.deps.clock.advance(59 * 60_000);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toEqual([]);
  site.world.deps.clock.advance(2 * 60_000);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ source: 'nodesOffline', title: 'Nodes of no fleet are not connected', detail: '1 for more than 60 min: lone-1', fleet: null, state: 'Open' }]);
  await site.as('administrator').settings.notifications.setAlerts({ offlineMinutes: 90 });
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ state: 'Resolved' }]);
  const { items } = await site.as('administrator').audit.list({ action: 'organization.setAlerts' });
  expect(items[0]).toMatchObject({ before: { offlineMinutes: 60 }, after: { offlineMinutes: 90 } });
  await expect(site.as('operator').settings.notifications.setAlerts({ offlineMinutes: 5 })).rejects.toThrow();
});

test('a rollout that waits for a person, until one decides', async () => {
  const nodes = [await anAgent(site.world.deps, site.organization, 'w-1', { site: 'w' }), await anAgent(site.world.deps, site.organization, 'w-2', { site: 'w' })];
  for (const node of nodes) await node.connect();
  const { id: waiting } = await site.as('operator').fleets.create({ name: 'waiting', selector: 'site=w', settings: {} });
  const { version } = await site.as('author').rules.publish({ name: 'w-watch', text: 'define stream S (v int);\nfrom S[v > 1] select v insert into O;\n' });
  const { hash } = await site.as('operator').deployments.plan({ fleet: waiting, rules: [{ name: 'w-watch', version }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 0, approval: 'eachWave' } });
  const { id } = await site.as('operator').deployments.create({ planHash: hash });
  for (const node of nodes) if ((await node.desired()) !== null) await node.run();
  await advanceRollout(site.world.deps, id);
  await watchConditions(site.world.deps);
  const about = async () => (await site.alerts()).filter(({ deployment }) => deployment === id);
  expect(await about()).toMatchObject([{ source: 'rolloutWaiting', severity: 'warning', title: 'The rollout of waiting waits for a person', detail: 'Wave 1 passed; wave 2 of 2 begins when a person resumes it.', state: 'Open' }]);
  await site.as('operator').deployments.resume({ id });
  await watchConditions(site.world.deps);
  expect(await about()).toMatchObject([{ state: 'Resolved' }]);
});

test('tokens that end soon, but for those that were made for a few days', async () => {
  const day = 86_400_000;
  const token = (name: string, days: number): Promise<unknown> => site.as('administrator').identity.tokens.create({ name, scopes: ['alerts:read'], expiresAt: site.world.deps.clock.now() + days * day });
  await token('a job of today', 1);
  await token('the warehouse', 30);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toEqual([]);
  site.world.deps.clock.advance(24 * day);
  await token('another job', 2);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ source: 'tokenExpiring', title: 'The API token the warehouse expires soon' }]);
});

test('a break-glass code that opens nothing soon, until there is another in its place', async () => {
  const { id } = await site.as('administrator').identity.breakGlass.create({ label: 'the safe' });
  site.world.deps.clock.advance(360 * 86_400_000);
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ source: 'tokenExpiring', severity: 'warning', title: 'The break-glass code kept at the safe expires soon' }]);
  await site.as('administrator').identity.breakGlass.revoke({ id });
  await watchConditions(site.world.deps);
  expect(await site.alerts()).toMatchObject([{ state: 'Resolved' }]);
});

test('a repository that cannot be read or applied, or that somebody changed something against, until that is over', async () => {
  const { deps } = site.world;
  const common = { organizationId: site.organization, url: 'https://git.test/plant.git', branch: 'main', path: '', username: '', autoSync: true, prune: false, intervalSeconds: 180, scopes: [], connectedBy: 'Ada', createdAt: new Date(), readDueAt: new Date(), dueAt: new Date() };
  const made = (name: string, more: object) => deps.db.gitRepository.create({ data: { ...common, id: deps.ids.next(), name, selfHeal: false, ...more } });
  const [once] = [await made('once', { readProblem: 'It does not answer.', failures: 1 }), await made('healed', { drifted: 2, selfHeal: true }), await made('away', { readProblem: 'It does not answer.', failures: 2 }), await made('wrong', { readProblem: 'a.yaml:1: no', refusedCommit: 'c' }), await made('refused', { applyProblem: 'The plan is blocked.' }), await made('changed', { drifted: 1 })];
  await watchConditions(deps);
  const titles = async () => (await site.alerts()).filter((one) => one.source.startsWith('repository') && one.state === 'Open').map((one) => `${one.title}: ${one.detail}`).sort();
  expect(await titles()).toEqual([
    '1 thing is not as the repository changed says: Somebody changed here what it names. Its page shows the difference; syncing puts it back.',
    'The repository away cannot be read: It does not answer.',
    'The repository wrong cannot be read: a.yaml:1: no',
    'What the repository refused says cannot be applied: The plan is blocked.',
  ]);
  await deps.db.gitRepository.updateMany({ where: { id: { not: once.id } }, data: { readProblem: null, applyProblem: null, drifted: 0 } });
  await watchConditions(deps);
  expect(await titles()).toEqual([]);
  await deps.db.gitRepository.deleteMany({ where: { organizationId: site.organization } });
});

test('records that never arrive', async () => {
  await site.detect();
  site.lose(5);
  await site.detect();
  expect((await site.alerts()).find((one) => one.source === 'recordsLost')).toMatchObject({ title: 'a-1 lost records', count: 5 });
});

test('a route is changed as a whole, and one that names what is not there stays', async () => {
  const id = await site.channel({ kind: 'slack', url: 'http://127.0.0.1:9/' }, { rule: 'watch' });
  const routes = async () => (await site.as('viewer').settings.notifications.get()).routes;
  const [route] = await routes();
  const change = { id: route?.id ?? '', name: 'of nodes', severityMin: 'critical' as const, sources: ['nodesOffline' as const], channels: [id], tellsResolved: false };
  await site.as('administrator').settings.notifications.changeRoute(change);
  expect(await routes()).toMatchObject([{ name: 'of nodes', severityMin: 'critical', sources: ['nodesOffline'], rule: null, tellsResolved: false }]);
  await expect(site.as('administrator').settings.notifications.changeRoute({ ...change, channels: ['nothing'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await routes()).toMatchObject([{ channels: [{ id }] }]);
});

test('what is secret in a channel is sealed, and neither given back nor put on record', async () => {
  const { url } = await site.receiver();
  await site.channel({ kind: 'webhook', url, secret: 'a secret of sixteen' });
  const said = JSON.stringify([await site.as('administrator').settings.notifications.get(), await site.as('administrator').audit.list({})]);
  expect(said).toContain('127.0.0.1');
  expect(said).not.toContain('secret-part');
  expect(said).not.toContain('a secret of sixteen');
  const row = await site.world.deps.db.notificationChannel.findFirstOrThrow({ where: { organizationId: site.organization } });
  expect(Buffer.from(row.sealed).toString('latin1')).not.toContain('secret');
});

test('a viewer changes nothing, and another organization sees nothing', async () => {
  await site.detect();
  const [alert] = await site.alerts();
  await expect(site.as('viewer').alerts.resolve({ id: alert?.id ?? '' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(site.as('operator').settings.notifications.createChannel({ name: 'x', settings: { kind: 'slack', url: 'https://example.com' } })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const stranger = callAs(site.world.deps, aUser(await site.world.organization(), 'administrator'));
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
