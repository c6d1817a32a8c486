import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { welcomeJoiners } from '../joiners/index.ts';
import type { Deps } from '../kernel/deps.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { startRolloutLoop } from './index.ts';
import { advanceRollout } from './service.ts';

let world: TestWorld;
let organization: string;
let ending = new AbortController();
let loops: Promise<void>[] = [];

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await world.relay();
  await as().rules.publish({ name: 'watch', text: `@source(type='http', path='/in', @map(type='json'))\ndefine stream In (a int);\n@sink(type='log')\ndefine stream Out (a int);\nfrom In[a > 1] select a insert into Out;\n` });
});
afterEach(async () => {
  ending.abort();
  await Promise.all(loops);
  ending = new AbortController();
  loops = [];
});

const as = () => callAs(world.deps, aUser(organization));
const begin = (): void => void loops.push(startRolloutLoop(world.deps, ending.signal, welcomeJoiners).finished);

async function fleetOf(site: string, size: number): Promise<{ fleet: string; agents: TestAgent[] }> {
  const { id: fleet } = await as().fleets.create({ name: site, selector: `site=${site}`, settings: {} });
  const agents: TestAgent[] = [];
  for (let index = 0; index < size; index += 1) {
    const agent = await anAgent(world.deps, organization, `${site}-${index}`, { site });
    await agent.connect();
    agents.push(agent);
  }
  return { fleet, agents };
}

async function deploy(fleet: string): Promise<string> {
  const plan = await as().deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { bakeSeconds: 0 } });
  return (await as().deployments.create({ planHash: plan.hash })).id;
}

/** Every agent does what it is told as soon as it is, until the rollout is done. */
async function agentsFollow(id: string, agents: readonly TestAgent[]): Promise<void> {
  const done = new Set<string>();
  await vi.waitFor(
    async () => {
      for (const agent of agents) {
        if (done.has(agent.id) || (await agent.desired()) === null) continue;
        await agent.run();
        done.add(agent.id);
      }
      expect((await as().deployments.get({ id })).state).toBe('Succeeded');
    },
    { timeout: 25_000, interval: 50 },
  );
}

test('moves a rollout by what nodes report, and begins the next wave within a second of the last report', async () => {
  const { fleet, agents } = await fleetOf('moved', 3);
  begin();
  await agentsFollow(await deploy(fleet), agents);
});

test('ended in the middle and begun again, or run by two at once, it ends the same, and tells each node once', async () => {
  const { fleet, agents } = await fleetOf('twice', 4);
  begin();
  const id = await deploy(fleet);
  ending.abort();
  await Promise.all(loops);
  ending = new AbortController();
  begin();
  begin();
  await agentsFollow(id, agents);
  const told = await world.deps.db.assignment.groupBy({ by: ['nodeId'], where: { deploymentId: id }, _count: true });
  expect(told.map((row) => row._count)).toEqual([1, 1, 1, 1]);
});

test('gives a node that is approved into a fleet what that fleet runs', async () => {
  const { fleet, agents } = await fleetOf('joined', 1);
  begin();
  await agentsFollow(await deploy(fleet), agents);
  const late = await anAgent(world.deps, organization, 'joined-late', { site: 'joined' });
  await vi.waitFor(async () => expect(await late.desired()).toMatchObject({ generation: 1 }), { timeout: 50_000, interval: 50 });
});

test('a rollout that cannot be moved holds up no other, and goes on when it can', async () => {
  const [broken, whole] = [await fleetOf('broken', 1), await fleetOf('whole', 2)];
  const id = await deploy(broken.fleet);
  const { policy } = await world.deps.db.deployment.findUniqueOrThrow({ where: { id } });
  await world.deps.db.$executeRaw`UPDATE deployments SET policy = '"not a policy"', "wakeAt" = now() WHERE id = ${id}`;
  begin();
  await agentsFollow(await deploy(whole.fleet), whole.agents);
  await world.deps.db.$executeRaw`UPDATE deployments SET policy = ${JSON.stringify(policy)}::jsonb WHERE id = ${id}`;
  await agentsFollow(id, broken.agents);
});

test('killed before each commit, half of the time, it converges and tells each node once', async () => {
  const { fleet, agents } = await fleetOf('killed', 4);
  const id = await deploy(fleet);
  let attempts = 0;
  // The outbox is the last thing that a step writes: failing there loses a step that was all but done.
  const failing: Deps = { ...world.deps, outbox: { append: async (...call) => ((attempts += 1) % 2 === 1 ? Promise.reject(new Error('killed')) : world.deps.outbox.append(...call)) } };
  for (let round = 0; round < 20; round += 1) {
    await advanceRollout(failing, id).catch((error: unknown) => expect(error).toMatchObject({ message: 'killed' }));
    for (const { node, state } of (await as().deployments.nodes({ id })).items) if (state === 'Requested') await agents.find((agent) => agent.id === node)?.run();
  }
  expect(await as().deployments.get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 4 } });
  const told = await world.deps.db.assignment.groupBy({ by: ['nodeId'], where: { deploymentId: id }, _count: true });
  expect(told.map((row) => row._count)).toEqual([1, 1, 1, 1]);
});
