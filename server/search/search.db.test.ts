import { beforeAll, expect, it } from 'vitest';
import { aToken, aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';

let world: TestWorld;
let ours: string;
beforeAll(async () => {
  world = await testWorld();
  ours = await world.organization('ours');
  const theirs = await world.organization('theirs');
  const at = new Date();
  for (const [organizationId, name] of [[ours, 'mixing-pumps'], [ours, 'pumps'], [ours, 'dry-pumps'], [theirs, 'pumps-of-others']] as const) {
    await world.deps.db.fleet.create({ data: { id: world.deps.ids.next(), organizationId, name, selector: '*', settings: {}, createdAt: at, updatedAt: at } });
  }
});

it('finds by part of a name, best first, within the organization (I11)', async () => {
  const hits = await callAs(world.deps, aUser(ours, 'viewer')).search.all({ query: 'PUMPS' });
  expect(hits.map((hit) => hit.name)).toEqual(['pumps', 'dry-pumps', 'mixing-pumps']);
});

it('takes wildcards of SQL for what they are', async () => {
  expect(await callAs(world.deps, aUser(ours)).search.all({ query: '%' })).toEqual([]);
});

it('leaves out what a token may not read', async () => {
  expect(await callAs(world.deps, aToken(ours, ['nodes:read'])).search.all({ query: 'pumps' })).toEqual([]);
});
