import { beforeAll, expect, test } from 'vitest';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { anAgent } from './testing/an-agent.ts';

let world: TestWorld;
let id: string;
let node: string;
let caller: ReturnType<typeof callAs>;

beforeAll(async () => {
  world = await testWorld();
  const organization = await world.organization();
  caller = callAs(world.deps, aUser(organization));
  const agents = [await anAgent(world.deps, organization, 'a', { site: 'a' }), await anAgent(world.deps, organization, 'b', { site: 'a' })];
  for (const agent of agents) await agent.connect();
  await caller.rules.publish({ name: 'watch', text: 'define stream S (v int); from S[v > 1] select v insert into O;' });
  const { id: fleet } = await caller.fleets.create({ name: 'a', selector: 'site=a' });
  const { hash } = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], maxUnavailable: { unit: 'nodes', value: 1 } } });
  ({ id } = await caller.deployments.create({ planHash: hash }));
  await caller.deployments.pause({ id, reason: 'the line is down' });
  node = (await caller.deployments.nodes({ id, state: 'ToCome' })).items[0]?.node ?? '';
  const at = new Date(world.deps.clock.now());
  await world.deps.db.deploymentDecision.createMany({ data: Array.from({ length: 300 }, (_, index) => ({ id: world.deps.ids.next(), deploymentId: id, at, kind: 'NodeFailed', tone: 'critical', message: `node ${index}`, by: 'rollout', evidence: {} })) });
});

test('what stopped a rollout is said however many nodes failed since: of the rollout, and of a node that waits', async () => {
  const [cause] = (await caller.why.deployment({ id })).causes;
  expect(cause).toMatchObject({ code: 'RolloutPaused', detail: expect.stringContaining('the line is down') });
  expect((await caller.why.node({ id: node })).causes).toMatchObject([{ code: 'RolloutPaused', detail: expect.stringContaining('paused it') }]);
});

test('a page of a rollout is sent the newest decisions, and the others are read on, each once', async () => {
  expect((await caller.deployments.get({ id })).decisions).toHaveLength(20);
  const read: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof caller.deployments.decisions>> = await caller.deployments.decisions({ id, limit: 90, ...(cursor === null ? {} : { cursor }) });
    read.push(...page.items.map((decision) => decision.message));
    cursor = page.nextCursor;
    expect(page.total).toBeGreaterThan(300);
  } while (cursor !== null);
  expect(read.slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, index) => `node ${299 - index}`));
  expect(new Set(read).size).toBe(read.length);
});
