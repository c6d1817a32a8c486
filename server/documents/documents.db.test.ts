import { beforeAll, beforeEach, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aToken, aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import type { Document } from './schema.ts';

let world: TestWorld;
let organization: string;
let agent: TestAgent;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const textOf = (threshold: number) => `define stream S (v int);\nfrom S[v > ${threshold}] select v insert into O;\n`;
const deployment: Document = { kind: 'Deployment', fleet: 'pumps', rules: ['watch'] };
const documentsFor = (threshold: number): Document[] => [deployment, { kind: 'Fleet', name: 'pumps', selector: 'site = a', settings: { telemetryIntervalMs: 500 } }, { kind: 'Rule', name: 'watch', text: textOf(threshold) }];

beforeAll(async () => {
  world = await testWorld();
});

beforeEach(async () => {
  organization = await world.organization();
  agent = await anAgent(world.deps, organization, 'a-1', { site: 'a' });
  await agent.connect();
});

async function settle(id: string): Promise<void> {
  await advanceRollout(world.deps, id);
  await agent.run();
  world.deps.clock.advance(60_000);
  await advanceRollout(world.deps, id);
  await advanceRollout(world.deps, id);
}

test('what is not there yet is shown as a whole, applied in order, and then the same', async () => {
  const { changes } = await as('administrator').documents.diff({ documents: documentsFor(1) });
  expect(changes.map(({ kind, action, blocked }) => [kind, action, blocked])).toEqual([['Rule', 'create', null], ['Fleet', 'create', null], ['Deployment', 'create', null]]);
  expect(changes[1]?.lines).toEqual(['+ selector site=a', '+ settings.telemetryIntervalMs 500', '# 1 node would match: +1, -0; a-1 joins']);
  expect(changes[2]?.lines).toEqual(['~ rule watch as it will be published', '# planned when what it needs is applied']);

  const { applied } = await as('administrator').documents.carryOut({ documents: documentsFor(1) });
  expect(applied.map(({ did }) => did.split(' ')[0])).toEqual(['published', 'created', 'started']);
  const same = async () => (await as('viewer').documents.diff({ documents: documentsFor(1) })).changes.map(({ action }) => action);
  // While the rollout is under way, and when it is over.
  expect(await same()).toEqual(['same', 'same', 'same']);
  await settle(applied[2]?.deployment ?? '');
  expect(await same()).toEqual(['same', 'same', 'same']);
  expect((await as('administrator').documents.carryOut({ documents: documentsFor(1) })).applied.map(({ did }) => did)).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

test('a deployment that a person took back is held, and says so', async () => {
  const { applied } = await as('administrator').documents.carryOut({ documents: documentsFor(1) });
  const id = applied[2]?.deployment ?? '';
  await as('operator').deployments.cancel({ id });
  const { changes } = await as('viewer').documents.diff({ documents: documentsFor(1) });
  expect(changes[2]).toMatchObject({ action: 'change', held: expect.stringContaining('was cancelled'), blocked: null });
});

test('a name means the text beside it, and not what somebody published since', async () => {
  await as('administrator').documents.carryOut({ documents: documentsFor(1) });
  await as('author').rules.publish({ name: 'watch', text: textOf(5) });
  const { changes } = await as('viewer').documents.diff({ documents: documentsFor(1) });
  expect(changes.map(({ kind, action, lines }) => [kind, action, lines[0]])).toEqual([['Rule', 'change', '- from S[v > 5] select v insert into O;'], ['Fleet', 'same', undefined], ['Deployment', 'same', undefined]]);
  await as('administrator').documents.carryOut({ documents: [deployment] });
  expect((await as('viewer').documents.diff({ documents: [deployment] })).changes[0]).toMatchObject({ action: 'same' });
});

test.each([
  [{ ...deployment, fleet: 'nobody' }, 'There is no fleet nobody.'],
  [{ ...deployment, rules: ['nothing'] }, 'There is no rule nothing with a published version.'],
  [{ ...deployment, rules: ['watch@99'] }, 'There is no version 99 of rule watch.'],
  [{ ...deployment, rules: ['watch', 'watch@1'] }, 'Rule watch stands in it twice.'],
  [{ kind: 'Model', name: 'anomaly', aliases: { champion: 1 } }, 'There is no model anomaly'],
] satisfies [Document, string][])('%j is blocked, and changes nothing', async (document, words) => {
  await as('administrator').documents.carryOut({ documents: documentsFor(1).slice(1) });
  expect((await as('viewer').documents.diff({ documents: [document] })).changes[0]?.blocked).toContain(words);
  await expect(as('administrator').documents.carryOut({ documents: [document] })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(words) });
});

test('nobody does by documents what they may not do otherwise', async () => {
  await expect(as('viewer').documents.carryOut({ documents: documentsFor(1) })).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('administrator or author') });
  await expect(as('author').documents.carryOut({ documents: documentsFor(1) })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect((await as('viewer').rules.list({})).items.map(({ name }) => name)).toEqual(['watch']);
  expect((await as('viewer').fleets.list({})).items).toEqual([]);
  const narrow = callAs(world.deps, aToken(organization, ['fleets:read']));
  await expect(narrow.documents.diff({ documents: documentsFor(1) })).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('rules:read') });
  expect((await as('administrator').audit.list({ outcome: 'refused' })).items.map(({ action }) => action)).toContain('documents.carryOut');
});

test('nothing stands in documents twice', async () => {
  await expect(as('administrator').documents.diff({ documents: [deployment, deployment] })).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('something stands in them twice') });
});

test('another organization’s things are not there', async () => {
  await as('administrator').documents.carryOut({ documents: documentsFor(1) });
  const stranger = callAs(world.deps, aUser(await world.organization(), 'administrator'));
  expect((await stranger.documents.diff({ documents: [deployment] })).changes[0]?.blocked).toBe('There is no fleet pumps.');
});

test('another selector says which nodes come, go, move and are claimed twice, to who may see all of them', async () => {
  const fleets = as('administrator').fleets;
  const { id: pumps } = await fleets.create({ name: 'pumps', selector: 'site=a', settings: {} });
  for (const [name, labels] of [['a-2', { site: 'a', line: '2' }], ['a-3', { site: 'a', line: '3' }], ['b-1', { site: 'b' }], ['b-2', { site: 'b' }], ['c-1', { site: 'c' }]] as const) await anAgent(world.deps, organization, name, labels);
  await fleets.create({ name: 'thirds', selector: 'line=3', settings: {} });
  await fleets.create({ name: 'b', selector: 'site=b', settings: {} });
  const lines = async (who = as('administrator')) => (await who.documents.diff({ documents: [{ kind: 'Fleet', name: 'pumps', selector: 'site in (b, c)' }] })).changes[0]?.lines;
  expect(await lines()).toEqual(['- selector site=a', '+ selector site in (b, c)', '# 3 nodes would match: +1, -2; c-1 joins; a-1, a-2 are left without a fleet', '# 1 move to thirds (a-3)', '# 2 in b as well, and stay where they are until one claims them alone (MultipleOwners) (b-1, b-2)']);
  expect(await lines(callAs(world.deps, { ...aUser(organization, 'operator'), fleets: [pumps] }))).toEqual(['- selector site=a', '+ selector site in (b, c)']);
});

test('nothing goes to more than a tenth at first unless somebody says so, by the API and by documents', async () => {
  for (let index = 2; index <= 20; index += 1) await anAgent(world.deps, organization, `a-${index}`, { site: 'a' });
  const [, ...rest] = documentsFor(1);
  await as('administrator').documents.carryOut({ documents: rest });
  const { items } = await as('viewer').fleets.list({});
  const wavesOf = async (input: object) => (await as('operator').deployments.plan({ fleet: items[0]?.id ?? '', rules: [{ name: 'watch', version: 1 }], ...input })).waves.map(({ nodes }) => nodes);
  expect([await wavesOf({}), await wavesOf({ policy: { bakeSeconds: 0, onFailure: 'rollback' } }), await wavesOf({ policy: { waves: [] } })]).toEqual([[2, 18], [2, 18], [20]]);
  for (const [policy, waves] of [[undefined, 'in 2 waves (2; 18)'], [{ bakeSeconds: 0 }, 'in 2 waves (2; 18)'], [{ waves: [] }, 'in 1 wave (20)']] as const) {
    const { changes } = await as('viewer').documents.diff({ documents: [{ ...deployment, ...(policy !== undefined && { policy }) } as Document] });
    expect(changes[0]?.lines.join('\n')).toContain(waves);
  }
  const { applied } = await as('administrator').documents.carryOut({ documents: [deployment] });
  expect((await as('viewer').deployments.get({ id: applied[0]?.deployment ?? '' })).waves.map(({ nodes }) => nodes.total)).toEqual([2, 18]);
});
