import { beforeAll, beforeEach, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { instantly } from '../testing/deploy.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { offlineBundle } from './bundle-file.ts';
import { exportBundle } from './service.ts';

let world: TestWorld;
let organization: string;
let site: string;
let fleet: string;
let away: TestAgent;
let count = 0;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  for (const threshold of [1, 2]) await as('author').rules.publish({ name: 'watch', text: `define stream S (v int); from S[v > ${threshold}] select v insert into O;` });
});
beforeEach(async () => {
  site = `far-${++count}`;
  fleet = (await as('operator').fleets.create({ name: site, selector: `site=${site}`, settings: {} })).id;
  away = await anAgent(world.deps, organization, site, { site });
});

async function deploy(version: number): Promise<string> {
  const { hash } = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version }], policy: { ...instantly, successThresholdPercent: 100 } });
  return (await as('operator').deployments.create({ planHash: hash })).id;
}

test('a node is told what a deployment brings when somebody takes it there, once, and only by the newest that may tell it', async () => {
  await expect(as('operator').offline.prepare({ id: away.id })).rejects.toMatchObject({ cause: { code: 'Conflict', message: expect.stringContaining('was told nothing yet') } });
  const first = await deploy(1);
  expect(await away.desired()).toBeNull();
  expect(await as('operator').offline.prepare({ id: away.id, deployment: first })).toMatchObject({ name: site, generation: 1, bytes: expect.any(Number) });
  expect(await as('operator').offline.prepare({ id: away.id, deployment: first })).toMatchObject({ generation: 1 });
  const second = await deploy(2);
  await expect(as('operator').offline.prepare({ id: away.id, deployment: first })).rejects.toMatchObject({ cause: { code: 'Conflict', message: expect.stringContaining('not the newest') } });
  await as('operator').deployments.pause({ id: second });
  await expect(as('operator').offline.prepare({ id: away.id, deployment: second })).rejects.toMatchObject({ cause: { code: 'Conflict', message: 'The deployment is Paused: it tells no node what to run.' } });
  expect(await as('operator').offline.prepare({ id: away.id })).toMatchObject({ generation: 1 });
});

test('is a matter of those who may deploy, within the organization, and of nodes that were not revoked or put into quarantine', async () => {
  const id = await deploy(1);
  await expect(as('author').offline.prepare({ id: away.id, deployment: id })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  const stranger = callAs(world.deps, aUser(await world.organization('Other'), 'administrator'));
  await expect(stranger.offline.prepare({ id: away.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(stranger.offline.prepare({ id: away.id, deployment: id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await as('operator').offline.prepare({ id: away.id, deployment: id });
  await as('operator').nodes.revoke({ id: away.id, reason: 'sold' });
  await expect(as('operator').offline.prepare({ id: away.id })).rejects.toMatchObject({ cause: { code: 'Conflict', message: expect.stringContaining('was revoked') } });
});

test('a file is as long as it says before a byte of it is read, may be taken on for so many days, and is on record', async () => {
  await as('operator').offline.prepare({ id: away.id, deployment: await deploy(1) });
  const { file } = await exportBundle(world.deps, aUser(organization, 'operator'), away.id, 30);
  const pieces: Uint8Array[] = [];
  for await (const piece of file.pieces()) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  expect(bytes.length).toBe(file.bytes);
  const header = JSON.parse(bytes.subarray(0, bytes.indexOf(10)).toString());
  expect(header).toMatchObject({ schema: 'selvedge.offline/1', name: site, generation: 1, keySets: [] });
  expect(JSON.parse(header.assignment.payload).validUntil - world.deps.clock.now()).toBeGreaterThan(29 * 86_400_000);
  expect((await as('viewer').audit.list({ action: 'node.exportBundle' })).items[0]).toMatchObject({ object: { id: away.id }, after: { generation: 1 } });
  await expect(offlineBundle({ ...world.deps, stateFolder: '/nowhere' }, { id: away.id, name: site }, 0)).rejects.toMatchObject({ code: 'Unavailable' });
});
