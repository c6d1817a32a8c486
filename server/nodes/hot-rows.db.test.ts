import { beforeAll, expect, test } from 'vitest';
import { testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { nodesConnected, nodesReported } from './presence.ts';
import { createNodes } from './testing/many-nodes.ts';

/* What changes with each report changes no index of the node's row, so that Postgres writes the row alone. */

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});

test('no index of nodes has a column that connections, reports and desired states change', async () => {
  const changing = ['instance', 'connectedSince', 'disconnectedAt', 'desiredGeneration', 'desiredBundle', 'desiredAt', 'observedGeneration', 'reportedBundle', 'reportedAt', 'report',
    'health', 'healthReason', 'healthMessage', 'healthSince', 'sync', 'syncReason', 'syncMessage', 'syncSince', 'recordsThrough', 'recordsLost'];
  const found = await world.deps.db.$queryRaw<{ index: string; column: string }[]>`
    SELECT i.indexrelid::regclass::text AS index, a.attname AS column FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
    WHERE i.indrelid = 'nodes'::regclass AND a.attname = ANY(${changing}) AND (a.attnum = ANY(i.indkey) OR pg_get_expr(i.indpred, i.indrelid) LIKE '%' || a.attname || '%')`;
  expect(found).toEqual([]);
});

test('statuses beside are those of the row, whatever changed them', async () => {
  const organization = await world.organization();
  const [one = '', other = ''] = await createNodes(world.deps, organization, 2, {});
  const facts = { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1, nodeVersion: '24' };
  await nodesConnected(world.deps, organization, [{ id: one, instance: 'i', agentVersion: '1', facts, gateway: null }], 'test');
  await nodesReported(world.deps, organization, [{ id: one, report: { type: 'report', sync: 'Failed', reason: 'Broke', message: '"quoted", {braced} and \\back\\', conditions: [], observedGeneration: 1, rules: [], models: [] } }], 'test');
  await world.deps.db.node.update({ where: { id: other }, data: { revokedAt: new Date(), quarantinedAt: new Date() } });
  const rows = await world.deps.db.node.findMany({ where: { organizationId: organization }, orderBy: { id: 'asc' } });
  const statuses = await world.deps.db.nodeStatus.findMany({ where: { organizationId: organization }, orderBy: { nodeId: 'asc' } });
  expect(rows).toMatchObject(statuses.map(({ nodeId, ...status }) => ({ id: nodeId, ...status })));
  expect(rows[0]).toMatchObject({ health: 'Healthy', sync: 'Failed', syncMessage: '"quoted", {braced} and \\back\\' });
});
