import { assignmentSchema } from '@selvedge/edge-runtime/protocol';
import type { Assignment } from '@selvedge/edge-runtime/protocol';
import { beforeAll, expect, test } from 'vitest';
import { desiredFor } from '../bundles/index.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import { instantly } from '../testing/deploy.ts';
import type { TestWorld } from '../testing/index.ts';
import { anAgent } from './testing/an-agent.ts';
import type { TestAgent } from './testing/an-agent.ts';

const text = "@source(type='kafka', topic='${label:site}/readings', @map(type='json')) define stream S (v int);\nfrom S[v > 1] select v insert into O;\n";

let world: TestWorld;
let organization: string;
let fleet: string;
let north: TestAgent;
let south: TestAgent;
const as = () => callAs(world.deps, aUser(organization));
const plan = () => as().deployments.plan({ fleet, rules: [{ name: 'readings', version: 1 }], settings: { connectors: { kafka: { brokers: '${label:broker}' } } }, policy: instantly });

async function told({ id }: TestAgent): Promise<Pick<Assignment, 'generation' | 'labels'>> {
  const [desired] = await desiredFor(world.deps, [id]);
  const { generation, labels } = assignmentSchema.parse(JSON.parse(desired?.assignment.payload ?? ''));
  return { generation, ...(labels === undefined ? {} : { labels }) };
}

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await as().rules.publish({ name: 'readings', text });
  fleet = (await as().fleets.create({ name: 'sites', selector: 'line', settings: {} })).id;
  north = await anAgent(world.deps, organization, 'north', { line: '1', site: 'north', broker: 'b1' });
  south = await anAgent(world.deps, organization, 'south', { line: '1', site: 'south' });
  await north.connect();
  await south.connect();
});

test('a plan is blocked while a node has not the labels that connectors take', async () => {
  const before = await plan();
  expect([before.startable, before.violations]).toEqual([false, [{ code: 'MissingLabels', blocks: true, message: 'The node south has not one of the labels broker, site, which connectors of these rules take.' }]]);
  await as().nodes.setLabels({ id: south.id, labels: { line: '1', site: 'south', broker: 'b2' } });
  expect(await plan()).toMatchObject({ startable: true, violations: [] });
  await expect(as().deployments.create({ planHash: before.hash })).rejects.toMatchObject({ cause: { code: 'PlanChanged' } });
});

test('each node is told its own of those labels, and no other', async () => {
  const { id } = await as().deployments.create({ planHash: (await plan()).hash });
  await advanceRollout(world.deps, id);
  expect([await told(north), await told(south)]).toEqual([
    { generation: 1, labels: { site: 'north', broker: 'b1' } },
    { generation: 1, labels: { site: 'south', broker: 'b2' } },
  ]);
});

test('a label that changes is told as a generation of its own, of the same bundle; another label is not', async () => {
  const bundle = (await north.desired())?.bundle;
  await as().nodes.setLabels({ id: north.id, labels: { line: '2', site: 'north', broker: 'b1' } });
  expect(await told(north)).toMatchObject({ generation: 1 });
  await as().nodes.setLabels({ id: north.id, labels: { line: '2', site: 'north-2', broker: 'b1' } });
  expect(await told(north)).toEqual({ generation: 2, labels: { site: 'north-2', broker: 'b1' } });
  expect((await north.desired())?.bundle).toBe(bundle);
  await north.run();
  expect(await as().nodes.get({ id: north.id })).toMatchObject({ sync: { status: 'Synced' } });
});
