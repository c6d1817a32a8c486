import { emptySketch } from '@selvedge/edge-runtime/protocol';
import { beforeAll, expect, test } from 'vitest';
import { aNode } from '../nodes/testing/a-node.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { startTelemetry } from './service.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});

const figures = {
  from: 0, to: 2000, streams: [], sources: [], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 0,
  latencyUs: emptySketch(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 },
};
const budget = { limit: 65_536, current: { bytes: 1_000, rowsLeftOut: 12, messagesDelayed: 0 }, previous: { bytes: 65_000, rowsLeftOut: 400, messagesDelayed: 2 } };

test('what a node may send, sent and left out is told of those that are connected and tell it, within reach', async () => {
  const organizationId = await world.organization();
  const caller = callAs(world.deps, aUser(organizationId));
  const [tells, older, silent] = [await aNode(world.deps, organizationId, { labels: { site: 'a' } }), await aNode(world.deps, organizationId), await aNode(world.deps, organizationId)];
  const fleet = await caller.fleets.create({ name: 'budgets', selector: 'site=a' });
  const ending = new AbortController();
  const telemetry = startTelemetry(world.deps, ending.signal);
  const of = (nodeId: string) => ({ organizationId, nodeId, fleetId: null });
  telemetry.ingest(of(tells), { ...figures, budget });
  telemetry.ingest(of(older), figures);
  const nodes = [tells, older, silent, 'no-such-node'];
  expect(await caller.telemetry.budgets({ nodes })).toEqual([{ node: tells, ...budget }]);
  expect(await callAs(world.deps, aUser(organizationId, 'viewer', [fleet.id])).telemetry.budgets({ nodes })).toEqual([{ node: tells, ...budget }]);
  expect(await callAs(world.deps, aUser(organizationId, 'viewer', ['another'])).telemetry.budgets({ nodes })).toEqual([]);
  telemetry.forget(of(tells));
  expect(await caller.telemetry.budgets({ nodes })).toEqual([]);
  ending.abort();
  await telemetry.finished;
});
