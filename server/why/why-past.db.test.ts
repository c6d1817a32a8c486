import { expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';

const world = await testWorld();

test('why, asked of a moment of the past, is what was answered then, and nothing can be done about it', { timeout: 180_000 }, async () => {
  const organization = await world.organization();
  const caller = callAs(world.deps, aUser(organization));
  await caller.rules.publish({ name: 'watch', text: 'define stream S (v int); from S[v > 1] select v insert into O;' });
  const { id: fleet } = await caller.fleets.create({ name: 'all', selector: 'site=here', settings: {} });
  const agents: TestAgent[] = [];
  for (const name of ['a', 'b', 'c']) agents.push(await anAgent(world.deps, organization, name, { site: 'here' }));
  const [first, second] = agents;
  if (first === undefined || second === undefined) throw new Error('there are three agents');

  const said: { at: number; codes: string[][] }[] = [];
  const codesOf = (at?: number) => Promise.all(agents.map(async ({ id }) => (await caller.why.node({ id, at })).causes.map(({ code }) => code)));
  const note = async (): Promise<void> => {
    const codes = await codesOf();
    const at = world.deps.clock.now();
    // What follows is later, by the clock of the database too.
    await expect.poll(() => world.deps.clock.now(), { interval: 1 }).toBeGreaterThan(at + 5);
    said.push({ at, codes });
  };
  await note();
  for (const agent of agents) await agent.connect();
  await note();
  const { hash } = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], maxUnavailable: { unit: 'nodes', value: 1 }, bakeSeconds: 0, approval: 'eachWave' } });
  const { id } = await caller.deployments.create({ planHash: hash });
  const step = () => advanceRollout(world.deps, id);
  await note();
  await first.run();
  await step();
  await note();
  await caller.deployments.resume({ id });
  await note();
  await caller.deployments.pause({ id });
  await note();
  await caller.deployments.resume({ id });
  await second.fail('it broke');
  await step();
  await note();
  await second.disconnect();
  await note();
  await caller.deployments.cancel({ id });
  await note();
  expect(said.map(({ codes }) => codes[2])).toEqual([
    ['NeverConnected', 'NothingDeployed'], ['NothingDeployed'], ['WaitsForWave'], ['ApprovalNeeded'], ['WaitsForTurn'], ['RolloutPaused'], ['RolloutSuspended'], ['RolloutSuspended'], ['LeftBehind'],
  ]);

  for (const { at, codes } of said) expect(await codesOf(at), new Date(at).toISOString()).toEqual(codes);
  const paused = await caller.why.node({ id: agents[2]?.id ?? '', at: said[5]?.at });
  expect(paused.causes[0]).toMatchObject({ code: 'RolloutPaused', canDo: [], detail: expect.stringMatching(/paused it \d s ago/) });
  await expect(caller.why.node({ id: first.id, at: 0 })).rejects.toThrow(/earliest moment/);
  await expect(caller.why.node({ id: first.id, at: world.deps.clock.now() + 60_000 })).rejects.toThrow(/in the future/);
});
