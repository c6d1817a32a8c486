import { agentVersion } from '@selvedge/edge-runtime/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { aUser, aUserOf, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { markSilentNodes, nodesConnected, nodesDisconnected, nodesReported, setDesired } from './presence.ts';
import { timelineRetention } from './jobs.ts';
import { aNode } from './testing/a-node.ts';

let world: TestWorld;
let actor: Actor;
let organizationId: string;

beforeAll(async () => {
  world = await testWorld();
});

async function fresh(): Promise<ReturnType<typeof callAs>> {
  organizationId = await world.organization();
  actor = aUser(organizationId, 'operator');
  return callAs(world.deps, actor);
}

const facts = { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1, nodeVersion: '24' };
const bundle = `sha256:${'a'.repeat(64)}`;

async function connect(id: string): Promise<number | null> {
  return (await nodesConnected(world.deps, organizationId, [{ id, instance: 'i', agentVersion, facts, gateway: null }], 'test')).get(id)?.since ?? null;
}

function desire(id: string): Promise<{ nodeId: string; generation: number }[]> {
  return performChange(world.deps, actor, (change) => setDesired(world.deps, change, organizationId, [{ nodeId: id, bundle }]));
}

/** Of what it was told by a control plane that is restored from a backup since: it is at that, or failed at it. */
function reportAhead(id: string, generation: number): Promise<void> {
  return nodesReported(world.deps, organizationId, [{ id, report: { type: 'report', observedGeneration: 0, sync: 'Failed', reason: 'r', message: 'm', activation: { generation, bundle, step: 'Failed', bytesDone: 0, bytesTotal: 0 }, conditions: [], rules: [], models: [] } }], 'test');
}

function report(id: string, observedGeneration: number): Promise<void> {
  return nodesReported(world.deps, actor.organizationId, [{ id, report: { type: 'report', observedGeneration, bundle, sync: 'Synced', reason: 'Running', message: '', conditions: [], rules: [], models: [] } }], 'test');
}

test('a node is told a generation above all that it was told, also by a control plane that knew more', async () => {
  await fresh();
  const id = await aNode(world.deps, organizationId, {});
  await reportAhead(id, 7);
  expect(await desire(id)).toMatchObject([{ nodeId: id, generation: 8 }]);
});

describe('list', () => {
  test('pages by each order without gaps or repetitions, and filters by name, status, fleet and labels', async () => {
    const caller = await fresh();
    const fleet = await caller.fleets.create({ name: 'f', selector: 'line=1' });
    const ids: string[] = [];
    for (let i = 0; i < 11; i++) ids.push(await aNode(world.deps, organizationId, { name: `loop-${String(i).padStart(2, '0')}`, labels: { line: String(i % 3) } }));
    for (const id of ids.slice(0, 4)) await connect(id);
    for (const sort of ['name', '-name', 'lastSeenAt', '-lastSeenAt', 'health', 'sync'] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await caller.nodes.list({ sort, limit: 4, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.total).toBe(11);
        seen.push(...page.items.map((item) => item.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen.toSorted(), sort).toEqual(ids.toSorted());
      if (sort === 'name') expect(seen).toEqual(ids);
    }
    const names = async (filter: Parameters<typeof caller.nodes.list>[0]): Promise<string[]> => (await caller.nodes.list(filter)).items.map((item) => item.name);
    expect(await names({ query: 'LOOP-1' })).toEqual(['loop-10']);
    expect(await names({ query: '%' })).toEqual([]);
    expect(await names({ health: ['Healthy'] })).toEqual(['loop-00', 'loop-01', 'loop-02', 'loop-03']);
    expect(await names({ fleet: fleet.id })).toEqual(['loop-01', 'loop-04', 'loop-07', 'loop-10']);
    expect((await names({ fleet: 'none' })).length).toBe(7);
    expect(await names({ label: 'line in (0, 2), !spare', sync: ['Unknown'], health: ['Healthy'] })).toEqual(['loop-00', 'loop-02', 'loop-03']);
    await expect(caller.nodes.list({ label: 'line=' })).rejects.toMatchObject({ cause: { code: 'InvalidInput' } });
    await expect(caller.nodes.list({ cursor: 'garbage' })).rejects.toMatchObject({ cause: { code: 'InvalidInput' } });
    expect(await caller.nodes.summary()).toMatchObject({ total: 11, byHealth: { Healthy: 4, NeverSeen: 7 }, bySync: { Unknown: 11 } });
  });
});

test('a hold at the site is shown until it ends, and is the cause for which a node waits', async () => {
  const caller = await fresh();
  const { id: fleetId } = await caller.fleets.create({ name: 'held', selector: 'line=held' });
  const id = await aNode(world.deps, organizationId, { labels: { line: 'held' } });
  await connect(id);
  await desire(id);
  const until = world.deps.clock.now() + 60_000;
  const message = 'Held at the site: shift change';
  await nodesReported(world.deps, organizationId, [{ id, report: { type: 'report', observedGeneration: 0, sync: 'OutOfSync', reason: 'Held', message, hold: { until, reason: 'shift change' }, conditions: [], rules: [], models: [] } }], 'test');
  expect(await caller.nodes.get({ id })).toMatchObject({ fleet: { id: fleetId }, hold: { until, reason: 'shift change' }, sync: { status: 'OutOfSync', reason: 'Held', message } });
  expect((await caller.why.node({ id })).causes).toMatchObject([{ code: 'Held', byItself: { at: until } }]);
  world.deps.clock.advance(61_000);
  expect((await caller.nodes.get({ id })).hold).toBeNull();
});

describe('several nodes changed one by one, as their list does it', () => {
  const labelsOf = async (id: string) => (await callAs(world.deps, actor).nodes.get({ id })).labels;
  /** What of it each node says beforehand, and how each call ends. */
  const tried = async (who: Actor, ids: readonly string[]) => {
    const caller = callAs(world.deps, who);
    const beforehand: boolean[] = [];
    const ends: string[] = [];
    for (const id of ids) {
      const { can, labels } = await caller.nodes.get({ id });
      beforehand.push(can.setLabels.allowed);
      for (const call of [() => caller.nodes.setLabels({ id, labels: { ...labels, shift: 'late' } }), () => caller.nodes.retry({ id })]) {
        ends.push(await call().then(() => 'ok', (error: unknown) => (error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : String(error))));
      }
    }
    return { beforehand, ends };
  };

  test('I11: a role that may not is told so of each, refused each, and changes none', async () => {
    await fresh();
    const ids = [await aNode(world.deps, organizationId, { name: 'one' }), await aNode(world.deps, organizationId, { name: 'two' })];
    for (const id of ids) await desire(id);
    for (const role of ['viewer', 'author'] as const) {
      expect(await tried(aUser(organizationId, role), ids)).toEqual({ beforehand: [false, false], ends: ['Forbidden', 'Forbidden', 'Forbidden', 'Forbidden'] });
      expect((await callAs(world.deps, aUser(organizationId, role)).nodes.get({ id: ids[0] ?? '' })).can).toMatchObject({ setLabels: { reason: expect.stringContaining('role') }, retry: { reason: expect.stringContaining('role') } });
    }
    for (const id of ids) expect(await labelsOf(id)).not.toHaveProperty('shift');
  });

  test('I11: who operates one fleet and looks at another changes those of the first alone', async () => {
    const caller = await fresh();
    const [a, b] = [await caller.fleets.create({ name: 'a', selector: 'site=a' }), await caller.fleets.create({ name: 'b', selector: 'site=b' })];
    const [ours, theirs] = [await aNode(world.deps, organizationId, { name: 'ours', labels: { site: 'a' } }), await aNode(world.deps, organizationId, { name: 'theirs', labels: { site: 'b' } })];
    for (const id of [ours, theirs]) await desire(id);
    const both = aUserOf(organizationId, { role: 'operator', fleets: [a.id] }, { role: 'viewer', fleets: [b.id] });
    expect(await tried(both, [theirs, ours])).toEqual({ beforehand: [false, true], ends: ['NotFound', 'NotFound', 'ok', 'ok'] });
    expect([await labelsOf(ours), await labelsOf(theirs)]).toEqual([{ site: 'a', shift: 'late' }, { site: 'b' }]);
  });
});

describe('desired against reported', () => {
  test('I1, I9: generations only grow, and only the node’s report makes it synced', async () => {
    const caller = await fresh();
    const id = await aNode(world.deps, organizationId);
    await connect(id);
    expect(await desire(id)).toEqual([{ nodeId: id, generation: 1, labels: {} }]);
    expect((await caller.nodes.get({ id })).sync).toMatchObject({ status: 'Unknown', reason: 'NeverReported' });
    await report(id, 0);
    expect((await caller.nodes.get({ id })).sync).toMatchObject({ status: 'OutOfSync', reason: 'Requested' });
    await report(id, 1);
    const synced = await caller.nodes.get({ id });
    expect(synced).toMatchObject({ sync: { status: 'Synced' }, generation: { desired: 1, observed: 1 }, can: { retry: { allowed: false, reason: 'It runs what it should.' } } });
    expect(await desire(id)).toEqual([{ nodeId: id, generation: 2, labels: {} }]);
    await expect(world.deps.pool.query('UPDATE nodes SET "desiredGeneration" = 1 WHERE id = $1', [id])).rejects.toThrow(/cannot go from 2 to 1/);
  });

  test('a node that reports a newer generation than was ever assigned gets one above it', async () => {
    await fresh();
    const id = await aNode(world.deps, organizationId);
    await report(id, 7);
    expect(await desire(id)).toEqual([{ nodeId: id, generation: 8, labels: {} }]);
  });

  test('a revoked node is told nothing', async () => {
    const caller = await fresh();
    const id = await aNode(world.deps, organizationId);
    await caller.nodes.revoke({ id, reason: 'stolen' });
    expect(await desire(id)).toEqual([]);
    expect(await connect(id)).toBeNull();
    await expect(caller.nodes.revoke({ id, reason: 'again' })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
    expect((await caller.nodes.list({})).total).toBe(0);
    expect((await caller.nodes.list({ revoked: true })).items.map((item) => item.health.reason)).toEqual(['Revoked']);
  });
});

test('what a rollout tells is news to the link, and to rollouts only of a node that cannot begin or has said something to it', async () => {
  await fresh();
  const newsOf = async (id: string): Promise<string[]> => {
    await world.deps.db.outboxEvent.deleteMany({ where: { organizationId } });
    await performChange(world.deps, actor, (change) => setDesired(world.deps, change, organizationId, [{ nodeId: id, bundle }], true));
    return (await world.deps.db.outboxEvent.findMany({ where: { organizationId }, orderBy: { id: 'asc' } })).map(({ topic, kind }) => `${topic} ${kind}`);
  };
  const id = await aNode(world.deps, organizationId);
  expect(await newsOf(id)).toEqual(['assignment assigned', 'node desired']);
  const since = await connect(id);
  await report(id, 1);
  expect(await newsOf(id)).toEqual(['assignment assigned']);
  await nodesReported(world.deps, organizationId, [{ id, report: { type: 'report', observedGeneration: 2, bundle, sync: 'OutOfSync', reason: 'Held', message: 'Somebody works on it.', conditions: [], rules: [], models: [] } }], 'test');
  expect(await newsOf(id)).toEqual(['assignment assigned', 'node desired']);
  await nodesDisconnected(world.deps, organizationId, [{ id, connectedSince: since ?? 0, lastSeenAt: 1 }], 'test');
  expect(await newsOf(id)).toEqual(['assignment assigned', 'node desired']);
});

describe('presence', () => {
  test('the end of an earlier connection does not end the one that stands', async () => {
    const caller = await fresh();
    const id = await aNode(world.deps, organizationId);
    const first = await connect(id);
    world.deps.clock.advance(10);
    const second = await connect(id);
    await nodesDisconnected(world.deps, organizationId, [{ id, connectedSince: first ?? 0, lastSeenAt: world.deps.clock.now() }], 'test');
    expect((await caller.nodes.get({ id })).health.status).toBe('Healthy');
    await nodesDisconnected(world.deps, organizationId, [{ id, connectedSince: second ?? 0, lastSeenAt: world.deps.clock.now() }], 'test');
    expect((await caller.nodes.get({ id })).health).toMatchObject({ status: 'Offline' });
  });

  test('nodes that a killed process held are found by their silence', async () => {
    const caller = await fresh();
    const [silent, heard] = [await aNode(world.deps, organizationId), await aNode(world.deps, organizationId)];
    await connect(silent);
    world.deps.clock.advance(60_000);
    await connect(heard);
    expect(await markSilentNodes(world.deps, 37_500, 'test')).toBeGreaterThanOrEqual(1);
    expect((await caller.nodes.get({ id: silent })).health.status).toBe('Offline');
    expect((await caller.nodes.get({ id: heard })).health.status).toBe('Healthy');
  });
});

test('labels move a node, the preview says where to, and the timeline who did it', async () => {
  const caller = await fresh();
  const [a, b] = [await caller.fleets.create({ name: 'a', selector: 'site=a' }), await caller.fleets.create({ name: 'b', selector: 'site=b' })];
  const id = await aNode(world.deps, organizationId, { labels: { site: 'a' } });
  const preview = await caller.nodes.previewLabels({ id, labels: { site: 'b' } });
  expect(preview).toMatchObject({ from: { id: a.id }, to: { id: b.id }, multiple: false });
  await caller.nodes.setLabels({ id, labels: { site: 'b' } });
  expect((await caller.nodes.get({ id })).fleet?.id).toBe(b.id);
  const { items } = await caller.nodes.timeline({ id, limit: 2 });
  expect(items.map((item) => [item.source.kind, item.message])).toEqual([
    ['person', 'Labels: site=a is now b.'],
    ['control plane', 'Moved from the fleet a to b.'],
  ]);
});

test('I6: timelines lose what is older than 90 days, and nothing else', async () => {
  const caller = await fresh();
  const id = await aNode(world.deps, organizationId);
  await caller.nodes.setLabels({ id, labels: { a: 'old' } });
  world.deps.clock.advance(91 * 86_400_000);
  await caller.nodes.setLabels({ id, labels: { a: 'new' } });
  await timelineRetention.run(world.deps, {}, new AbortController().signal);
  expect((await caller.nodes.timeline({ id })).items.map((item) => item.message)).toEqual(['Labels: a=old is now new.']);
});
