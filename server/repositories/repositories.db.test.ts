import { describe, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aToken, aUser, callAs, openWorld } from '../testing/index.ts';
import { connection, fleet, plant, Plant, rule, signal } from './testing/a-plant.ts';
import { sshServer } from './testing/ssh-server.ts';
import { leaseMs } from './turn.ts';
import { workOnDue } from './work.ts';

const site = new Plant();

describe('a repository', () => {
  test('is compared, and nothing is applied before a person says so', async () => {
    const commit = await site.server.commit(plant(), 'Watch the pumps');
    const id = await site.connect({ autoSync: false });
    expect(await site.state(id)).toMatchObject({ status: 'OutOfSync', head: { id: commit, subject: 'Watch the pumps', author: 'Ada' }, applied: null, pending: 3, drifted: 0, hasCredential: false });
    expect((await site.state(id)).changes.map(({ kind, action, lines, place }) => [kind, action, lines[0], place?.line])).toEqual([
      ['Rule', 'create', '+ define stream S (v int);', 11],
      ['Fleet', 'create', '+ selector site=a', 6],
      ['Deployment', 'create', '~ rule watch as it will be published', 1],
    ]);
    expect([await site.rules(), await site.fleets(), await site.syncs(id)]).toEqual([[], [], []]);
    expect((await site.as('viewer').overview.get()).needs).toMatchObject([{ kind: 'repository', title: '3 things differ from the repository plant', target: { id } }]);
    expect(await site.as('viewer').search.all({ query: 'plan' })).toMatchObject([{ kind: 'repository', id }]);
    await site.sync(id);
    expect(await site.state(id)).toMatchObject({ status: 'Synced', pending: 0, objects: 3, applied: { commit } });
    expect([await site.rules(), await site.fleets()]).toEqual([['watch@1'], ['pumps']]);
    expect((await site.as('viewer').overview.get()).needs).toEqual([]);
    const [{ createdBy, note } = { createdBy: '', note: '' }] = await site.deployments();
    expect([createdBy, note]).toEqual([`plant@${commit.slice(0, 12)}`, `${commit.slice(0, 12)} Watch the pumps`]);
    expect(await site.syncs(id)).toMatchObject([{ state: 'Succeeded', commit, requestedBy: 'Test operator', did: [{ did: 'published as version 1' }, { did: 'created' }, { kind: 'Deployment', deployment: expect.any(String) }] }]);
    const { items } = await site.as('viewer').audit.list({});
    expect(items.find(({ action }) => action === 'rule.publish')?.actor).toEqual({ kind: 'repository', id, name: `plant@${commit.slice(0, 12)}` });
    expect(JSON.stringify(items.find(({ action }) => action === 'repository.sync'))).toContain(commit);
    await expect(site.as('viewer').repositories.owner({ kind: 'Fleet', name: 'pumps' })).resolves.toMatchObject({ repository: { name: 'plant' }, commit });
    await expect(site.as('viewer').repositories.owner({ kind: 'Fleet', name: 'valves' })).resolves.toBeNull();
  });

  test('that syncs by itself follows its branch, and does not fetch what it has read', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    expect(await site.state(id)).toMatchObject({ status: 'Synced' });
    await site.finishRollout();
    site.server.requests.length = 0;
    await site.later();
    expect(site.server.requests.map((one) => one.split('?')[0])).toEqual(['GET /plant.git/info/refs', 'POST /plant.git/git-upload-pack']);
    expect(await site.syncs(id)).toHaveLength(1);
    const second = await site.server.commit({ ...plant(2), 'README.md': 'x' });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Synced', applied: { commit: second } });
    expect([await site.rules(), (await site.deployments()).length]).toEqual([['watch@2'], 2]);
    const third = await site.server.commit({ ...plant(2), 'README.md': 'y' });
    await site.later();
    expect(await site.state(id)).toMatchObject({ applied: { commit: third } });
    expect([await site.rules(), (await site.deployments()).length]).toEqual([['watch@2'], 2]);
  });

  test('with a document at fault changes nothing, says which and where, and goes on when it is mended', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    const bad = await site.server.commit({ 'plant/all.yaml': `${fleet.replace('site=a', 'site=b')}---\n${rule(2)}`, 'plant/bad.yaml': 'kind: Fleet\nname: other\nselecter: x=y\n' });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: `Commit ${bad.slice(0, 12)} is refused.\nplant/bad.yaml:1: selector is missing\nplant/bad.yaml:3: there is no ‘selecter’ in a document of this kind` });
    expect([await site.rules(), (await site.fleets()).length]).toEqual([['watch@1'], 1]);
    await site.later();
    await expect(site.as('operator').repositories.sync({ id })).resolves.toMatchObject({ id });
    await site.work();
    expect((await site.syncs(id))[0]).toMatchObject({ state: 'Failed', problem: expect.stringContaining('plant/bad.yaml:3') });
    await site.server.commit(plant(3));
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Synced', problem: null });
    expect(await site.rules()).toEqual(['watch@2']);
  });

  test('with a rule that does not type-check, or fails its test cases, changes nothing', async () => {
    await site.server.commit({ 'plant/all.yaml': `${fleet}---\nkind: Rule\nname: watch\ntext: |\n  define stream S (v int);\n  from S[w > 1] select v insert into O;\n` });
    const id = await site.connect();
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringMatching(/^plant\/all\.yaml:10:8: .*w/) });
    expect([await site.rules(), await site.fleets()]).toEqual([[], []]);
    await site.as('author').rules.saveTest({ name: 'watch', test: { name: 'two is more than one', events: [{ stream: 'S', at: 0, data: { v: 2 } }], expected: [{ stream: 'O', rows: [{ v: 2 }] }], settleMs: 0 } });
    await site.server.commit({ 'plant/all.yaml': `${fleet}---\n${rule(5)}` });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringContaining('plant/all.yaml:6: rule/watch: The test case “two is more than one” fails') });
    expect(await site.fleets()).toEqual([]);
    await site.later();
    await site.later();
    // One attempt a commit, however often it is repeated, and one entry on record.
    expect(await site.syncs(id)).toMatchObject([{ state: 'Failed', requestedBy: null }, { state: 'Failed', requestedBy: null }]);
    expect((await site.as('viewer').audit.list({ action: 'repository.sync' })).items).toMatchObject([{ outcome: 'refused' }, { outcome: 'refused' }]);
    await site.server.commit({ 'plant/all.yaml': `${fleet}---\n${rule(1)}` });
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Synced' });
  });

  test('with a secret in it is refused, and the secret is nowhere', async () => {
    await site.server.commit({ 'plant/all.yaml': `kind: Fleet\nname: pumps\nselector: site=a\nsettings:\n  connectors:\n    kafka: { password: hunter22 }\n` });
    const id = await site.connect();
    expect((await site.state(id)).problem).toContain('plant/all.yaml:6: password is a secret and must not stand here');
    const row = await site.world.deps.db.gitRepository.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify([row, await site.as('viewer').audit.list({})])).not.toContain('hunter22');
  });

  test('whose history was rewritten is followed', async () => {
    await site.server.commit(plant(1));
    await site.server.commit(plant(2));
    const id = await site.connect();
    const other = await site.server.rewrite(plant(3));
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Synced', applied: { commit: other } });
    expect(await site.rules()).toEqual(['watch@2']);
  });

  test('that is away is asked again, later each time, and what it said stays', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    site.server.away = true;
    site.world.deps.clock.advance(200_000);
    await site.work();
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringContaining('does not answer'), objects: 3 });
    const asked = site.server.requests.length;
    site.world.deps.clock.advance(200_000);
    await site.work();
    site.world.deps.clock.advance(200_000);
    await site.work();
    expect(site.server.requests.length - asked).toBe(1);
    expect((await site.as('operator').repositories.sync({ id })).sync).toBeTruthy();
    await site.work();
    expect((await site.syncs(id))[0]).toMatchObject({ state: 'Failed', problem: expect.stringContaining('does not answer') });
    site.server.away = false;
    await site.later();
    expect(await site.state(id)).toMatchObject({ status: 'Synced', problem: null });
  });

  test('opens with its credential, which is sealed, not shown, and not sent to another host', async () => {
    await site.server.commit(plant(1));
    site.server.credential = { username: 'deploy', password: 'right horse battery' };
    const id = await site.connect({ credential: { username: 'deploy', password: 'wrong horse battery' } });
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringContaining('does not take the credential'), hasCredential: true, username: 'deploy' });
    await site.as('administrator').repositories.update({ id, version: 1, credential: site.server.credential });
    await site.work();
    expect(await site.state(id)).toMatchObject({ status: 'Synced' });
    const row = await site.world.deps.db.gitRepository.findUniqueOrThrow({ where: { id } });
    const said = JSON.stringify([await site.as('administrator').audit.list({}), await site.state(id), { ...row, sealed: Buffer.from(row.sealed ?? []).toString('latin1') }]);
    expect(said).not.toContain('horse');
    await site.as('administrator').repositories.update({ id, version: 2, branch: 'main' });
    expect(await site.state(id)).toMatchObject({ hasCredential: true });
    await site.as('administrator').repositories.update({ id, version: 3, url: 'https://elsewhere.example/plant.git' });
    expect(await site.state(id)).toMatchObject({ hasCredential: false, username: '' });
    await expect(site.as('administrator').repositories.update({ id, version: 3, branch: 'other' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

test('is opened over SSH by a key that is sealed, not shown, and not sent to another host', async () => {
  const ssh = await sshServer();
  try {
    await site.server.commit(plant(1));
    const url = `ssh://127.0.0.1:${ssh.port}${site.server.folder}`;
    const id = await site.connect({ url, credential: { ...ssh.stranger, username: ssh.username } });
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: expect.stringContaining('does not show a host key that is known'), hasCredential: true });
    await site.as('administrator').repositories.update({ id, version: 1, credential: { ...ssh.key, username: ssh.username } });
    await site.work();
    expect(await site.state(id)).toMatchObject({ status: 'Synced', username: ssh.username });
    const row = await site.world.deps.db.gitRepository.findUniqueOrThrow({ where: { id } });
    const said = JSON.stringify([await site.as('administrator').audit.list({}), await site.state(id), { ...row, sealed: Buffer.from(row.sealed ?? []).toString('latin1') }]);
    expect(said).not.toContain('PRIVATE KEY');
    await site.as('administrator').repositories.update({ id, version: 2, branch: 'main' });
    expect(await site.state(id)).toMatchObject({ hasCredential: true });
    for (const change of [{ url: 'ssh://elsewhere.example/plant.git' }, { credential: null }, { credential: { password: 'right horse' } }]) {
      await expect(site.as('administrator').repositories.update({ id, version: 3, ...change })).rejects.toMatchObject({ cause: { code: 'InvalidInput' } });
    }
    await site.as('administrator').repositories.update({ id, version: 3, url: site.server.url });
    expect(await site.state(id)).toMatchObject({ hasCredential: false, username: '' });
  } finally {
    await ssh.close();
  }
});

describe('who may', () => {
  test('a repository does no more than it was given, and nobody gives what they have not', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect({ scopes: ['rules:write', 'fleets:write'] });
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: 'plant/all.yaml:1: deployment of pumps: This repository was not given deployments:write.' });
    expect(await site.rules()).toEqual([]);
    for (const role of ['operator', 'author', 'viewer'] as const) await expect(site.as(role).repositories.connect({ ...connection, name: 'mine', url: site.server.url })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(site.as('author').repositories.sync({ id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const narrow = callAs(site.world.deps, aToken(site.organization, ['repositories:read', 'repositories:write', 'rules:read', 'models:read', 'fleets:read', 'deployments:read', 'rules:write']));
    await expect(narrow.repositories.connect({ ...connection, name: 'narrow', url: site.server.url })).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('fleets:write') });
    await expect(narrow.repositories.update({ id, version: 1, scopes: ['rules:write', 'deployments:write'] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(narrow.repositories.update({ id, version: 1, scopes: ['rules:write'] })).resolves.toEqual({ id });
  });

  test('a deployment that needs approval waits for it as any other', async () => {
    const second = await anAgent(site.world.deps, site.organization, 'a-2', { site: 'a' });
    await second.connect();
    await site.server.commit({ 'plant/all.yaml': `${fleet}---\n${rule(1)}---\nkind: Deployment\nfleet: pumps\nrules: [watch]\npolicy: { waves: [{ limit: { unit: nodes, value: 1 } }], bakeSeconds: 0, approval: eachWave }\n` });
    const id = await site.connect({ selfHeal: true });
    const [{ id: started } = { id: '' }] = await site.deployments();
    for (const one of [site.agent, second]) if ((await one.desired()) !== null) await one.run();
    await advanceRollout(site.world.deps, started);
    await site.later();
    expect(await site.as('viewer').deployments.get({ id: started })).toMatchObject({ state: 'Paused', waves: [{ state: 'Passed' }, { state: 'ToCome' }] });
    expect(await site.deployments()).toHaveLength(1);
    expect(await site.state(id)).toMatchObject({ status: 'Synced' });
  });

  test('two repositories do not fight over one thing', async () => {
    await site.server.commit({ ...plant(1), 'other/all.yaml': 'kind: Fleet\nname: pumps\nselector: site=b\n' });
    await site.connect();
    const id = await site.connect({ name: 'other', path: 'other' });
    expect(await site.state(id)).toMatchObject({ status: 'Failed', problem: 'other/all.yaml:1: fleet/pumps: The repository “plant” says how it is to be.' });
    expect((await site.as('viewer').fleets.list({})).items[0]?.selector).toBe('site=a');
  });

  test('another organization sees nothing of it', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect();
    const stranger = callAs(site.world.deps, aUser(await site.world.organization(), 'administrator'));
    expect((await stranger.repositories.list({})).items).toEqual([]);
    for (const call of [() => stranger.repositories.get({ id }), () => stranger.repositories.sync({ id }), () => stranger.repositories.remove({ id }), () => stranger.repositories.update({ id, version: 1 }), () => stranger.repositories.refresh({ id }), () => stranger.repositories.syncs({ id })]) await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('several control planes', () => {
  test('work on a repository one at a time', async () => {
    await site.server.commit(plant(1));
    const other = await openWorld(site.world.databaseUrl, site.world.deps.stateFolder);
    const { id } = await site.as('administrator').repositories.connect({ ...connection, url: site.server.url });
    const worked = await Promise.all([workOnDue(site.world.deps, signal), workOnDue(other.deps, signal), workOnDue(other.deps, signal)]);
    expect(worked.filter(Boolean)).toHaveLength(1);
    await other.close();
    expect(await site.syncs(id)).toHaveLength(1);
    expect([await site.rules(), (await site.deployments()).length]).toEqual([['watch@1'], 1]);
  });

  test('go on with what one of them left when it died', async () => {
    await site.server.commit(plant(1));
    const id = await site.connect({ autoSync: false });
    const asked = await site.as('operator').repositories.sync({ id });
    // One that took it and was gone.
    const until = new Date(site.world.deps.clock.now() + leaseMs);
    await site.world.deps.db.gitRepository.update({ where: { id }, data: { lease: 'dead', leasedUntil: until, dueAt: until } });
    await site.world.deps.db.repositorySync.update({ where: { id: asked.sync }, data: { state: 'Running' } });
    await site.work();
    expect(await site.rules()).toEqual([]);
    site.world.deps.clock.advance(leaseMs + 1);
    await site.work();
    expect(await site.rules()).toEqual(['watch@1']);
    await expect(site.as('viewer').repositories.getSync({ id, sync: asked.sync })).resolves.toMatchObject({ state: 'Succeeded' });
  });
});
