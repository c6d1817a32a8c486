import type { DetectionRecord, Severity } from '@selvedge/edge-runtime/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { aNode } from '../nodes/testing/a-node.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { detectionRetention } from './jobs.ts';
import { insertDetections } from './repository.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});

const causes = [{ stream: 'Readings', at: 1, data: { flow: 0.4 } }];

async function detect(organizationId: string, nodeId: string, sequence: number, given: { at?: number; title?: string; severity?: Severity; rule?: string } = {}): Promise<void> {
  const at = given.at ?? world.deps.clock.now();
  const record: DetectionRecord = {
    kind: 'detection', sequence, at, stream: 'ValveClosing', rule: given.rule ?? 'valve-watch', ruleVersion: 2, title: given.title ?? 'Valve closing', severity: given.severity ?? 'critical',
    bundle: `sha256:${'a'.repeat(64)}`, generation: 3, models: [{ name: 'pump-anomaly', version: 4 }], data: { score: 0.97 }, causes, latencyUs: 3200, actions: [{ sink: 'log', outcome: 'delivered' }],
  };
  await world.deps.db.$transaction((tx) => insertDetections(tx, [{ id: world.deps.ids.next(), organizationId, nodeId, fleetId: null, receivedAt: world.deps.clock.now(), record }]));
}

async function twoNodes(): Promise<{ organizationId: string; a: string; b: string; caller: ReturnType<typeof callAs> }> {
  const organizationId = await world.organization();
  const [a, b] = [await aNode(world.deps, organizationId, { name: 'a' }), await aNode(world.deps, organizationId, { name: 'b' })];
  return { organizationId, a, b, caller: callAs(world.deps, aUser(organizationId, 'viewer')) };
}

describe('detections', () => {
  test('are grouped by rule, stream, title and severity, with a line of counts and the latest', async () => {
    const { organizationId, a, b, caller } = await twoNodes();
    const now = world.deps.clock.now();
    await detect(organizationId, a, 1, { at: now - 49 * 60_000 });
    await detect(organizationId, a, 2, { at: now - 60_000 });
    await detect(organizationId, b, 1, { at: now - 30_000 });
    await detect(organizationId, b, 2, { at: now - 10_000, title: 'Bearing warm', severity: 'warning', rule: 'heat' });
    await detect(organizationId, b, 3, { at: now - 26 * 3_600_000 });
    const { items, total } = await caller.detections.groups({ range: '1h' });
    expect(total).toBe(4);
    expect(items.map((group) => [group.title, group.severity, group.count, group.nodes])).toEqual([['Bearing warm', 'warning', 1, 1], ['Valve closing', 'critical', 3, 2]]);
    const valve = items[1];
    expect(valve?.latest.node.name).toBe('b');
    expect([valve?.histogram[4], valve?.histogram[23], valve?.histogram.length]).toEqual([1, 2, 24]);
    expect((await caller.detections.groups({ range: '1h', node: a })).items.map((group) => group.count)).toEqual([2]);
    expect((await caller.detections.groups({ range: '1h', severity: 'warning' })).items.map((group) => group.title)).toEqual(['Bearing warm']);
    expect((await caller.detections.groups({ range: '7d', rule: 'valve-watch' })).items.map((group) => group.count)).toEqual([4]);
  });

  test('page newest first, and each shows the events behind it', async () => {
    const { organizationId, a, caller } = await twoNodes();
    for (let sequence = 1; sequence <= 5; sequence++) await detect(organizationId, a, sequence, { at: world.deps.clock.now() - 1000 });
    const first = await caller.detections.list({ limit: 3 });
    const second = await caller.detections.list({ limit: 3, cursor: first.nextCursor ?? '' });
    expect([first.total, second.nextCursor]).toEqual([5, null]);
    expect(new Set([...first.items, ...second.items].map((item) => item.id)).size).toBe(5);
    const [latest] = first.items;
    expect(await caller.detections.get({ id: latest?.id ?? '' })).toMatchObject({ causes, generation: 3, models: [{ name: 'pump-anomaly', version: 4 }], actions: [{ sink: 'log', outcome: 'delivered' }] });
  });

  test('I11: another organization’s detections are not there', async () => {
    const { organizationId, a, caller } = await twoNodes();
    await detect(organizationId, a, 1);
    const id = (await caller.detections.list({})).items[0]?.id ?? '';
    const stranger = callAs(world.deps, aUser(await world.organization()));
    await expect(stranger.detections.get({ id })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    expect((await stranger.detections.groups({})).total).toBe(0);
  });

  test('the overview counts them and says what waits for a person', async () => {
    const { organizationId, a, caller } = await twoNodes();
    await detect(organizationId, a, 1);
    const overview = await caller.overview.get();
    expect(overview).toMatchObject({ nodes: { total: 2, byHealth: { NeverSeen: 2 } }, counts: { nodes: 2, detections: 1, enrollments: 0 }, needs: [], lost: 0 });
    expect(overview.latestDetections.map((detection) => detection.title)).toEqual(['Valve closing']);
  });
});

test('I6: detections are kept for a year', async () => {
  const { organizationId, a } = await twoNodes();
  await detect(organizationId, a, 1);
  world.deps.clock.advance(366 * 86_400_000);
  await detect(organizationId, a, 2);
  await detectionRetention.run(world.deps, {}, new AbortController().signal);
  expect((await world.deps.db.detection.findMany({ where: { nodeId: a } })).map((row) => Number(row.sequence))).toEqual([2]);
});
