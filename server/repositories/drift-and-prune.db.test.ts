import { describe, expect, test, vi } from 'vitest';
import { anUpload, onnxFixture } from '../models/testing/an-upload.ts';
import { aUser } from '../testing/index.ts';
import { startRepositoryLoop } from './loop.ts';
import { connection, fleet, plant, Plant, rule, textOf } from './testing/a-plant.ts';

const site = new Plant();

describe('what was changed by hand', () => {
  test('shows as drift, and is put back where that is wanted', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    await site.finishRollout();
    const [{ id: pumps } = { id: '' }] = (await site.as('viewer').fleets.list({})).items;
    const change = async (): Promise<unknown> => site.as('operator').fleets.update({ id: pumps, version: (await site.as('viewer').fleets.get({ id: pumps })).version, selector: 'site=elsewhere' });
    await change();
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Drifted', drifted: 1, pending: 1 });
    expect((await site.state(id)).changes.find(({ drift }) => drift)).toMatchObject({ kind: 'Fleet', lines: ['- selector site=elsewhere', '+ selector site=a', '# 1 node would match: +1, -0; a-1 joins', '# 1 node is told at once what pumps runs.'] });
    await site.as('administrator').repositories.update({ id, version: 1, selfHeal: true });
    await site.work();
    expect(await site.state(id)).toMatchObject({ status: 'Synced' });
    expect(await site.as('viewer').fleets.get({ id: pumps })).toMatchObject({ selector: 'site=a' });
    expect((await site.syncs(id))[0]).toMatchObject({ requestedBy: null, did: [{ kind: 'Fleet', did: 'changed' }] });
  });

  test('is put back alone, where a new commit waits for a person', async () => {
    const first = await site.server.commit(plant(1));
    const id = await site.connect({ autoSync: false, selfHeal: true });
    await site.sync(id);
    await site.finishRollout();
    await site.server.commit(plant(2));
    const [{ id: pumps } = { id: '' }] = (await site.as('viewer').fleets.list({})).items;
    await site.as('operator').fleets.update({ id: pumps, version: 1, selector: 'site=elsewhere' });
    await site.later();
    expect(await site.as('viewer').fleets.get({ id: pumps })).toMatchObject({ selector: 'site=a' });
    expect(await site.state(id)).toMatchObject({ status: 'OutOfSync', drifted: 0, pending: 2, applied: { commit: first } });
    expect(await site.rules()).toEqual(['watch@1']);
  });

  test('is no new wish: a rule that somebody published is not deployed by it', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    await site.finishRollout();
    await site.as('author').rules.publish({ name: 'watch', text: textOf(9) });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Drifted', drifted: 1, pending: 1 });
    expect(await site.deployments()).toHaveLength(1);
  });

  test('is noticed without waiting for the branch to be asked', async () => {
    await site.server.commit(plant(1));
    await site.world.relay();
    const ending = new AbortController();
    const { id } = await site.as('administrator').repositories.connect({ ...connection, url: site.server.url, selfHeal: true, intervalSeconds: 86_400 });
    const loop = startRepositoryLoop(site.world.deps, ending.signal);
    const patience = { timeout: 30_000, interval: 50 };
    await vi.waitFor(async () => expect(await site.state(id)).toMatchObject({ status: 'Synced' }), patience);
    const [{ id: pumps } = { id: '' }] = (await site.as('viewer').fleets.list({})).items;
    await site.as('operator').fleets.update({ id: pumps, version: 1, selector: 'site=elsewhere' });
    await vi.waitFor(async () => expect(await site.as('viewer').fleets.get({ id: pumps })).toMatchObject({ selector: 'site=a' }), patience);
    ending.abort();
    await loop.finished;
  });

  test('a deployment that a person took back is not started again by itself', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect({ selfHeal: true });
    const [{ id: first } = { id: '' }] = await site.deployments();
    await site.as('operator').deployments.cancel({ id: first });
    await site.later();
    expect(await site.deployments()).toHaveLength(1);
    expect((await site.state(id)).changes.find(({ kind }) => kind === 'Deployment')).toMatchObject({ held: expect.stringContaining('a person has to start it again') });
    await site.sync(id);
    expect(await site.deployments()).toHaveLength(2);
  });
});

test('what a sync did before it failed stays on its record, and the rest follows', async () => {
  await site.server.commit({ 'plant/all.yaml': `${fleet}---\n${rule(1)}` });
  const id = await site.connect({ prune: true });
  await site.server.commit(plant(2));
  await site.later();
  // A fleet whose rollout is under way cannot be removed: the rule is published, and then the sync fails.
  await site.server.commit({ 'plant/all.yaml': rule(3) });
  await site.later();
  expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringContaining('A rollout of this fleet is under way') });
  expect(await site.rules()).toEqual(['watch@3']);
  await site.as('operator').deployments.cancel({ id: (await site.deployments())[0]?.id ?? '' });
  await site.later();
  expect(await site.state(id)).toMatchObject({ status: 'Synced', problem: null });
  expect((await site.syncs(id))[0]).toMatchObject({ state: 'Succeeded', did: [{ did: 'published as version 3' }, { did: 'released' }, { kind: 'Fleet', did: 'removed' }] });
});

describe('pruning', () => {
  const without = { 'plant/all.yaml': rule(1) };

  test('removes what the repository made, and what people made stays', async () => {
    await site.as('operator').fleets.create({ name: 'valves', selector: 'site=v', settings: {} });
    await site.server.commit({ 'plant/all.yaml': `${fleet}---\nkind: Fleet\nname: valves\nselector: site=v\n---\n${rule(1)}` });
    const id = await site.connect();
    expect((await site.state(id)).objects).toBe(3);
    await site.server.commit(without);
    await site.later();
    expect(await site.fleets()).toEqual(['pumps', 'valves']);
    expect((await site.state(id)).changes.filter(({ action }) => action === 'prune')).toMatchObject([{ name: 'pumps', held: 'Pruning is off.' }]);
    await site.as('administrator').repositories.update({ id, version: 1, prune: true });
    await site.work();
    expect(await site.fleets()).toEqual(['valves']);
    expect(await site.state(id)).toMatchObject({ status: 'Synced', objects: 1 });
    await expect(site.as('viewer').repositories.owner({ kind: 'Fleet', name: 'valves' })).resolves.toBeNull();
  });

  test('can be asked for once; a rule is released, and its versions stay', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    await site.finishRollout();
    await site.server.commit({ 'plant/all.yaml': 'kind: Fleet\nname: valves\nselector: site=v\n' });
    await site.later();
    expect(await site.fleets()).toEqual(['pumps', 'valves']);
    await site.sync(id, true);
    expect([await site.fleets(), await site.rules()]).toEqual([['valves'], ['watch@1']]);
    expect((await site.syncs(id))[0]?.did).toMatchObject([{ kind: 'Fleet', did: 'removed' }]);
    expect((await site.syncs(id))[1]?.did).toMatchObject([{ did: 'created' }, { did: 'released' }, { did: 'released' }]);
  });

  test('never follows from a path that is empty', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect({ prune: true });
    await site.finishRollout();
    await site.server.commit({ 'README.md': 'everything is gone' });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringContaining('there is no YAML file at this path') });
    expect(await site.fleets()).toEqual(['pumps']);
  });

  test('leaves everything where it is when the repository is removed', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect({ prune: true });
    await site.as('administrator').repositories.remove({ id });
    expect(await site.fleets()).toEqual(['pumps']);
    await expect(site.as('viewer').repositories.owner({ kind: 'Fleet', name: 'pumps' })).resolves.toBeNull();
  });
});

test('an alias of a model is moved, and taken back where the repository made it', async () => {
  const author = aUser(site.organization, 'author');
  for (const fixture of ['weighted-sum', 'two-inputs']) await site.as('author').models.publish({ name: 'anomaly', upload: await anUpload(site.world.deps, author, await onnxFixture(fixture)) });
  await site.as('author').models.setAlias({ name: 'anomaly', alias: 'champion', version: 1 });
  const { versions: [newest] } = await site.as('viewer').models.get({ name: 'anomaly' });
  const aliases = async (): Promise<string[]> => (await site.as('viewer').models.get({ name: 'anomaly' })).aliases.map(({ name, version }) => `${name}=${version}`);
  await site.server.commit({ 'plant/models.yaml': `kind: Model\nname: anomaly\naliases: { champion: 2, canary: "${newest?.digest}" }\n` });
  const id = await site.connect({ prune: true });
  expect(await aliases()).toEqual(['canary=2', 'champion=2']);
  await site.server.commit({ 'plant/models.yaml': 'kind: Model\nname: anomaly\naliases: { champion: 7 }\n' });
  await site.later();
  expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: 'plant/models.yaml:1: model/anomaly: Model anomaly has no version 7, which champion is to mean.' });
  await site.server.commit({ 'plant/fleet.yaml': fleet });
  await site.later();
  expect(await aliases()).toEqual(['champion=2']);
});

describe('who is told of alerts', () => {
  const channel = 'kind: Channel\nname: desk\nsettings: { kind: slack, url: "${secret:desk}" }\n';
  const route = 'kind: Route\nname: nights\nseverityMin: critical\nchannels: [desk]\n';

  test('is set by a repository that was given it, under its commit, and taken back where pruning is on', async () => {
    const notifications = () => site.as('administrator').settings.notifications;
    await notifications().setSecret({ name: 'desk', secret: 'https://hooks.slack.test/services/x' });
    await notifications().createChannel({ name: 'by hand', settings: { kind: 'slack', url: 'https://hooks.slack.test/services/y' } });
    const commit = await site.server.commit({ 'plant/tell.yaml': `${channel}---\n${route}---\nkind: AlertSettings\nofflineMinutes: 60\n` });
    const id = await site.connect();
    expect((await site.state(id)).changes.map(({ blocked }) => blocked)).toEqual(Array.from({ length: 3 }, () => 'This repository was not given settings:write.'));
    await site.as('administrator').repositories.update({ id, version: 1, scopes: ['settings:write'], prune: true });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Synced' });
    expect((await site.as('administrator').audit.list({ action: 'route.create' })).items).toMatchObject([{ actor: { name: `plant@${commit.slice(0, 12)}` }, after: { name: 'nights' } }]);
    await site.server.commit({ 'plant/tell.yaml': 'kind: AlertSettings\nofflineMinutes: 60\n' });
    await site.later();
    expect(await notifications().get()).toMatchObject({ channels: [{ name: 'by hand' }], routes: [] });
    await notifications().setAlerts({ offlineMinutes: 5 });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Drifted', drifted: 1 });
  });
});
