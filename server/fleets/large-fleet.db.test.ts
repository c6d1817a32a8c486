import { beforeAll, describe, expect, test } from 'vitest';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { countStatements } from '../nodes/testing/statements.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';

/* I10 with a fleet that is worth the name: what is done to it as a whole, what is done to one of its nodes, and what is read of it. */

const size = 10_000;
let world: TestWorld;
let caller: ReturnType<typeof callAs>;
let statements: () => number;
let organization: string;
let nodes: string[];
/** Statements that making the large fleet took. */
let madeBy: number;

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  caller = callAs(world.deps, aUser(organization));
  nodes = await createNodes(world.deps, organization, size, { site: 'everywhere' });
  statements = countStatements(world.deps.pool);
});

async function counted(work: () => Promise<unknown>): Promise<number> {
  const before = statements();
  await work();
  return statements() - before;
}

describe('a fleet of 10,000 nodes', { timeout: 120_000 }, () => {
  test('is made in one transaction, whole: every node is in it, and has it on its timeline', async () => {
    madeBy = await counted(() => caller.fleets.create({ name: 'everywhere', selector: 'site=everywhere', settings: {} }));
    const { items } = await caller.fleets.list({});
    expect(items).toMatchObject([{ name: 'everywhere', nodes: { total: size } }]);
    const [{ id } = { id: '' }] = items;
    expect(await world.deps.db.node.count({ where: { fleetId: id, claimedBy: { equals: [id] } } })).toBe(size);
    expect(await world.deps.db.nodeEvent.count({ where: { organizationId: organization, reason: 'FleetChanged' } })).toBe(size);
  });

  test('making it, and a change of one of its nodes, cost the same statements as for a fleet of one', async () => {
    const small = await world.organization('Small');
    const alone = callAs(world.deps, aUser(small));
    const [single = ''] = await createNodes(world.deps, small, 1, { site: 'everywhere' });
    expect(await counted(() => alone.fleets.create({ name: 'everywhere', selector: 'site=everywhere', settings: {} }))).toBe(madeBy);
    const [one = ''] = nodes;
    const relabel = (of: typeof caller, id: string) => counted(() => of.nodes.setLabels({ id, labels: { site: 'everywhere', line: '1' } }));
    const rename = (of: typeof caller, id: string) => counted(() => of.nodes.rename({ id, name: 'renamed' }));
    const leave = (of: typeof caller, id: string) => counted(() => of.nodes.setLabels({ id, labels: { site: 'elsewhere' } }));
    const read = (of: typeof caller, id: string) => counted(() => of.nodes.get({ id }));
    for (const change of [relabel, rename, leave, read]) expect(await change(caller, one), change.name).toBe(await change(alone, single));
  });

  test('its pages are read with few statements, also while a rollout goes through it', async () => {
    await caller.rules.publish({ name: 'watch', text: 'define stream In (a int);\nfrom In[a > 1] select a insert into Out;\n' });
    const [{ id: fleet } = { id: '' }] = (await caller.fleets.list({})).items;
    const plan = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: {} });
    const { id } = await caller.deployments.create({ planHash: plan.hash });
    const at = world.deps.clock.now();
    /** The page, and how many statements it takes at most. */
    const pages: Record<string, [() => Promise<unknown>, number]> = {
      nodes: [() => caller.nodes.list({ limit: 50 }), 3],
      offline: [() => caller.nodes.list({ health: ['NeverSeen'], query: 'node-77', limit: 50 }), 3],
      fleets: [() => caller.fleets.list({}), 3],
      fleet: [() => caller.fleets.get({ id: fleet }), 8],
      deployments: [() => caller.deployments.list({}), 4],
      deployment: [() => caller.deployments.get({ id }), 9],
      'its nodes': [() => caller.deployments.nodes({ id, limit: 50 }), 8],
      why: [() => caller.why.deployment({ id }), 12],
      'deployment as of a moment': [() => caller.deployments.get({ id, at }), 14],
      'why as of a moment': [() => caller.why.deployment({ id, at }), 14],
      overview: [() => caller.overview.get(), 17],
      cells: [() => caller.nodes.density(), 1],
      'cells that are pointed at': [() => caller.nodes.cells({ fleet, health: 'NeverSeen', sync: 'Unknown', from: 9_900 }), 1],
      preview: [() => caller.fleets.preview({ selector: 'site=everywhere' }), 2],
    };
    for (const [name, [read, most]] of Object.entries(pages)) {
      // Shown and not judged: a machine that does other things besides is slower.
      const startedAt = performance.now();
      const took = await counted(read);
      process.stderr.write(`${name} of ${size} nodes: ${took} statements, ${Math.round(performance.now() - startedAt)} ms\n`);
      expect(took, name).toBeLessThanOrEqual(most);
    }
  });
});
