import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watchConditions } from '../alerts/conditions.ts';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout, liftRecovered } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';

let world: TestWorld;
let organization: string;
let site: string;
let fleet: string;
let sick: TestAgent;
let well: TestAgent[];
let count = 0;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const node = () => as('operator').nodes.get({ id: sick.id });

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  for (const threshold of [1, 2, 3, 4, 5]) await as('author').rules.publish({ name: 'watch', text: `define stream S (v int); from S[v > ${threshold}] select v insert into O;` });
});

beforeEach(async () => {
  site = `ward-${++count}`;
  fleet = (await as('operator').fleets.create({ name: site, selector: `site=${site}`, settings: {} })).id;
  sick = await anAgent(world.deps, organization, `${site}-sick`, { site });
  well = [await anAgent(world.deps, organization, `${site}-well-1`, { site }), await anAgent(world.deps, organization, `${site}-well-2`, { site })];
  for (const agent of [sick, ...well]) await agent.connect();
});

const plan = (version: number, policy: object = {}) => as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version }], policy: { waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0, failureThresholdPercent: 100, ...policy } });

async function begin(version: number, policy: object = {}): Promise<string> {
  const { hash } = await plan(version, policy);
  const { id } = await as('operator').deployments.create({ planHash: hash });
  await advanceRollout(world.deps, id);
  return id;
}

/** A rollout that all others run and at which the sick node fails. */
async function failAt(version: number, policy: object = {}): Promise<string> {
  const id = await begin(version, policy);
  for (const agent of well) await agent.run();
  await sick.fail('Its disk is bad.');
  await advanceRollout(world.deps, id);
  return id;
}

async function failThreeTimes(policy: object = {}): Promise<string> {
  for (const version of [1, 2]) await failAt(version, policy);
  return failAt(3, policy);
}

describe('a node that fails where others do not', () => {
  test('is taken out at the third time in a row, which is seen everywhere, and the next plan leaves it out', async () => {
    for (const version of [1, 2]) await failAt(version);
    expect(await node()).toMatchObject({ quarantine: null });
    const id = await failAt(3);
    const because = 'It failed 3 times in a row at what other nodes run. The last time: Its disk is bad.';
    expect(await node()).toMatchObject({ quarantine: { by: null, because }, conditions: [{ type: 'BundleApplied', status: 'False', message: 'Its disk is bad.' }, { type: 'Quarantined', status: 'True', reason: 'RepeatedFailure', message: because }], can: { quarantine: { allowed: false } } });
    expect((await as('viewer').nodes.list({ quarantined: true, fleet })).items.map(({ id: one }) => one)).toEqual([sick.id]);
    expect(await as('viewer').fleets.get({ id: fleet })).toMatchObject({ quarantined: 1, nodes: { total: 3 } });
    expect((await as('viewer').deployments.nodes({ id, state: 'Skipped' })).items).toMatchObject([{ node: sick.id, message: `It is in quarantine. ${because}` }]);
    expect(await as('viewer').deployments.get({ id })).toMatchObject({ state: 'Succeeded', decisions: expect.arrayContaining([expect.objectContaining({ kind: 'NodeQuarantined' })]) });
    const why = await as('viewer').why.node({ id: sick.id });
    expect(why.causes.map(({ code }) => code)).toEqual(['Quarantined', 'ActivationFailed']);
    expect(why.causes[0]?.canDo).toEqual(expect.arrayContaining([expect.stringContaining('Lift the quarantine')]));
    await watchConditions(world.deps);
    expect((await as('viewer').alerts.list({ source: ['nodesQuarantined'], state: ['Open'] })).items).toMatchObject([{ title: `Nodes of ${site} are in quarantine`, detail: `Rollouts leave 1 out: ${site}-sick` }]);
    expect((await as('viewer').audit.list({ action: 'node.quarantine' })).items).toMatchObject([{ actor: { name: 'rollout' }, object: { id: sick.id } }]);
    expect((await as('viewer').overview.get()).needs).toMatchObject(expect.arrayContaining([expect.objectContaining({ kind: 'nodesQuarantined' })]));
    expect(await plan(4)).toMatchObject({ nodes: { total: 2 }, violations: [{ code: 'NodesQuarantined', blocks: false, message: `${site}-sick is in quarantine and has no part in it.` }] });
    const generation = (await sick.desired())?.generation;
    const next = await begin(4);
    expect((await sick.desired())?.generation).toBe(generation);
    expect((await as('viewer').why.deployment({ id: next })).causes.map(({ code }) => code)).toContain('NodesQuarantined');
    await as('operator').quarantine.lift({ id: sick.id });
    await watchConditions(world.deps);
    expect((await as('viewer').alerts.list({ source: ['nodesQuarantined'], state: ['Open'] })).items).toEqual([]);
  });

  test('does not stop the rollout that it is taken out of', async () => {
    for (const version of [1, 2]) await failAt(version);
    const id = await failAt(3, { failureThresholdPercent: 0 });
    expect((await as('viewer').deployments.get({ id })).state).toBe('Succeeded');
  });

  test('is counted once a generation, forgotten when it has run one through, and never taken out where the policy says so', async () => {
    const first = await failAt(1);
    for (let look = 0; look < 4; look += 1) await advanceRollout(world.deps, first);
    await failAt(2);
    const third = await begin(3);
    for (const agent of [sick, ...well]) await agent.run();
    await advanceRollout(world.deps, third);
    await failAt(4);
    await failAt(5);
    expect(await node()).toMatchObject({ quarantine: null });
    await failAt(1, { quarantineAfter: null });
    expect(await node()).toMatchObject({ quarantine: null });
    await failAt(2);
    expect(await node()).toMatchObject({ quarantine: { by: null } });
  });
});

test('what fails everywhere is the fault of the bundle, and what is away or held has not failed', async () => {
  for (const version of [1, 2, 3, 4]) {
    const id = await begin(version);
    for (const agent of [sick, ...well]) await agent.fail('There is no such sink.');
    await advanceRollout(world.deps, id);
  }
  const away = await begin(5, { whenDisconnected: 'error', updateTimeoutSeconds: 5, quarantineAfter: 1 });
  await sick.disconnect();
  for (const agent of well) await agent.run();
  world.deps.clock.advance(6_000);
  await advanceRollout(world.deps, away);
  expect((await as('viewer').deployments.nodes({ id: away, state: 'Failed' })).items).toMatchObject([{ node: sick.id }]);
  expect(await as('viewer').nodes.list({ quarantined: true, fleet })).toMatchObject({ total: 0 });
});

describe('lifting it', () => {
  test('gives the node what its fleet runs by a new generation, and counts from nothing', async () => {
    await failThreeTimes();
    const generation = (await sick.desired())?.generation ?? 0;
    await as('operator').quarantine.lift({ id: sick.id, reason: 'new disk' });
    expect(await sick.desired()).toMatchObject({ generation: generation + 1, bundle: (await as('viewer').fleets.get({ id: fleet })).bundle?.digest });
    expect(await node()).toMatchObject({ quarantine: null, can: { liftQuarantine: { allowed: false, reason: 'It is not in quarantine.' } } });
    await failAt(4);
    expect(await node()).toMatchObject({ quarantine: null });
    expect((await as('viewer').audit.list({ action: 'node.liftQuarantine' })).items[0]).toMatchObject({ object: { id: sick.id }, reason: 'new disk', outcome: 'done' });
    expect((await as('viewer').nodes.timeline({ id: sick.id })).items.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Quarantined', 'QuarantineLifted']));
  });

  test('while a rollout goes on, the node takes its place in it again', async () => {
    for (const version of [1, 2]) await failAt(version);
    const id = await begin(3);
    await well[0]?.run();
    await sick.fail('Its disk is bad.');
    await advanceRollout(world.deps, id);
    expect((await as('viewer').deployments.nodes({ id, state: 'Skipped' })).total).toBe(1);
    const before = (await sick.desired())?.generation ?? 0;
    await as('operator').quarantine.lift({ id: sick.id });
    await advanceRollout(world.deps, id);
    expect((await sick.desired())?.generation).toBe(before + 1);
    for (const agent of [sick, ...well]) await agent.run();
    await advanceRollout(world.deps, id);
    expect(await as('viewer').deployments.get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 3 } });
  });

  test('happens by itself when the node has been well for ten minutes, unless a person put it there', async () => {
    await failThreeTimes();
    await sick.run();
    expect(await liftRecovered(world.deps)).toBe(0);
    world.deps.clock.advance(10 * 60_000 + 1);
    expect(await liftRecovered(world.deps)).toBe(1);
    expect(await node()).toMatchObject({ quarantine: null });
    await as('operator').quarantine.begin({ id: sick.id, reason: 'to be looked at' });
    world.deps.clock.advance(60 * 60_000);
    expect(await liftRecovered(world.deps)).toBe(0);
    expect(await node()).toMatchObject({ quarantine: { by: expect.any(String), because: 'to be looked at' } });
  });

  test('is an operator’s, within the organization', async () => {
    await expect(as('operator').quarantine.lift({ id: sick.id })).rejects.toMatchObject({ cause: { code: 'Conflict', message: 'It is not in quarantine.' } });
    await expect(as('author').quarantine.begin({ id: sick.id, reason: 'no' })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    await as('operator').quarantine.begin({ id: sick.id, reason: 'to be looked at' });
    await expect(as('operator').quarantine.begin({ id: sick.id, reason: 'again' })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
    const stranger = callAs(world.deps, aUser(await world.organization('Other'), 'administrator'));
    await expect(stranger.quarantine.lift({ id: sick.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await as('viewer').audit.list({ outcome: 'refused', action: 'quarantine' })).total).toBeGreaterThanOrEqual(2);
  });
});
