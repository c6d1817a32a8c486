import { expect, test } from 'vitest';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import { createNodes } from './testing/many-nodes.ts';

test('I10: what is sent for cells does not grow with the nodes, and each is known by its place among those that look alike', { timeout: 120_000 }, async () => {
  const world = await testWorld();
  const organization = await world.organization();
  const caller = callAs(world.deps, aUser(organization));
  await createNodes(world.deps, organization, 1_200, { site: 'a' }, 'a');
  await createNodes(world.deps, organization, 30, { site: 'b' }, 'b');
  const { id } = await caller.fleets.create({ name: 'large', selector: 'site=a' });
  await world.deps.db.$executeRaw`UPDATE nodes SET health = 'Offline' WHERE name IN ('a-7', 'a-1100')`;

  const large = { id, name: 'large' };
  expect(await caller.nodes.density()).toEqual({
    total: 1_230,
    alike: [
      { fleet: large, health: 'NeverSeen', sync: 'Unknown', nodes: 1_198 },
      { fleet: large, health: 'Offline', sync: 'Unknown', nodes: 2 },
      { fleet: null, health: 'NeverSeen', sync: 'Unknown', nodes: 30 },
    ],
  });
  expect((await caller.nodes.density({ fleet: id })).total).toBe(1_200);

  expect((await caller.nodes.cells({ fleet: id, health: 'Offline', sync: 'Unknown', from: 0 })).map(({ name }) => name)).toEqual(['a-1100', 'a-7']);
  const [first, rest] = await Promise.all([0, 1_000].map((from) => caller.nodes.cells({ fleet: id, health: 'NeverSeen', sync: 'Unknown', from })));
  expect([first?.length, first?.[0]?.name, rest?.length, rest?.at(-1)?.name]).toEqual([500, 'a-1', 198, 'a-999']);
  expect((await caller.nodes.cells({ fleet: null, health: 'NeverSeen', sync: 'Unknown', from: 0 })).length).toBe(30);
});
