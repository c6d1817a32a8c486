import { beforeAll, describe, expect, test } from 'vitest';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { countStatements } from '../nodes/testing/statements.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';

/* I10 for the past: a node costs the same however much happened to it, a fleet what its nodes cost, in as many statements as any other. */

const size = 10_000;
let world: TestWorld;
let caller: ReturnType<typeof callAs>;
let statements: () => number;
let nodes: string[];
let fleet: string;
let at: number;

beforeAll(async () => {
  world = await testWorld();
  const organization = await world.organization();
  caller = callAs(world.deps, aUser(organization));
  nodes = await createNodes(world.deps, organization, size, { site: 'everywhere' });
  ({ id: fleet } = await caller.fleets.create({ name: 'everywhere', selector: 'site=everywhere', settings: {} }));
  statements = countStatements(world.deps.pool);
  at = world.deps.clock.now();
  for (let times = 0; times < 5; times++) await world.deps.db.$executeRaw`UPDATE nodes SET "healthMessage" = ${`later ${times}`} WHERE "organizationId" = ${organization}`;
  await world.deps.db.$executeRaw`ANALYZE`;
}, 300_000);

describe('the past of a fleet of 10,000 nodes with five later states each', { timeout: 120_000 }, () => {
  test('is read with few statements, whatever its size', async () => {
    const [one = ''] = nodes;
    const most = { node: 6, nodes: 4, filtered: 4, fleet: 9, fleets: 5, density: 2, cells: 2, summary: 2 };
    const reads = {
      node: () => caller.nodes.get({ id: one, at }),
      nodes: () => caller.nodes.list({ at }),
      filtered: () => caller.nodes.list({ at, fleet, query: 'node-77', health: ['NeverSeen'], label: 'site=everywhere' }),
      fleet: () => caller.fleets.get({ id: fleet, at }),
      fleets: () => caller.fleets.list({ at }),
      density: () => caller.nodes.density({ at, fleet }),
      cells: () => caller.nodes.cells({ at, fleet, health: 'NeverSeen', sync: 'Unknown', from: 9_000 }),
      summary: () => caller.nodes.summary({ at }),
    };
    for (const [name, read] of Object.entries(reads)) {
      const [before, startedAt] = [statements(), performance.now()];
      await read();
      expect(statements() - before, name).toBeLessThanOrEqual(most[name as keyof typeof most]);
      // Shown and not judged: a machine that does other things besides is slower.
      process.stderr.write(`${name} as of a moment, of ${size} nodes: ${Math.round(performance.now() - startedAt)} ms, ${statements() - before} statements\n`);
    }
    expect((await caller.fleets.get({ id: fleet, at })).nodes.total).toBe(size);
    expect((await caller.nodes.get({ id: one, at })).health.message).toBe('');
  });

  test('costs a node descents of an index, not its history', async () => {
    const [one = ''] = nodes;
    for (let times = 0; times < 500; times++) await world.deps.db.$executeRaw`UPDATE nodes SET "syncMessage" = ${`later ${times}`} WHERE id = ${one}`;
    await world.deps.db.$executeRaw`ANALYZE node_states`;
    const plan = await world.deps.db.$queryRawUnsafe<{ 'QUERY PLAN': [{ Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }] }[]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM node_states WHERE "nodeId" = '${one}' AND at <= '${new Date(at).toISOString()}' ORDER BY at DESC LIMIT 1`,
    );
    const read = plan[0]?.['QUERY PLAN'][0].Plan;
    expect((read?.['Shared Hit Blocks'] ?? 0) + (read?.['Shared Read Blocks'] ?? 0)).toBeLessThanOrEqual(8);
  });
});
