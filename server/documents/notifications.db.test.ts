import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { readDocuments } from './parse.ts';
import type { Document } from './schema.ts';

/* Channels, routes and alert settings as documents: nothing secret is ever in one. */

let world: TestWorld;
let organization: string;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const notifications = () => as('administrator').settings.notifications;
const diff = async (documents: Document[]) => (await as('viewer').documents.diff({ documents })).changes;
const written = async () => (await as('viewer').documents.written({})).documents;

const documents: Document[] = [
  { kind: 'AlertSettings', offlineMinutes: 30 },
  { kind: 'Route', name: 'nights', severityMin: 'critical', sources: [], fleet: 'pumps', channels: ['desk', 'on call'], tellsResolved: true },
  { kind: 'Channel', name: 'on call', settings: { kind: 'pagerduty', routingKey: '${secret:pager}' } },
  { kind: 'Channel', name: 'desk', settings: { kind: 'email', smtp: '${secret:mail}', from: 'selvedge@plant.test', to: ['desk@plant.test'] } },
];

beforeAll(async () => {
  world = await testWorld();
});

beforeEach(async () => {
  organization = await world.organization();
  await as('operator').fleets.create({ name: 'pumps', selector: 'site=a', settings: {} });
});

test('are compared, applied in order and then the same; a secret that is not there yet blocks', async () => {
  expect((await diff(documents)).map(({ kind, action, blocked }) => [kind, action, blocked])).toEqual([
    ['Channel', 'create', 'There is no secret pager: `selvedge notify set-secret pager -` takes it.'],
    ['Channel', 'create', 'There is no secret mail: `selvedge notify set-secret mail -` takes it.'],
    ['Route', 'create', null],
    ['AlertSettings', 'change', null],
  ]);
  await expect(as('administrator').documents.carryOut({ documents })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('There is no secret pager') });
  await notifications().setSecret({ name: 'pager', secret: 'a'.repeat(32) });
  await notifications().setSecret({ name: 'mail', secret: 'smtps://user:right-horse@mail.plant.test:465' });
  expect((await diff(documents)).map(({ lines }) => lines)).toEqual([
    ['+ kind pagerduty', '+ routingKey ${secret:pager}'],
    ['+ kind email', '+ smtp ${secret:mail}', '+ from selvedge@plant.test', '+ to desk@plant.test'],
    ['+ severityMin critical', '+ fleet pumps', '+ channels desk, on call', '+ tellsResolved true'],
    ['~ offlineMinutes 5 -> 30'],
  ]);
  await expect(as('operator').documents.carryOut({ documents })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect((await as('administrator').documents.carryOut({ documents })).applied.map(({ did }) => did)).toEqual(['created', 'created', 'created', 'set to 30 min']);
  expect((await diff(documents)).map(({ action }) => action)).toEqual(['same', 'same', 'same', 'same']);
  expect(await notifications().get()).toMatchObject({ channels: [{ name: 'desk', target: 'desk@plant.test' }, { name: 'on call', target: 'events.pagerduty.com' }], routes: [{ name: 'nights', fleet: { name: 'pumps' }, severityMin: 'critical' }] });
  expect(await notifications().secrets()).toMatchObject({ secrets: [{ name: 'mail', usedBy: ['desk'] }, { name: 'pager', usedBy: ['on call'] }] });
  await expect(notifications().removeSecret({ name: 'mail' })).rejects.toMatchObject({ code: 'CONFLICT', message: 'The channel “desk” names it.' });
  expect(JSON.stringify(await as('administrator').audit.list({}))).not.toContain('right-horse');
});

test('what was given by hand is left out, stays when it is applied, and is replaced where a document names a secret', async () => {
  await notifications().createChannel({ name: 'desk', settings: { kind: 'slack', url: 'https://hooks.slack.test/services/T0/B0/whisper' } });
  const [channel] = await written();
  expect(channel).toEqual({ kind: 'Channel', name: 'desk', settings: { kind: 'slack' } });
  expect(await diff([channel as Document])).toMatchObject([{ action: 'same' }]);
  await notifications().setSecret({ name: 'slack', secret: 'https://hooks.slack.test/services/T0/B0/other' });
  const named: Document = { kind: 'Channel', name: 'desk', settings: { kind: 'slack', url: '${secret:slack}' } };
  expect(await diff([named])).toMatchObject([{ action: 'change', lines: ['~ url as it was given -> ${secret:slack}'] }]);
  await as('administrator').documents.carryOut({ documents: [named] });
  expect(await written()).toContainEqual(named);
  expect(await diff([{ kind: 'Channel', name: 'desk', settings: { kind: 'webhook' } }])).toMatchObject([{ blocked: 'There is no webhook channel desk yet, and its url is not named: write url: ${secret:NAME}, or add the channel by hand first.' }]);
});

test.each([
  ['kind: Channel\nname: desk\nsettings: { kind: slack, url: "https://hooks.slack.test/whisper" }\n', 'settings.url: it has to name a secret'],
  ['kind: Channel\nname: desk\nsettings: { kind: pagerduty, routingKey: whisper-whisper }\n', 'settings.routingKey: it has to name a secret'],
  ['kind: Channel\nname: desk\nsettings: { kind: email, smtp: "smtps://u:whisper@mail.test", from: a@b.test, to: [a@b.test] }\n', 'a password in an address'],
  ['kind: Route\nname: nights\nchannels: []\n', 'channels'],
  ['kind: Routes\nname: nights\n', 'kind has to be Rule, Model, Fleet, Channel, Route, AlertSettings or Deployment'],
])('%j is refused in words that repeat no secret', async (text, words) => {
  const failure = await readDocuments({ files: ['a.yaml'], read: async () => text }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringContaining(words) });
  expect(String(failure)).not.toContain('whisper');
});

test('routes that share a name, or whose fleet is gone, no document can say', async () => {
  const { id } = await notifications().createChannel({ name: 'desk', settings: { kind: 'slack', url: 'https://hooks.slack.test/x' } });
  for (const _ of [1, 2]) await notifications().createRoute({ name: 'nights', channels: [id] });
  const [{ id: fleet } = { id: '' }] = (await as('viewer').fleets.list({})).items;
  await notifications().createRoute({ name: 'pumps', fleet, channels: [id] });
  await as('operator').fleets.remove({ id: fleet });
  expect(await as('viewer').documents.written({ kind: ['Route'] })).toEqual({ documents: [], omitted: ['route nights: 2 are called so', 'route pumps: its fleet is gone'] });
  expect(await diff([{ kind: 'Route', name: 'nights', severityMin: 'info', sources: [], channels: ['desk'], tellsResolved: true }])).toMatchObject([{ blocked: '2 routes are called nights: give each a name of its own.' }]);
});

test('another organization’s channels and secrets are not there', async () => {
  await notifications().setSecret({ name: 'pager', secret: 'a'.repeat(32) });
  const stranger = callAs(world.deps, aUser(await world.organization(), 'administrator'));
  expect((await stranger.documents.diff({ documents: [documents[2] as Document] })).changes[0]?.blocked).toContain('There is no secret pager');
  await expect(stranger.settings.notifications.createChannel({ name: 'thief', settings: { kind: 'pagerduty', routingKey: '${secret:pager}' } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

/** Names as people give them: YAML takes some of them for something else. */
const name = fc.oneof(fc.constantFrom('yes', 'null', '007', '1e3', 'a: b', '# x', '- y', '"q"', 'näch’te', '~'), fc.string({ minLength: 1, maxLength: 100 })).map((text) => text.trim()).filter((text) => text !== '' && text.isWellFormed() && !text.includes('\0'));
const channel = fc.oneof(
  fc.record({ kind: fc.constant('slack' as const), url: fc.constantFrom('${secret:one}', 'https://hooks.slack.test/x') }),
  fc.record({ kind: fc.constant('webhook' as const), url: fc.constantFrom('${secret:one}', 'https://desk.test/x'), secret: fc.constantFrom('${secret:two}', 'x'.repeat(16)) }, { requiredKeys: ['kind', 'url'] }),
  fc.record({ kind: fc.constant('pagerduty' as const), routingKey: fc.constantFrom('${secret:two}', 'x'.repeat(32)), url: fc.constantFrom('${secret:one}', 'https://pager.test/x') }, { requiredKeys: ['kind', 'routingKey'] }),
  fc.record({ kind: fc.constant('email' as const), smtp: fc.constantFrom('${secret:two}', 'smtps://u:p@mail.test:465'), from: fc.constant('a@b.test'), to: fc.constantFrom<string[]>(['a@b.test'], ['c@d.test', 'a@b.test']) }),
);
const route = fc.record({ name, severityMin: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const), sources: fc.uniqueArray(fc.constantFrom('detection' as const, 'recordsLost' as const, 'breakGlass' as const)), rule: name, ofFleet: fc.boolean(), to: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), tellsResolved: fc.boolean() }, { requiredKeys: ['name', 'severityMin', 'sources', 'ofFleet', 'to', 'tellsResolved'] });

test('whatever people made is written down so that applying the YAML changes nothing', async () => {
  const world_ = fc.record({ channels: fc.uniqueArray(fc.record({ name, settings: channel }), { minLength: 1, maxLength: 4, selector: (one) => one.name }), routes: fc.uniqueArray(route, { maxLength: 4, selector: (one) => one.name }), offlineMinutes: fc.integer({ min: 1, max: 43_200 }) });
  await fc.assert(
    fc.asyncProperty(world_, async ({ channels, routes, offlineMinutes }) => {
      organization = await world.organization();
      const { id: fleet } = await as('operator').fleets.create({ name: 'pumps', selector: 'site=a', settings: {} });
      for (const secret of ['one', 'two']) await notifications().setSecret({ name: secret, secret: 'https://far.test/x' });
      const ids: string[] = [];
      for (const one of channels) ids.push((await notifications().createChannel(one)).id);
      for (const { ofFleet, to, ...one } of routes) await notifications().createRoute({ ...one, ...(ofFleet && { fleet }), channels: to.map((index) => ids[index % ids.length] ?? '') });
      await notifications().setAlerts({ offlineMinutes });
      const texts = (await written()).map((document) => stringify(document));
      expect(texts).toHaveLength(channels.length + routes.length + 1);
      const read = (await readDocuments({ files: ['all.yaml'], read: async () => texts.join('---\n') })).map(({ document }) => document);
      expect((await diff(read)).filter(({ action }) => action !== 'same')).toEqual([]);
      expect(new Set((await as('administrator').documents.carryOut({ documents: read })).applied.map(({ did }) => did))).toEqual(new Set(['unchanged']));
    }),
    { numRuns: 25 },
  );
});
