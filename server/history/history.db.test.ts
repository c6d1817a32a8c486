import type { Report } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { nodesConnected, nodesDisconnected, nodesReported, setDesired } from '../nodes/index.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { historyRetention } from './index.ts';

let world: TestWorld;
let actor: Actor;
let organizationId: string;
let caller: ReturnType<typeof callAs>;
beforeAll(async () => {
  world = await testWorld();
});

async function fresh(): Promise<void> {
  organizationId = await world.organization();
  actor = aUser(organizationId);
  caller = callAs(world.deps, actor);
}

const facts = { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1, nodeVersion: '24' };
const bundle = `sha256:${'a'.repeat(64)}`;
const sites = ['a', 'b'];
const selectors = ['site=a', 'site=b', 'site in (a, b)'];

function aReport(generation: number, well: boolean): Report {
  const ready = { type: 'Ready', status: well ? ('True' as const) : ('False' as const), reason: well ? 'Running' : 'Crashed', message: '', lastTransitionTime: 1, observedGeneration: generation };
  return { type: 'report', observedGeneration: generation, bundle, sync: 'Synced', reason: 'Running', message: '', conditions: [ready], rules: [{ name: 'r', version: generation + 1 }], models: [] };
}

/** The latest moment that anything was recorded at. */
async function latestMoment(): Promise<number> {
  const [row] = await world.deps.db.$queryRaw<{ at: Date }[]>`
    SELECT greatest((SELECT max(at) FROM node_states WHERE "organizationId" = ${organizationId}), (SELECT max(at) FROM fleet_states WHERE "organizationId" = ${organizationId})) AS at`;
  return row?.at.getTime() ?? 0;
}

/** What pages say, now or as of a moment, but for what the past does not have: what can be done, and figures. */
async function pages(nodes: readonly string[], fleets: readonly string[], at?: number): Promise<unknown> {
  const when = at === undefined ? {} : { at };
  const of = async (read: Promise<object>): Promise<unknown> => {
    try {
      const { can: _can, rates: _rates, lastSeenAt: _seen, ...rest } = { can: null, rates: null, lastSeenAt: null, ...(await read) };
      // When it last said the same again is not kept: the past has when it began to say it.
      return 'reported' in rest && rest.reported !== null ? { ...rest, reported: { ...(rest.reported as object), at: null } } : rest;
    } catch {
      return null;
    }
  };
  return {
    nodes: await Promise.all(nodes.map((id) => of(caller.nodes.get({ id, ...when })))),
    fleets: await Promise.all(fleets.map((id) => of(caller.fleets.get({ id, ...when })))),
    members: await Promise.all(fleets.map(async (fleet) => (await caller.nodes.list({ fleet, ...when })).items.map((item) => [item.name, item.health.status, item.sync.status, item.fleet]))),
    names: (await caller.nodes.list({ label: 'site', ...when })).items.map((item) => item.name),
    listed: (await caller.fleets.list(when)).items,
    summary: await caller.nodes.summary(when),
    density: await caller.nodes.density(when),
  };
}

const step = fc.record({
  kind: fc.constantFrom('enrol', 'connect', 'disconnect', 'report', 'label', 'rename', 'desire', 'quarantine', 'lift', 'revoke', 'create', 'select', 'rename fleet', 'remove'),
  which: fc.nat(2),
  choice: fc.nat(2),
  well: fc.boolean(),
});

test('the state as of any recorded moment is what pages said then, whatever happened', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
      await fresh();
      const nodes = [await aNode(world.deps, organizationId, { labels: { site: 'a' } })];
      const fleets = [(await caller.fleets.create({ name: 'first', selector: 'site=a' })).id];
      const connected = new Map<string, number>();
      const said: { at: number; pages: unknown; nodes: string[]; fleets: string[] }[] = [];
      for (const [index, { kind, which, choice, well }] of steps.entries()) {
        const id = nodes[which % nodes.length] ?? '';
        const fleet = fleets[which % fleets.length] ?? '';
        const since = connected.get(id);
        const does: Record<typeof kind, () => Promise<unknown>> = {
          enrol: async () => nodes.push(await aNode(world.deps, organizationId, { labels: { site: sites[choice % 2] ?? 'a' } })),
          connect: async () => (await nodesConnected(world.deps, organizationId, [{ id, instance: 'i', agentVersion: `0.${choice}.0`, facts: { ...facts, cores: choice + 1 }, gateway: null }], 'test')).forEach((arrived) => connected.set(id, arrived.since)),
          disconnect: () => nodesDisconnected(world.deps, organizationId, since === undefined ? [] : [{ id, connectedSince: since, lastSeenAt: world.deps.clock.now() }], 'test'),
          report: () => nodesReported(world.deps, organizationId, [{ id, report: aReport(choice, well) }], 'test'),
          label: () => caller.nodes.setLabels({ id, labels: { site: sites[choice % 2] ?? 'a', step: String(index) } }),
          rename: () => caller.nodes.rename({ id, name: `renamed-${index}` }),
          desire: () => performChange(world.deps, actor, (change) => setDesired(world.deps, change, organizationId, [{ nodeId: id, bundle }])),
          quarantine: () => caller.quarantine.begin({ id, reason: 'to see' }),
          lift: () => caller.quarantine.lift({ id }),
          revoke: () => caller.nodes.revoke({ id, reason: 'to see' }),
          create: async () => fleets.push((await caller.fleets.create({ name: `fleet-${index}`, selector: selectors[choice] ?? 'site=a' })).id),
          select: async () => caller.fleets.update({ id: fleet, version: (await caller.fleets.get({ id: fleet })).version, selector: selectors[choice] ?? 'site=a' }),
          'rename fleet': async () => caller.fleets.update({ id: fleet, version: (await caller.fleets.get({ id: fleet })).version, name: `called-${index}` }),
          remove: () => caller.fleets.remove({ id: fleet }),
        };
        // Some are refused: what is revoked, gone or in quarantine already.
        await does[kind]().catch(() => undefined);
        said.push({ at: await latestMoment(), pages: await pages(nodes, fleets), nodes: [...nodes], fleets: [...fleets] });
      }
      for (const [index, moment] of said.entries()) expect(await pages(moment.nodes, moment.fleets, moment.at), `after step ${index}: ${steps[index]?.kind}`).toEqual(moment.pages);
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

describe('what is kept', () => {
  test('heartbeats, records and the progress of a fetch are no changes', async () => {
    await fresh();
    const id = await aNode(world.deps, organizationId);
    const count = () => world.deps.db.nodeState.count({ where: { nodeId: id } });
    const fetching = (bytesDone: number): Report => ({ ...aReport(0, true), activation: { generation: 1, bundle, step: 'Fetching', bytesDone, bytesTotal: 9 } });
    await nodesReported(world.deps, organizationId, [{ id, report: fetching(0) }], 'test');
    const before = await count();
    for (let bytes = 1; bytes < 9; bytes++) await nodesReported(world.deps, organizationId, [{ id, report: fetching(bytes) }], 'test');
    await world.deps.db.node.update({ where: { id }, data: { recordsThrough: 7 } });
    expect(await count()).toBe(before);
    expect(await world.deps.db.nodeReport.count({ where: { nodeId: id } })).toBe(2);
  });

  test('I6: of a day 5,000 states of a node, then the last one is written over', async () => {
    await fresh();
    const id = await aNode(world.deps, organizationId);
    await world.deps.db.nodeState.updateMany({ where: { nodeId: id }, data: { ofDay: 4_999 } });
    for (const name of ['one', 'two', 'three']) await caller.nodes.rename({ id, name });
    const states = await world.deps.db.nodeState.findMany({ where: { nodeId: id }, orderBy: { at: 'asc' } });
    expect(states.map(({ ofDay, name }) => [ofDay, name.slice(0, 5)])).toEqual([[4_999, 'node-'], [5_000, 'three']]);
  });

  test('I6: after 90 days what nothing since needs is removed, and the oldest moment still has its answer', async () => {
    await fresh();
    const id = await aNode(world.deps, organizationId, { name: 'before' });
    await caller.nodes.rename({ id, name: 'between' });
    await caller.nodes.rename({ id, name: 'after' });
    const [first, second] = await world.deps.db.nodeState.findMany({ where: { nodeId: id }, orderBy: { at: 'asc' } });
    const day = 86_400_000;
    const horizon = world.deps.clock.now() - 90 * day;
    for (const [state, daysAgo] of [[first, 95], [second, 93]] as const) await world.deps.db.nodeState.updateMany({ where: { nodeId: id, at: state?.at ?? new Date() }, data: { at: new Date(horizon - (daysAgo - 90) * day) } });
    await world.deps.db.nodeReport.updateMany({ where: { nodeId: id }, data: { at: new Date(horizon - 5 * day) } });
    await world.deps.db.historyBeginning.updateMany({ data: { at: new Date(horizon - 30 * day) } });
    await historyRetention.run(world.deps, {}, new AbortController().signal);
    expect((await world.deps.db.nodeState.findMany({ where: { nodeId: id }, orderBy: { at: 'asc' } })).map(({ name }) => name)).toEqual(['between', 'after']);
    await world.deps.db.node.update({ where: { id }, data: { enrolledAt: new Date(horizon - 5 * day) } });
    expect((await caller.nodes.get({ id, at: horizon + 60_000 })).name).toBe('between');
    await expect(caller.nodes.get({ id, at: horizon - 60_000 })).rejects.toThrow(/earliest moment that can be read/);
  });
});

describe('reading', () => {
  test('a moment that is to come, before history, or before the node was there is refused with its reason', async () => {
    await fresh();
    const before = world.deps.clock.now();
    await expect.poll(() => world.deps.clock.now(), { interval: 1 }).toBeGreaterThan(before);
    const id = await aNode(world.deps, organizationId);
    await expect(caller.nodes.get({ id, at: world.deps.clock.now() + 60_000 })).rejects.toThrow(/in the future/);
    await expect(caller.nodes.list({ at: 0 })).rejects.toThrow(/earliest moment that can be read/);
    await expect(caller.nodes.get({ id, at: before })).rejects.toThrow(/did not exist then/);
    expect((await caller.nodes.list({ at: before })).total).toBe(0);
  });

  test('I11: the past of a node is for whom reaches it now, and where it was is not told beyond that', async () => {
    await fresh();
    const id = await aNode(world.deps, organizationId, { labels: { site: 'a' } });
    const [a, b] = [await caller.fleets.create({ name: 'a', selector: 'site=a' }), await caller.fleets.create({ name: 'b', selector: 'site=b' })];
    const at = await latestMoment();
    await caller.nodes.setLabels({ id, labels: { site: 'b' } });
    const limitedTo = (fleet: string) => callAs(world.deps, { ...aUser(organizationId), fleets: [fleet] });
    await expect(limitedTo(a.id).nodes.get({ id, at })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    expect((await limitedTo(a.id).nodes.list({ at })).total).toBe(0);
    expect((await limitedTo(a.id).fleets.get({ id: a.id, at })).nodes.total).toBe(0);
    expect(await limitedTo(b.id).nodes.get({ id, at })).toMatchObject({ fleet: null, claimedBy: { fleets: [] } });
    const { alike: [cell] } = await limitedTo(b.id).nodes.density({ at });
    expect(cell).toMatchObject({ fleet: null, nodes: 1 });
    expect(await limitedTo(b.id).nodes.cells({ fleet: null, health: 'NeverSeen', sync: 'Unknown', from: 0, at })).toMatchObject([{ id }]);
    expect(await limitedTo(b.id).nodes.cells({ fleet: a.id, health: 'NeverSeen', sync: 'Unknown', from: 0, at })).toEqual([]);
    await expect(limitedTo(b.id).fleets.get({ id: a.id, at })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    expect((await caller.fleets.get({ id: a.id, at })).nodes.total).toBe(1);
  });
});
