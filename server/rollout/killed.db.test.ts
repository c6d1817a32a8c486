import { beforeAll, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import type { Deps } from '../kernel/deps.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { advanceRollout } from './service.ts';

let world: TestWorld;
let organization: string;

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await as().rules.publish({ name: 'watch', text: "@app:name('watch') define stream A (v int); @sink(type='log') define stream B (v int); from A select v insert into B;" });
});

const as = () => callAs(world.deps, aUser(organization));

/** The same database, whose process ends before its n-th statement. */
function endingBefore(statement: number): { deps: Deps; asked: () => number } {
  let asked = 0;
  const db = world.deps.db.$extends({
    query: {
      $allOperations: ({ args, query }) => {
        asked += 1;
        if (asked === statement) throw new Error('killed');
        return query(args);
      },
    },
  });
  // An extended client has every operation of the one that it extends.
  return { deps: { ...world.deps, db: db as unknown as Deps['db'] }, asked: () => asked };
}

/** All that a step may write. */
async function written(id: string): Promise<unknown> {
  const { db } = world.deps;
  const [deployment, nodes, assignments, decisions, entries, outbox] = await Promise.all([
    db.deployment.findUniqueOrThrow({ where: { id }, select: { state: true, wave: true, wakeAt: true, tally: true } }),
    db.deploymentNode.findMany({ where: { deploymentId: id }, orderBy: { nodeId: 'asc' } }),
    db.assignment.count(),
    db.deploymentDecision.count({ where: { deploymentId: id } }),
    db.auditEntry.count({ where: { organizationId: organization } }),
    db.outboxEvent.count(),
  ]);
  return { deployment, nodes, assignments, decisions, entries, outbox };
}

test('a step that ends before any of its statements has written nothing, and the one after it does the same (I1, I8)', { timeout: 300_000 }, async () => {
  const { id: fleet } = await as().fleets.create({ name: 'killed', selector: 'site=killed', settings: {} });
  const agents: TestAgent[] = [];
  for (let index = 0; index < 3; index += 1) {
    const agent = await anAgent(world.deps, organization, `killed-${index}`, { site: 'killed' });
    await agent.connect();
    agents.push(agent);
  }
  const plan = await as().deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 0, maxUnavailable: { unit: 'percent', value: 100 } } });
  const { id } = await as().deployments.create({ planHash: plan.hash });
  let ended = 0;
  for (let round = 0; (await as().deployments.get({ id })).state !== 'Succeeded'; round += 1) {
    expect(round).toBeLessThan(20);
    // Once more with one statement further, until the step runs through.
    for (let statement = 1; ; statement += 1) {
      const before = await written(id);
      const { deps } = endingBefore(statement);
      const outcome = await advanceRollout(deps, id).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) break;
      expect(outcome.message).toContain('killed');
      expect(await written(id)).toEqual(before);
      ended += 1;
    }
    for (const { node, state } of (await as().deployments.nodes({ id })).items) if (state === 'Requested') await agents.find((agent) => agent.id === node)?.run();
  }
  expect(ended).toBeGreaterThan(20);
  const told = await world.deps.db.assignment.groupBy({ by: ['nodeId'], where: { deploymentId: id }, _count: true });
  expect(told.map((row) => row._count)).toEqual([1, 1, 1]);
  expect(await as().audit.verify()).toMatchObject({ ok: true });
});
