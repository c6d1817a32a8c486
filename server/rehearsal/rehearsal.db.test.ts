import { beforeAll, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { readTwins } from './reads.ts';

let world: TestWorld;
let organization: string;
let fleet: string;
const agents: TestAgent[] = [];
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const plan = (version: number) => as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version }], policy: { waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0 } });

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  for (const limit of [1, 2]) await as('author').rules.publish({ name: 'watch', text: `define stream S (v int);\nfrom S[v > ${limit}] select v insert into O;\n` });
  fleet = (await as('operator').fleets.create({ name: 'site', selector: 'site=a', settings: {} })).id;
  for (const letter of ['a', 'b', 'c']) agents.push(await anAgent(world.deps, organization, `site-${letter}`, { site: 'a' }));
  for (const agent of agents) await agent.connect();
});

test('twins take as long as their nodes took, and come and go as they did', async () => {
  const { id } = await as('operator').deployments.create({ planHash: (await plan(1)).hash });
  world.deps.clock.advance(12_000);
  for (const agent of agents) await agent.run();
  await advanceRollout(world.deps, id);
  await agents[2]?.disconnect();
  world.deps.clock.advance(60_000);
  await agents[2]?.connect();
  const places = agents.map((agent, index) => ({ node: agent.id, name: `n${index}`, wave: 0, bytes: 1 }));
  const twins = await readTwins(world.deps.db, organization, places, world.deps.clock.now());
  expect(twins.map(({ connected, failShare, hour }) => [connected, failShare, hour])).toEqual([[true, 0, null], [true, 0, null], [true, 0, null]]);
  for (const { activations } of twins) expect(activations[0]).toBeGreaterThanOrEqual(12_000);
  expect(twins[0]?.habit).toBeNull();
  expect(twins[2]?.habit?.awayMs).toBeGreaterThanOrEqual(60_000);

  const made = await plan(2);
  const view = await as('viewer').rehearsal.rehearse({ hash: made.hash });
  expect(view).toMatchObject({ runs: 20, ends: [{ state: 'Succeeded' }], waves: [{ index: 0, nodes: 3 }] });
  expect(view.seconds.median).toBeGreaterThanOrEqual(12);
  expect(view.seconds.median).toBeLessThan(20);
  expect((await as('operator').deployments.list({})).total).toBe(1);
});

test('I11: the plan of another organization is not there', async () => {
  const made = await plan(2);
  const stranger = callAs(world.deps, aUser(await world.organization('Other'), 'operator'));
  await expect(stranger.rehearsal.rehearse({ hash: made.hash })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
});
