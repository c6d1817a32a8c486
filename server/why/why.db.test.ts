import { beforeAll, beforeEach, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import type { CauseCode } from './schema.ts';

let world: TestWorld;
let organization: string;
let site: string;
let fleet: string;
let agents: TestAgent[];
let count = 0;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  for (const threshold of [1, 2]) await as('author').rules.publish({ name: 'watch', text: `define stream S (v int); from S[v > ${threshold}] select v insert into O;` });
});

beforeEach(async () => {
  site = `why-${++count}`;
  fleet = (await as('operator').fleets.create({ name: site, selector: `site=${site}`, settings: { connectors: {} } })).id;
  agents = [];
  for (const letter of ['a', 'b', 'c']) agents.push(await anAgent(world.deps, organization, `${site}-${letter}`, { site }));
});

const one = (index: number): TestAgent => {
  const agent = agents[index];
  if (agent === undefined) throw new Error(`there is no agent ${index}`);
  return agent;
};
const connectAll = async (): Promise<void> => {
  for (const agent of agents) await agent.connect();
};
const why = async (index: number): Promise<CauseCode[]> => (await as('viewer').why.node({ id: one(index).id })).causes.map((cause) => cause.code);
const whyRollout = async (id: string): Promise<CauseCode[]> => (await as('viewer').why.deployment({ id })).causes.map((cause) => cause.code);

/** Waves of one node, then the rest; one at a time unless said otherwise. */
async function deploy(policy: object = {}): Promise<string> {
  const { hash } = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], maxUnavailable: { unit: 'nodes', value: 1 }, bakeSeconds: 0, ...policy } });
  const { id } = await as('operator').deployments.create({ planHash: hash });
  await step(id);
  return id;
}
const step = (id: string): Promise<unknown> => advanceRollout(world.deps, id);

/** The node whose turn it is. */
async function told(): Promise<number> {
  for (const [index, agent] of agents.entries()) if ((await agent.desired()) !== null) return index;
  throw new Error('nobody was told');
}

test('a node that waits for others with its labels says for whom', async () => {
  await connectAll();
  await deploy({ waves: [], maxUnavailable: { unit: 'nodes', value: 3 }, maxUnavailablePer: { labels: ['site'], nodes: 1 } });
  const [cause] = (await as('viewer').why.node({ id: one(2).id })).causes;
  expect([cause?.code, cause?.detail]).toEqual(['WaitsForTurn', '1 of at most 3 are between request and report. Of those with the same site, at most 1 may be.']);
});

test('a node that never connected, then one that is away, and nothing when all is well', async () => {
  expect(await why(0)).toEqual(['NeverConnected', 'NothingDeployed']);
  await connectAll();
  expect(await why(0)).toEqual(['NothingDeployed']);
  const id = await deploy({ waves: [], maxUnavailable: { unit: 'percent', value: 100 } });
  expect(await why(0)).toEqual(['Requested']);
  for (const agent of agents) await agent.run();
  await step(id);
  expect(await as('viewer').why.node({ id: one(0).id })).toMatchObject({ settled: true, causes: [] });
  expect(await as('viewer').why.deployment({ id })).toMatchObject({ settled: true, causes: [] });
  await one(0).disconnect();
  expect(await why(0)).toEqual(['Offline']);
});

test('labels that no fleet or several fleets select', async () => {
  const { id } = await anAgent(world.deps, organization, `${site}-stray`, { place: 'nowhere' });
  expect((await as('viewer').why.node({ id })).causes.map((cause) => cause.code)).toEqual(['NeverConnected', 'NoFleet']);
  await as('operator').fleets.create({ name: `${site}-too`, selector: `site in (${site})`, settings: { connectors: {} } });
  await connectAll();
  expect((await why(0))[0]).toBe('MultipleOwners');
});

test('a wave, a turn, a bake, a pause', async () => {
  await connectAll();
  const id = await deploy({ bakeSeconds: 60 });
  const first = await told();
  const later = (first + 1) % 3;
  expect(await why(first)).toEqual(['Requested']);
  expect(await why(later)).toEqual(['WaitsForWave']);
  await one(first).apply();
  expect(await why(first)).toEqual(['Activating']);
  expect(await whyRollout(id)).toEqual(['NodesActivating', 'NodesToCome']);
  await one(first).run();
  await step(id);
  expect(await why(first)).toEqual([]);
  const explained = await as('viewer').why.node({ id: one(later).id });
  expect(explained.causes).toMatchObject([{ code: 'WaveBaking', byItself: { at: expect.any(Number) } }]);
  expect(await whyRollout(id)).toEqual(['WaveBaking', 'NodesToCome']);
  await as('operator').deployments.pause({ id, reason: 'lunch' });
  expect(await why(later)).toEqual(['RolloutPaused']);
  expect((await whyRollout(id))[0]).toBe('RolloutPaused');
});

test('as many as may change at a time', async () => {
  await connectAll();
  await deploy({ waves: [] });
  const first = await told();
  expect(await why((first + 1) % 3)).toEqual(['WaitsForTurn']);
});

test('a failure, in the words of the node, stops the rest', async () => {
  await connectAll();
  const id = await deploy();
  const first = await told();
  await one(first).fail('Input 3 is missing.');
  await step(id);
  expect(await as('viewer').why.node({ id: one(first).id })).toMatchObject({ settled: false, causes: [{ code: 'ActivationFailed', detail: 'Input 3 is missing.' }] });
  expect(await why((first + 1) % 3)).toEqual(['RolloutSuspended']);
  expect((await as('viewer').why.node({ id: one(first).id })).causes).toHaveLength(1);
  // Figures stand in the message; beside it when and where.
  expect(await as('viewer').why.deployment({ id })).toMatchObject({ causes: [{ code: 'RolloutSuspended', evidence: [{ name: 'since' }, { name: 'wave', value: 1 }] }, { code: 'NodesFailed', detail: 'Input 3 is missing.' }] });
  await as('operator').deployments.cancel({ id });
  expect(await why((first + 1) % 3)).toEqual(['LeftBehind']);
  expect((await whyRollout(id))[0]).toBe('RolloutEnded');
});

test('a wave that waits for a person, a time that has not come, and a window that is closed', async () => {
  await connectAll();
  const asked = await deploy({ approval: 'eachWave' });
  const first = await told();
  await one(first).run();
  await step(asked);
  expect((await as('viewer').deployments.get({ id: asked })).state).toBe('Paused');
  expect(await why((first + 1) % 3)).toEqual(['ApprovalNeeded']);
  expect(await whyRollout(asked)).toEqual(['ApprovalNeeded']);
  expect((await as('viewer').overview.get()).rollouts[0]).toMatchObject({ id: asked, state: 'Paused', wave: { index: 1, of: 2 }, eta: null, nodes: { total: 3, running: 1 } });
  await as('operator').deployments.resume({ id: asked });
  expect((await whyRollout(asked))[0]).toBe('NodesActivating');
  await as('operator').deployments.cancel({ id: asked });

  const later = world.deps.clock.now() + 3_600_000;
  const { hash } = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 2 }], policy: { notBefore: later } });
  const { id } = await as('operator').deployments.create({ planHash: hash });
  expect((await as('viewer').why.deployment({ id })).causes).toMatchObject([{ code: 'Scheduled', byItself: { at: later } }, { code: 'NodesToCome' }]);
  const hour = (new Date(world.deps.clock.now()).getUTCHours() + 12) % 24;
  const window = { days: [0, 1, 2, 3, 4, 5, 6], from: `${String(hour).padStart(2, '0')}:00`, to: `${String((hour + 1) % 24).padStart(2, '0')}:00`, timeZone: 'Etc/UTC' };
  const closed = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 2 }], policy: { windows: [window] } });
  const next = await as('operator').deployments.create({ planHash: closed.hash });
  expect(await whyRollout(next.id)).toEqual(['WindowClosed', 'NodesToCome']);
  expect(await why((first + 2) % 3)).toEqual(['WindowClosed']);
  await expect(as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 2 }], policy: { windows: [{ ...window, timeZone: 'Moon/Base' }] } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('a revoked node is said to be just that', async () => {
  await as('operator').nodes.revoke({ id: one(0).id, reason: 'stolen' });
  expect(await why(0)).toEqual(['Revoked']);
});

test('nodes that are away while others go on', async () => {
  await one(0).connect();
  const id = await deploy({ waves: [], maxUnavailable: { unit: 'percent', value: 100 } });
  expect(await whyRollout(id)).toEqual(['NodesActivating', 'NodesOffline']);
  expect(await why(1)).toEqual(['NeverConnected']);
});

test('another organization learns nothing', async () => {
  const stranger = callAs(world.deps, aUser(await world.organization(), 'administrator'));
  await expect(stranger.why.node({ id: one(0).id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
