import { beforeAll, describe, expect, test, vi } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { sampleEvenly } from '../gates/index.ts';
import type { Transaction } from '../kernel/db.ts';
import { outboxEnd, readOutbox } from '../kernel/outbox-relay.ts';
import { parseCursor } from '../kernel/outbox.ts';
import { createRandom } from '../kernel/seeded-random.ts';
import { nodesReported } from '../nodes/index.ts';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { countTraffic } from '../nodes/testing/statements.ts';
import type { Traffic } from '../nodes/testing/statements.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { readSnapshot } from './look.ts';
import type { Look } from './look.ts';
import { News } from './news.ts';
import { planStep } from './planner.ts';
import { answerFrom, readCohorts } from './reads.ts';
import { lockRollout } from './repository.ts';
import { advanceRollout, runStep } from './service.ts';
import { expectSameStep } from './testing/same-step.ts';
import { countsSchema } from './tally.ts';
import { isOver } from './work.ts';

/* I10: a step reads what changed. And nothing that changed is missed: what the outbox tells, and the time, is all of it. */

let world: TestWorld;
let traffic: () => Traffic;
beforeAll(async () => {
  world = await testWorld();
  traffic = countTraffic(world.deps.pool);
});

async function aRule(organization: string): Promise<ReturnType<typeof callAs>> {
  const caller = callAs(world.deps, aUser(organization));
  await caller.rules.publish({ name: 'watch', text: 'define stream In (a int);\nfrom In[a > 1] select a insert into Out;\n' });
  return caller;
}

async function deploy(caller: ReturnType<typeof callAs>, fleet: string, policy: object): Promise<string> {
  const plan = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy });
  return (await caller.deployments.create({ planHash: plan.hash })).id;
}

describe('from the database', { timeout: 240_000 }, () => {
  const policies: [string, object][] = [
    ['of patience', { failureThresholdPercent: 50, bakeSeconds: 10 }],
    ['that goes back', { failureThresholdPercent: 10, onFailure: 'rollback', bakeSeconds: 0 }],
    ['with a limit by label', { maxUnavailablePer: { labels: ['line'], nodes: 1 }, bakeSeconds: 0, failureThresholdPercent: 50 }],
    ['to which an absence is an error', { failureThresholdPercent: 100, whenDisconnected: 'error', perMinute: 3 }],
  ];
  test.each(policies)('what is heard is all that a step has to look at, under a policy %s', async (name, policy) => {
    const organization = await world.organization();
    const caller = await aRule(organization);
    const { id: fleet } = await caller.fleets.create({ name: 'all', selector: 'site=here', settings: {} });
    const agents: TestAgent[] = [];
    for (let index = 0; index < 10; index += 1) agents.push(await anAgent(world.deps, organization, `n${index}`, { site: 'here', ...(index % 4 > 0 && { line: `${index % 4}` }) }));
    for (const agent of agents.slice(0, 8)) await agent.connect();
    // One has no place in the rollout until it is let back.
    await caller.quarantine.begin({ id: agents[3]?.id ?? '', reason: 'bad fan' });
    let position = await outboxEnd(world.deps.pool);
    const id = await deploy(caller, fleet, { updateTimeoutSeconds: 60, maxUnavailable: { unit: 'nodes', value: 3 }, quarantineAfter: 2, ...policy });
    const news = new News();
    news.looked(id);
    const listen = async (): Promise<Look> => {
      await untilReadable();
      for (const event of await readOutbox(world.deps.pool, position, 1000)) {
        position = parseCursor(event.cursor) ?? position;
        news.hear(event);
      }
      await news.gather(world.deps.db);
      return news.take(id);
    };
    const random = createRandom(name.length);
    const acts: ((agent: TestAgent) => Promise<unknown>)[] = [
      (agent) => agent.connect(),
      (agent) => agent.disconnect(),
      (agent) => agent.run(),
      (agent) => agent.run(),
      (agent) => agent.apply(),
      (agent) => agent.fail('it broke'),
      (agent) => caller.nodes.setLabels({ id: agent.id, labels: { site: random() < 0.7 ? 'here' : 'elsewhere' } }),
      (agent) => caller.quarantine.begin({ id: agent.id, reason: 'bad fan' }),
      (agent) => caller.quarantine.lift({ id: agent.id }),
      (agent) => caller.quarantine.lift({ id: agent.id }),
      (agent) => caller.offline.prepare({ id: agent.id, deployment: id }),
      () => caller.deployments.retryFailed({ id }),
      () => caller.deployments.resume({ id }),
    ];
    let compared = 0;
    for (let round = 0; round < 80; round += 1) {
      world.deps.clock.advance(Math.floor(random() * 12_000));
      const agent = agents[Math.floor(random() * agents.length)];
      // What is not possible now, such as running what one was not told, does not happen.
      if (agent !== undefined) await acts[Math.floor(random() * acts.length)]?.(agent).catch(() => undefined);
      const look = await listen();
      if (look !== 'all') compared += await compare(id, look);
      // Sometimes whoever took the news is killed.
      if (random() < 0.2) news.giveBack(id, look);
      else await advanceRollout(world.deps, id, look);
    }
    expect(compared).toBeGreaterThan(10);
  });

  /** Holds when a step from what was heard is the step from everything; 1 when it was one from what was heard. */
  async function compare(id: string, look: Look): Promise<number> {
    return world.deps.db.$transaction(async (tx) => {
      const rollout = await lockRollout(tx, id, true);
      // What is over is looked at for those alone that had not come.
      if (rollout === null || rollout.tally === null || isOver(rollout.state)) return 0;
      const at = new Date(world.deps.clock.now());
      const take = async (of: Look) => {
        const { snapshot } = await readSnapshot(world.deps, tx, rollout, rollout.previousBundle ?? 'sha256:none', of, at);
        return runStep(planStep(snapshot, at.getTime()), (asked) => answerFrom(tx, rollout, asked));
      };
      // Either takes joiners in: each begins where the other did.
      await tx.$executeRaw`SAVEPOINT before`;
      const fromChanges = await take(look);
      await tx.$executeRaw`ROLLBACK TO SAVEPOINT before`;
      expectSameStep(fromChanges, await take('all'));
      await tx.$executeRaw`ROLLBACK TO SAVEPOINT before`;
      return 1;
    });
  }
});

/** Until no transaction is open that is older than now: the outbox is read below the oldest, of whichever test it is. */
async function untilReadable(): Promise<void> {
  const { rows } = await world.deps.pool.query<{ next: string }>('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next');
  const next = BigInt(rows[0]?.next ?? '0');
  await vi.waitFor(async () => expect((await outboxEnd(world.deps.pool)).transactionId).toBeGreaterThanOrEqual(next - 1n), { timeout: 60_000, interval: 20 });
}

/** Rows of the rollout and of nodes that Postgres touches for a step after news of one node. */
async function touchedBy(id: string, node: string): Promise<number> {
  return world.deps.db.$transaction(async (tx) => {
    const rollout = await lockRollout(tx, id, true);
    if (rollout === null) throw new Error('it is gone');
    const soFar = await touchedSoFar(tx);
    const { snapshot } = await readSnapshot(world.deps, tx, rollout, rollout.previousBundle ?? 'sha256:none', new Set([node]), new Date(world.deps.clock.now()));
    await runStep(planStep(snapshot, world.deps.clock.now()), (asked) => answerFrom(tx, rollout, asked));
    return (await touchedSoFar(tx)) - soFar;
  });
}

async function touchedSoFar(tx: Transaction): Promise<number> {
  const [{ rows } = { rows: 0 }] = await tx.$queryRaw<{ rows: number }[]>`SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables WHERE relname IN ('deployment_nodes', 'nodes')`;
  return rows;
}

test('a report of one node costs the same statements and rows, however large the rollout', { timeout: 120_000 }, async () => {
  const costs: Traffic[] = [];
  for (const size of [1_000, 8_000]) {
    const organization = await world.organization();
    const caller = await aRule(organization);
    const nodes = await createNodes(world.deps, organization, size, { site: 'large' });
    await world.deps.db.node.updateMany({ where: { organizationId: organization }, data: { connectedSince: new Date(world.deps.clock.now()), health: 'Healthy' } });
    const { id: fleet } = await caller.fleets.create({ name: 'large', selector: 'site=large', settings: {} });
    const id = await deploy(caller, fleet, { waves: [{ limit: { unit: 'percent', value: 50 } }], maxUnavailable: { unit: 'percent', value: 25 } });
    // Until as many are told as may be.
    while ((await advanceRollout(world.deps, id)) === 'more');
    await world.deps.db.$executeRaw`ANALYZE deployment_nodes`;
    const told = await world.deps.db.deploymentNode.findFirstOrThrow({ where: { deploymentId: id, generation: { not: null } } });
    expect(nodes).toContain(told.nodeId);
    await nodesReported(world.deps, organization, [{ id: told.nodeId, report: { type: 'report', conditions: [], sync: 'Synced', reason: 'Running', message: '', observedGeneration: Number(told.generation), bundle: told.told ?? '', rules: [], models: [] } }], 'test');
    expect(await touchedBy(id, told.nodeId)).toBeLessThanOrEqual(20);
    const before = traffic();
    expect(await advanceRollout(world.deps, id, new Set([told.nodeId]))).toBe('done');
    const after = traffic();
    costs.push({ statements: after.statements - before.statements, rows: after.rows - before.rows });
    // It was noted, and the next was told in its place.
    expect(await world.deps.db.deploymentNode.count({ where: { deploymentId: id, state: 'Running' } })).toBe(1);
    expect(await world.deps.db.deploymentNode.count({ where: { deploymentId: id, state: 'Requested' } })).toBe(size / 4);
  }
  expect(costs[1]).toEqual(costs[0]);
  expect(costs[1]?.statements).toBeLessThanOrEqual(30);
  expect(costs[1]?.rows).toBeLessThanOrEqual(20);
});

/** A rollout in which as many are told as may be, and that is looked at on news alone. */
async function aLargeRollout(size: number): Promise<{ caller: ReturnType<typeof callAs>; organization: string; id: string }> {
  const organization = await world.organization();
  const caller = await aRule(organization);
  await createNodes(world.deps, organization, size, { site: 'large' });
  await world.deps.db.node.updateMany({ where: { organizationId: organization }, data: { connectedSince: new Date(world.deps.clock.now()), health: 'Healthy' } });
  const { id: fleet } = await caller.fleets.create({ name: 'large', selector: 'site=large', settings: {} });
  const id = await deploy(caller, fleet, { waves: [{ limit: { unit: 'percent', value: 50 } }], maxUnavailable: { unit: 'nodes', value: 100 }, failureThresholdPercent: 100 });
  while ((await advanceRollout(world.deps, id)) === 'more');
  await world.deps.db.$executeRaw`ANALYZE deployment_nodes`;
  return { caller, organization, id };
}

/** Where the nodes of a rollout stand by their rows; the tally has to say the same. */
async function expectTallyOfRows(id: string): Promise<void> {
  const { tally, bundle } = await world.deps.db.deployment.findUniqueOrThrow({ where: { id } });
  const rows = await world.deps.db.deploymentNode.groupBy({ by: ['wave', 'state', 'told', 'afterFailure'], where: { deploymentId: id }, _count: true });
  const counted = rows.map(({ told, _count: nodes, ...standing }) => ({ ...standing, told: told === null ? 'nothing' : told === bundle ? 'bundle' : 'previous', nodes }));
  expect(countsSchema.parse(tally)).toHaveLength(counted.length);
  expect(countsSchema.parse(tally)).toEqual(expect.arrayContaining(counted));
}

test('what a person does to a rollout costs the same statements and rows, however large it is, and leaves the tally right', { timeout: 240_000 }, async () => {
  const costs: Record<string, Traffic>[] = [];
  for (const size of [1_000, 4_000]) {
    const { caller, organization, id } = await aLargeRollout(size);
    const told = await world.deps.db.deploymentNode.findMany({ where: { deploymentId: id, generation: { not: null } }, orderBy: { nodeName: 'asc' }, take: 5 });
    const failed = told.map(({ nodeId, generation, told: bundle }) => ({ id: nodeId, report: { type: 'report' as const, conditions: [], sync: 'Failed' as const, reason: 'BuildFailed', message: 'It broke.', observedGeneration: 0, rules: [], models: [], activation: { generation: Number(generation), bundle: bundle ?? '', step: 'Failed' as const, bytesDone: 0, bytesTotal: 0 } } }));
    await nodesReported(world.deps, organization, failed, 'test');
    await advanceRollout(world.deps, id, new Set(told.map(({ nodeId }) => nodeId)));
    const acts: [string, () => Promise<unknown>][] = [
      ['pause', () => caller.deployments.pause({ id })],
      ['resume', () => caller.deployments.resume({ id })],
      ['retryFailed', () => caller.deployments.retryFailed({ id })],
      ['cancel', () => caller.deployments.cancel({ id })],
    ];
    const cost: Record<string, Traffic> = {};
    for (const [name, act] of acts) {
      const before = traffic();
      await act();
      const after = traffic();
      cost[name] = { statements: after.statements - before.statements, rows: after.rows - before.rows };
      await expectTallyOfRows(id);
    }
    costs.push(cost);
    // In the places of those that failed others were told.
    expect(await world.deps.db.deploymentNode.count({ where: { deploymentId: id, state: 'Skipped' } })).toBe(size - 100 - failed.length);
  }
  expect(costs[1]).toEqual(costs[0]);
  // To cancel is to look a last time at those that are under way: a hundred of them, or so.
  expect(Object.values(costs[1] ?? {}).map(({ rows }) => rows < 250)).not.toContain(false);
});

test('a node that is let back, and one that is told by hand, cost the same, however large the rollout, and leave the tally right', { timeout: 240_000 }, async () => {
  const costs: Record<string, Traffic>[] = [];
  for (const size of [1_000, 4_000]) {
    const { caller, id } = await aLargeRollout(size);
    const of = async (state: 'ToCome' | 'Requested') => (await world.deps.db.deploymentNode.findFirstOrThrow({ where: { deploymentId: id, state }, orderBy: { nodeName: 'desc' } })).nodeId;
    const [waits, told] = [await of('ToCome'), await of('Requested')];
    const stepOf = (node: string) => advanceRollout(world.deps, id, new Set([node]));
    const acts: [string, () => Promise<unknown>][] = [
      ...[waits, told].flatMap((node, index): [string, () => Promise<unknown>][] => [
        [`quarantine ${index}`, () => caller.quarantine.begin({ id: node, reason: 'bad fan' })],
        [`left out ${index}`, () => stepOf(node)],
        [`lift ${index}`, () => caller.quarantine.lift({ id: node })],
        [`back ${index}`, () => stepOf(node)],
      ]),
      ['told by hand', () => caller.offline.prepare({ id: waits, deployment: id })],
      ['after', () => stepOf(waits)],
    ];
    const cost: Record<string, Traffic> = {};
    for (const [name, act] of acts) {
      const before = traffic();
      await act();
      const after = traffic();
      cost[name] = { statements: after.statements - before.statements, rows: after.rows - before.rows };
      await expectTallyOfRows(id);
    }
    costs.push(cost);
  }
  expect(costs[1]).toEqual(costs[0]);
  expect(Object.values(costs[1] ?? {}).map(({ rows }) => rows < 30)).not.toContain(false);
});

test('gates look at so many nodes, however large the rollout, and at the same ones as if all had been read', { timeout: 240_000 }, async () => {
  const costs: number[] = [];
  for (const size of [1_000, 4_000]) {
    const organization = await world.organization();
    const caller = await aRule(organization);
    const nodes = await createNodes(world.deps, organization, size, { site: 'large' });
    await world.deps.db.node.updateMany({ where: { organizationId: organization }, data: { connectedSince: new Date(world.deps.clock.now()), health: 'Healthy' } });
    const { id: fleet } = await caller.fleets.create({ name: 'large', selector: 'site=large', settings: {} });
    const id = await deploy(caller, fleet, { waves: [{ limit: { unit: 'nodes', value: 300 } }], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 60, gates: [{ metric: 'errorsPercent', compare: 'atMost', bound: 1 }] });
    const before = await world.deps.db.deployment.findUniqueOrThrow({ where: { id } });
    await world.deps.db.$executeRaw`UPDATE nodes SET "reportedBundle" = 'sha256:before' WHERE "organizationId" = ${organization}`;
    await world.deps.db.$executeRaw`UPDATE nodes n SET "reportedBundle" = d.told FROM deployment_nodes d WHERE d."nodeId" = n.id AND d."deploymentId" = ${id} AND d.told IS NOT NULL`;
    await world.deps.db.$executeRaw`UPDATE deployment_nodes SET state = 'Running' WHERE "deploymentId" = ${id} AND told IS NOT NULL`;
    await world.deps.db.$executeRaw`ANALYZE deployment_nodes, nodes`;
    await world.deps.db.$transaction(async (tx) => {
      const rollout = await lockRollout(tx, id, true);
      if (rollout === null) throw new Error('it is gone');
      const soFar = await nodesReadSoFar(tx);
      const { wave, control } = await readCohorts(tx, rollout, 'sha256:before');
      costs.push((await nodesReadSoFar(tx)) - soFar);
      const places = await tx.deploymentNode.findMany({ where: { deploymentId: id }, orderBy: [{ wave: 'asc' }, { nodeName: 'asc' }], select: { nodeId: true, wave: true } });
      const idsOf = (index: number): string[] => places.flatMap((place) => (place.wave === index ? [place.nodeId] : []));
      expect(wave.map(({ node }) => node)).toEqual(sampleEvenly(idsOf(0), 100));
      expect(control.map(({ node }) => node)).toEqual(sampleEvenly(idsOf(1), 300));
    });
    expect([nodes.length, before.state]).toEqual([size, 'Progressing']);
  }
  expect(Math.max(...costs)).toBeLessThanOrEqual(450);
});

/** Rows of nodes, which are wide, that Postgres has read. */
async function nodesReadSoFar(tx: Transaction): Promise<number> {
  const [{ rows } = { rows: 0 }] = await tx.$queryRaw<{ rows: number }[]>`SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables WHERE relname = 'nodes'`;
  return rows;
}

test('a node that comes into the fleet is taken into its rollout without looking at the others', { timeout: 120_000 }, async () => {
  const organization = await world.organization();
  const caller = await aRule(organization);
  await createNodes(world.deps, organization, 1_000, { site: 'large' });
  const [late = ''] = await createNodes(world.deps, organization, 1, { site: 'elsewhere' }, 'late');
  await world.deps.db.node.updateMany({ where: { organizationId: organization }, data: { connectedSince: new Date(world.deps.clock.now()), health: 'Healthy' } });
  const { id: fleet } = await caller.fleets.create({ name: 'large', selector: 'site=large', settings: {} });
  const id = await deploy(caller, fleet, { waves: [{ limit: { unit: 'percent', value: 50 } }], maxUnavailable: { unit: 'percent', value: 25 } });
  while ((await advanceRollout(world.deps, id)) === 'more');
  await world.deps.db.$executeRaw`ANALYZE deployment_nodes, nodes`;
  let position = await outboxEnd(world.deps.pool);
  await caller.nodes.setLabels({ id: late, labels: { site: 'large' } });
  await untilReadable();
  const news = new News();
  news.looked(id);
  for (const event of await readOutbox(world.deps.pool, position, 1000)) {
    position = parseCursor(event.cursor) ?? position;
    news.hear(event);
  }
  await news.gather(world.deps.db);
  const look = news.take(id);
  expect(look).toEqual(new Set([late]));
  // Of a thousand and one; a few more than for a report, by whichever index Postgres looks the node up.
  expect(await touchedBy(id, late)).toBeLessThanOrEqual(50);
  expect(await world.deps.db.deploymentNode.count({ where: { deploymentId: id, nodeId: late } })).toBe(1);
});
