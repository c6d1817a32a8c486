import { expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';

const world = await testWorld();

test('why a deployment was not done, asked of a moment of the past, is what was answered then', { timeout: 180_000 }, async () => {
  const organization = await world.organization();
  const caller = callAs(world.deps, aUser(organization));
  await caller.rules.publish({ name: 'watch', text: 'define stream S (v int); from S[v > 1] select v insert into O;' });
  const { id: fleet } = await caller.fleets.create({ name: 'all', selector: 'site=here', settings: {} });
  const agents: TestAgent[] = [];
  for (let index = 0; index < 6; index += 1) agents.push(await anAgent(world.deps, organization, `n${index}`, { site: 'here' }));
  for (const agent of agents.slice(0, 5)) await agent.connect();
  const began = world.deps.clock.now();
  const policy = { waves: [{ limit: { unit: 'nodes' as const, value: 2 } }], maxUnavailable: { unit: 'nodes' as const, value: 2 }, bakeSeconds: 15, failureThresholdPercent: 0, updateTimeoutSeconds: 300, approval: 'eachWave' as const };
  const { hash } = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy });
  const { id } = await caller.deployments.create({ planHash: hash });
  const step = () => advanceRollout(world.deps, id);

  const said: { at: number; state: string; codes: string[]; nodes: object }[] = [];
  const answer = async (at?: number) => {
    const [{ causes }, { state, nodes }] = await Promise.all([caller.why.deployment({ id, at }), caller.deployments.get({ id, at })]);
    return { state, codes: causes.map(({ code }) => code), nodes };
  };
  const note = async (): Promise<void> => {
    const now = await answer();
    const at = world.deps.clock.now();
    // What follows is later, by the clock of the database too.
    await expect.poll(() => world.deps.clock.now(), { interval: 1 }).toBeGreaterThan(at + 5);
    said.push({ at, ...now });
  };
  await note();
  for (const agent of agents.slice(0, 2)) await agent.run();
  await step();
  await note();
  // What is kept of nodes is kept by the clock of the database, so the bake takes its time.
  await expect.poll(async () => (await step(), (await caller.deployments.get({ id })).state), { timeout: 60_000, interval: 500 }).toBe('Paused');
  await note();
  await caller.deployments.resume({ id });
  await step();
  await agents[2]?.apply();
  await step();
  await note();
  await agents[2]?.fail('it broke');
  await step();
  await note();
  await caller.deployments.retryFailed({ id });
  await step();
  await note();
  await caller.quarantine.begin({ id: agents[4]?.id ?? '', reason: 'bad fan' });
  await step();
  await note();
  await caller.deployments.cancel({ id });
  await note();
  expect(said.map(({ state, codes }) => [state, ...codes])).toEqual([
    ['Progressing', 'NodesActivating', 'NodesToCome', 'NodesOffline'],
    ['Progressing', 'WaveBaking', 'NodesToCome', 'NodesOffline'],
    ['Paused', 'ApprovalNeeded', 'NodesOffline'],
    ['Progressing', 'NodesActivating', 'NodesToCome', 'NodesOffline'],
    ['Suspended', 'RolloutSuspended', 'NodesFailed', 'NodesOffline'],
    ['Progressing', 'NodesActivating', 'NodesToCome', 'NodesOffline'],
    ['Progressing', 'NodesActivating', 'NodesQuarantined', 'NodesOffline'],
    ['Cancelled', 'RolloutEnded'],
  ]);
  for (const { at, ...then } of said) expect(await answer(at), new Date(at).toISOString()).toEqual(then);

  const paused = said[2]?.at ?? 0;
  const page = await caller.deployments.get({ id, at: paused });
  expect(page).toMatchObject({ finishedAt: null, wave: { index: 1, of: 2 }, can: { resume: { allowed: false } }, waves: [{ state: 'Passed', nodes: { running: 2 } }, { state: 'ToCome', nodes: { toCome: 3, offline: 1 } }] });
  expect(page.decisions[0]).toMatchObject({ kind: 'ApprovalNeeded' });
  expect((await caller.deployments.decisions({ id, at: paused })).total).toBe(page.decisions.length);
  expect((await caller.why.deployment({ id, at: paused })).causes.every(({ canDo }) => canDo.length === 0)).toBe(true);
  await expect(caller.why.deployment({ id, at: began - 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(caller.why.deployment({ id, at: world.deps.clock.now() + 60_000 })).rejects.toThrow(/in the future/);
  const stranger = callAs(world.deps, aUser(await world.organization('Other')));
  await expect(stranger.why.deployment({ id, at: paused })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
