import { beforeAll, beforeEach, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { welcomeJoiners } from './index.ts';

let world: TestWorld;
let organization: string;
let caller: ReturnType<typeof callAs>;
let fleet: string;
let site: string;
let bundle: string | null;
let deployed: string;
let members: TestAgent[];
let others: TestAgent[];
let count = 0;

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  caller = callAs(world.deps, aUser(organization));
  for (const limit of [1, 2]) await caller.rules.publish({ name: 'watch', text: `define stream S (v int);\nfrom S[v > ${limit}] select v insert into O;\n` });
});

/** Each test has a fleet of ten nodes, all of which were told at once by the word of a person, and a dozen without a fleet. */
beforeEach(async () => {
  site = `plant-${++count}`;
  fleet = (await caller.fleets.create({ name: site, selector: `site=${site}`, settings: {} })).id;
  const agents = (labels: Record<string, string>, many: number) => Promise.all(Array.from({ length: many }, (_, index) => anAgent(world.deps, organization, `${labels['site'] ?? ''}-${String(index).padStart(2, '0')}`, labels)));
  [members, others] = [await agents({ site }, 10), await agents({ site: `${site}-spare` }, 12)];
  for (const agent of [...members, ...others]) await agent.connect();
  deployed = await deploy(1);
  for (const agent of members) await agent.run();
  await advanceRollout(world.deps, deployed);
  bundle = (await caller.fleets.get({ id: fleet })).bundle?.digest ?? null;
}, 120_000);

async function deploy(version: number): Promise<string> {
  const { hash } = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version }], policy: { waves: [], bakeSeconds: 0, maxUnavailable: { unit: 'percent', value: 100 } } });
  return (await caller.deployments.create({ planHash: hash })).id;
}

const widen = async () => caller.fleets.update({ id: fleet, version: (await caller.fleets.get({ id: fleet })).version, selector: `site in (${site}, ${site}-spare)` });
const tellings = async (agents: readonly TestAgent[]) => (await Promise.all(agents.map((agent) => agent.desired()))).flatMap((desired) => (desired === null ? [] : [desired]));
const newest = async () => (await caller.deployments.list({ fleet, limit: 1 })).items[0];

async function runToEnd(id: string): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const told = new Set((await caller.deployments.nodes({ id, state: 'Requested', limit: 100 })).items.map(({ node }) => node));
    for (const agent of [...members, ...others].filter((one) => told.has(one.id))) await agent.run();
    await advanceRollout(world.deps, id);
    if (told.size === 0) return;
  }
}

test('a selector that brings in more than a tenth of a fleet begins a rollout for those, a tenth of them first', { timeout: 120_000 }, async () => {
  const before = await tellings(members);
  const selector = `site in (${site}, ${site}-spare)`;
  const says = `12 nodes come into ${site}, more than a tenth of it: a rollout tells 2 first what it runs, and the others when those have run it.`;
  expect((await caller.fleets.preview({ id: fleet, selector })).joining).toEqual([{ fleet: { id: fleet, name: site }, nodes: 12, first: 2, says }]);
  expect((await caller.documents.diff({ documents: [{ kind: 'Fleet', name: site, selector }] })).changes[0]?.lines).toContain(`# ${says}`);
  expect(await caller.nodes.previewLabels({ id: others[0]?.id ?? '', labels: { site } })).toMatchObject({ joining: { first: 1, says: `1 node is told at once what ${site} runs.` } });
  await widen();
  await welcomeJoiners(world.deps, null);
  expect(await tellings(others)).toHaveLength(2);
  const joining = await newest();
  expect(joining).toMatchObject({ state: 'Progressing', summary: ['nodes that joined'], createdBy: 'rollout', bundle, previousBundle: bundle, nodes: { total: 12, toCome: 10 }, wave: { index: 0, of: 2 } });
  const { decisions, can } = await caller.deployments.get({ id: joining?.id ?? '' });
  expect(decisions.find(({ kind }) => kind === 'Started')).toMatchObject({ by: 'rollout', message: `12 nodes joined ${site} by labels or a selector, more than a tenth of it at once: 2 are told first, then 10.` });
  expect(can.rollBack.allowed).toBe(false);
  expect((await caller.why.node({ id: others[11]?.id ?? '' })).causes[0]).toMatchObject({ code: 'WaitsForWave' });
  // Looking at all nodes takes no member in that was there before, and beginning again begins nothing.
  await advanceRollout(world.deps, joining?.id ?? '', 'all');
  await welcomeJoiners(world.deps, null);
  expect(await newest()).toMatchObject({ id: joining?.id, nodes: { total: 12 } });

  await runToEnd(joining?.id ?? '');
  expect(await newest()).toMatchObject({ id: joining?.id, state: 'Succeeded', nodes: { running: 12 } });
  expect(await tellings(members)).toEqual(before);
  // What the fleet was moved to by a person is still what a person can take back, for all of it.
  const { can: may } = await caller.deployments.get({ id: deployed });
  expect(may.rollBack.allowed).toBe(true);
  await caller.deployments.rollBack({ id: deployed });
  expect((await caller.deployments.get({ id: deployed })).nodes.total).toBe(22);
});

test('labels one by one, documents, and a fleet that another leaves nodes to are no way round it', { timeout: 120_000 }, async () => {
  for (const { id } of others.slice(0, 6)) {
    await caller.nodes.setLabels({ id, labels: { site } });
    await welcomeJoiners(world.deps, [id]);
  }
  // One of eleven and two of twelve are a tenth, rounded up; the third begins a rollout, and those after it come into that.
  expect(await tellings(others)).toHaveLength(3);
  expect(await newest()).toMatchObject({ summary: ['nodes that joined'], state: 'Progressing', wave: { of: 1 } });
  const joining = (await newest())?.id ?? '';
  await advanceRollout(world.deps, joining, 'all');
  expect((await newest())?.nodes.total).toBe(4);
  await caller.deployments.cancel({ id: joining });

  const overlap = await caller.fleets.create({ name: `${site}-old`, selector: `site=${site}-spare`, settings: {} });
  await caller.documents.carryOut({ documents: [{ kind: 'Fleet', name: site, selector: `site in (${site}, ${site}-spare)` }] });
  await welcomeJoiners(world.deps, null);
  expect(await tellings(others.slice(6))).toEqual([]);
  await caller.fleets.remove({ id: overlap.id });
  await welcomeJoiners(world.deps, null);
  expect(await tellings(others.slice(6))).toHaveLength(1);
});

test('a tenth is told at once, and so is whoever enrols', { timeout: 120_000 }, async () => {
  await caller.nodes.setLabels({ id: others[0]?.id ?? '', labels: { site } });
  await welcomeJoiners(world.deps, null);
  expect(await tellings(others)).toMatchObject([{ bundle }]);
  const enrolled: TestAgent[] = [];
  for (let index = 0; index < 6; index += 1) enrolled.push(await anAgent(world.deps, organization, `${site}-new-${index}`, { site }));
  await welcomeJoiners(world.deps, enrolled.map(({ id }) => id));
  expect(await tellings(enrolled)).toHaveLength(6);
  expect((await newest())?.id).toBe(deployed);
});

test('one that fails stops it, cancelled it leaves the others as they are, and the next deployment takes all', { timeout: 120_000 }, async () => {
  await widen();
  await welcomeJoiners(world.deps, null);
  const joining = (await newest())?.id ?? '';
  const [told] = (await caller.deployments.nodes({ id: joining, state: 'Requested' })).items;
  await others.find(({ id }) => id === told?.node)?.fail('It broke.');
  await advanceRollout(world.deps, joining);
  expect(await newest()).toMatchObject({ state: 'Suspended' });
  expect((await caller.why.deployment({ id: joining })).causes[0]).toMatchObject({ code: 'RolloutSuspended' });
  await caller.deployments.cancel({ id: joining });
  await welcomeJoiners(world.deps, null);
  world.deps.clock.advance(2 * 3_600_000);
  await welcomeJoiners(world.deps, null);
  expect(await newest()).toMatchObject({ id: joining, state: 'Cancelled' });
  expect(await tellings(others)).toHaveLength(2);
  await deploy(2);
  expect((await newest())?.nodes.total).toBe(22);
});

test('who joins while another rollout is under way comes in its last wave, and is not told before what the fleet ran', { timeout: 120_000 }, async () => {
  const { hash } = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 2 }] });
  const { id } = await caller.deployments.create({ planHash: hash });
  expect((await caller.fleets.preview({ id: fleet, selector: `site in (${site}, ${site}-spare)` })).joining).toMatchObject([{ first: 0, says: `12 nodes come into the last wave of the rollout of ${site} that is under way.` }]);
  await widen();
  await welcomeJoiners(world.deps, null);
  await advanceRollout(world.deps, id, 'all');
  expect(await tellings(others)).toEqual([]);
  expect(await newest()).toMatchObject({ id, nodes: { total: 22, toCome: 21 } });
});

test('a node that enrols into a fleet is told what that runs, once', async () => {
  const late = await anAgent(world.deps, organization, `${site}-late`, { site });
  expect(await welcomeJoiners(world.deps, [late.id])).toBe(1);
  expect(await welcomeJoiners(world.deps, [late.id])).toBe(0);
  expect((await late.desired())?.bundle).toBe(bundle);
});

test('a node that leaves its fleet and comes back is told what that runs by then', async () => {
  const [away] = members;
  if (away === undefined) throw new Error('there is no agent');
  await caller.nodes.setLabels({ id: away.id, labels: { site: `${site}-away` } });
  await runToEnd(await deploy(2));
  world.deps.clock.advance(1_000);
  await caller.nodes.setLabels({ id: away.id, labels: { site } });
  expect(await welcomeJoiners(world.deps, [away.id])).toBe(1);
  expect(await welcomeJoiners(world.deps, [away.id])).toBe(0);
  expect((await away.desired())?.bundle).toBe((await members[1]?.desired())?.bundle);
});
