import type { Report } from '@selvedge/edge-runtime/protocol';
import { beforeAll, expect, test } from 'vitest';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { Reports } from './reports.ts';

let world: TestWorld;
let organization: string;
const signal = new AbortController().signal;
const says = (message: string): Report => ({ type: 'report', sync: 'OutOfSync', reason: 'Held', message, conditions: [], observedGeneration: 0, rules: [], models: [] });
const reported = () => world.deps.db.outboxEvent.count({ where: { organizationId: organization, topic: 'node', kind: 'reported' } });

beforeAll(async () => {
  world = await testWorld();
});

test('a report that waits gives way to the node’s next, and whoever said either hears when that is written', async () => {
  organization = await world.organization();
  const [one = '', other = ''] = await createNodes(world.deps, organization, 2, {});
  const reports = new Reports(world.deps, signal);
  const all = [reports.add(organization, one, says('first'))];
  // The first is being written when the others come.
  await Promise.resolve();
  all.push(...['second', 'third', 'last'].map((message) => reports.add(organization, one, says(message))));
  all.push(reports.add(organization, other, says('another')));
  await Promise.all(all);
  const rows = await world.deps.db.node.findMany({ where: { organizationId: organization }, orderBy: { name: 'asc' } });
  expect(rows.map(({ report }) => report)).toMatchObject([{ message: 'last' }, { message: 'another' }]);
  expect(await reported()).toBe(3);
});

test('one that cannot be written says so, and keeps no other out', async () => {
  organization = await world.organization();
  const [good = '', bad = ''] = await createNodes(world.deps, organization, 2, {});
  const reports = new Reports(world.deps, signal);
  const first = reports.add(organization, good, says('first'));
  await Promise.resolve();
  // A character that Postgres cannot keep; the link refuses it before it comes here.
  const both = await Promise.allSettled([reports.add(organization, bad, says('\u0000')), reports.add(organization, good, says('next'))]);
  await first;
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(await reported()).toBe(2);
});

test('while nodes are told what to run, answers wait longer for the next one to take their place', async () => {
  organization = await world.organization();
  const nodes = await createNodes(world.deps, organization, 500, {});
  const restAfter = async (giveWay: boolean): Promise<number> => {
    const rests: number[] = [];
    const clock = { ...world.deps.clock, sleep: async (ms: number) => void rests.push(ms) };
    const reports = new Reports({ ...world.deps, clock }, signal);
    if (giveWay) reports.giveWay();
    const from = performance.now();
    await Promise.all([reports.add(organization, nodes[0] ?? '', says('first')), ...nodes.map((id) => reports.add(organization, id, says('all')))]);
    const took = performance.now() - from;
    await expect.poll(() => rests.length, { interval: 1 }).toBeGreaterThan(0);
    return (rests.at(-1) ?? 0) / Math.min(took, 500);
  };
  expect(await restAfter(false)).toBeLessThanOrEqual(1);
  expect(await restAfter(true)).toBeGreaterThan(1);
});
