import { createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { desiredFor, signingKeysOf } from '../bundles/index.ts';
import { anUpload, onnxFixture } from '../models/testing/an-upload.ts';
import { welcomeJoiners } from '../joiners/index.ts';
import { nodesReported } from '../nodes/index.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { anAgent } from './testing/an-agent.ts';
import type { TestAgent } from './testing/an-agent.ts';

const text = (threshold: number): string => `@source(type='kafka', topic='readings', @map(type='json'))
define stream Readings (flow double, jitter double, peak double);
@info(name='recent')
from Readings#window.length(${threshold}) select avg(flow) as flow, max(jitter) as jitter, max(peak) as peak insert into Features;
from Features#model:predict('pump@champion', flow, jitter, peak) select flow, score insert into Scored;
`;

let world: TestWorld;
let organization: string;
let fleet: string;
let site: string;
let agents: TestAgent[] = [];
let count = 0;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const operator = () => as('operator').deployments;
const instantly = { waves: [{ limit: { unit: 'nodes' as const, value: 1 } }], maxUnavailable: { unit: 'percent' as const, value: 100 }, bakeSeconds: 0 };

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  const author = aUser(organization, 'author');
  await as('author').models.publish({ name: 'pump', upload: await anUpload(world.deps, author, await onnxFixture('weighted-sum')), columns: ['flow', 'jitter', 'peak'] });
  await as('author').models.setAlias({ name: 'pump', alias: 'champion', version: 1 });
  for (const threshold of [10, 20]) await as('author').rules.publish({ name: 'watch', text: text(threshold) });
});

/** Each test has a fleet of three connected nodes to itself. */
beforeEach(async () => {
  site = `site-${++count}`;
  const created = await as('operator').fleets.create({ name: site, selector: `site=${site}`, settings: { connectors: { kafka: { brokers: 'localhost:9092' } } } });
  fleet = created.id;
  agents = [];
  for (const letter of ['a', 'b', 'c']) agents.push(await anAgent(world.deps, organization, `${site}-${letter}`, { site }));
  for (const agent of agents) await agent.connect();
});

afterEach(async () => {
  const rows = await world.deps.db.assignment.findMany({ orderBy: [{ nodeId: 'asc' }, { issuedAt: 'asc' }] });
  for (const [, mine] of Map.groupBy(rows, (row) => row.nodeId)) {
    const generations = mine.map((row) => row.generation);
    expect(generations, 'I1').toEqual([...new Set(generations)].sort((a, b) => Number(a - b)));
  }
});

const plan = (version: number, policy: object = instantly) => as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version }], policy });
async function deploy(version: number, policy?: object): Promise<string> {
  const { hash } = await plan(version, policy);
  return (await operator().create({ planHash: hash, note: `to ${version}` })).id;
}
const state = async (id: string) => (await operator().get({ id })).state;
/** Runs whatever is asked, wave after wave, until nothing more is. */
async function converge(id: string, who: readonly TestAgent[] = agents): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const asked = new Set((await operator().nodes({ id })).items.filter((row) => row.state === 'Requested' || row.state === 'Applying').map((row) => row.node));
    const answering = who.filter((agent) => asked.has(agent.id));
    for (const agent of answering) await agent.run();
    await advanceRollout(world.deps, id);
    if (answering.length === 0) return;
  }
}

describe('a plan', () => {
  test('names every node, what changes on it, and the bytes', async () => {
    const made = await plan(1);
    expect(made).toMatchObject({
      from: null,
      startable: true,
      violations: [],
      nodes: { total: 3 },
      to: { rules: [{ name: 'watch', version: 1 }], models: [{ name: 'pump', version: 1, references: ['pump@champion'] }] },
      changes: [{ kind: 'rule', name: 'watch', from: null, to: '1' }, { kind: 'model', name: 'pump', from: null, to: '1' }, { kind: 'settings' }],
      waves: [{ nodes: 1 }, { nodes: 2 }],
    });
    expect(made.bytesTotal).toBe(3 * made.bytesPerNode);
    const page = await as('viewer').deployments.planNodes({ hash: made.hash, limit: 2 });
    expect(page).toMatchObject({ total: 3, items: [{ wave: 0 }, { wave: 1 }], nextCursor: '2' });
  });

  test('made again of the same things has the same hash, whoever is connected', async () => {
    const first = await plan(1);
    await agents[2]?.disconnect();
    expect((await plan(1)).hash).toBe(first.hash);
    expect((await plan(2)).hash).not.toBe(first.hash);
  });

  test('says how long it takes, by how long its nodes took, and who is away; the hash does not cover it', async () => {
    const first = await plan(1);
    expect(first.expected).toMatchObject({ earliestSeconds: 2, latestSeconds: 2 * 301 + 2, windows: [] });
    const { id } = await operator().create({ planHash: first.hash });
    for (const agent of agents) {
      world.deps.clock.advance(20_000);
      await agent.run();
      await advanceRollout(world.deps, id);
    }
    await agents[2]?.disconnect();
    const again = await plan(2);
    // One node took at least 20 s, the others of the second wave 20 and 40 s, each and a little more.
    expect(again.expected.earliestSeconds).toBeGreaterThanOrEqual(40);
    expect(again.expected.latestSeconds).toBeLessThan(120);
    expect(again.expected.basis).toContain('1 node is away and not counted: it follows when it is back.');
    world.deps.clock.advance(60_000);
    await agents[2]?.connect();
    const later = await plan(2);
    expect(later.hash).toBe(again.hash);
    expect(later.expected).not.toEqual(again.expected);
  });

  test('says which memory is lost and which is kept', async () => {
    await converge(await deploy(1));
    expect((await plan(2)).stateLost).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'watch', query: 'recent' })]));
    const settings = { connectors: { kafka: { brokers: 'other:9092' } } };
    const same = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], settings: { ...settings, store: {} }, policy: instantly });
    expect(same.stateLost).toEqual([]);
    expect(same.stateKept).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'watch', query: 'recent' })]));
  });

  test('is void when the fleet, an alias or the settings changed', async () => {
    const made = await plan(1);
    const late = await anAgent(world.deps, organization, `${site}-late`, { site });
    await late.connect();
    await expect(operator().create({ planHash: made.hash })).rejects.toMatchObject({ cause: { code: 'PlanChanged', message: expect.stringContaining('4 nodes') } });
    const again = await plan(1);
    await as('author').models.publish({ name: 'pump', upload: await anUpload(world.deps, aUser(organization, 'author'), await onnxFixture('weighted-sum')), columns: ['flow', 'jitter', 'top'] });
    await as('author').models.setAlias({ name: 'pump', alias: 'champion', version: 2 });
    await expect(operator().create({ planHash: again.hash })).rejects.toMatchObject({ cause: { code: 'PlanChanged' } });
    await as('author').models.setAlias({ name: 'pump', alias: 'champion', version: 1 });
    const refused = await as('viewer').audit.list({ action: 'deployments', outcome: 'refused' });
    expect(refused.total).toBe(2);
  });

  test('takes no secret itself among its settings', async () => {
    await expect(as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], settings: { connectors: { kafka: { token: 'hunter22' } } }, policy: instantly })).rejects.toThrow('token is a secret');
  });

  test('with a violation says so and cannot be started', async () => {
    await as('operator').fleets.update({ id: fleet, version: 1, settings: {} });
    await as('author').models.removeAlias({ name: 'pump', alias: 'champion' });
    const made = await plan(1);
    expect(made.startable).toBe(false);
    expect(made.can.start).toMatchObject({ allowed: false });
    expect(made.violations.map((violation) => violation.code).sort()).toEqual(['MissingSetting', 'ModelMissing']);
    await expect(operator().create({ planHash: made.hash })).rejects.toMatchObject({ cause: { code: 'PlanBlocked' } });
    await as('author').models.setAlias({ name: 'pump', alias: 'champion', version: 1 });
  });

  test('of what runs already changes nothing', async () => {
    await converge(await deploy(1));
    expect((await plan(1)).violations).toMatchObject([{ code: 'NothingChanges', blocks: true }]);
  });
});

describe('a rollout', () => {
  test('asks wave after wave, and is done only when the nodes have reported it (I9)', async () => {
    const id = await deploy(1);
    const first = await operator().get({ id });
    expect(first.waves).toMatchObject([{ state: 'Progressing', nodes: { applying: 1 } }, { state: 'ToCome', nodes: { toCome: 2 } }]);
    const asked = (await operator().nodes({ id, state: 'Requested' })).items;
    expect(asked).toMatchObject([{ wave: 0, generation: 1 }]);
    await agents[0]?.apply();
    await advanceRollout(world.deps, id);
    expect((await operator().nodes({ id, state: 'Applying' })).total).toBe(1);
    expect(await agents[1]?.desired()).toBeNull();
    await converge(id);
    expect(await operator().get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 3, total: 3 }, finishedAt: expect.any(Number) });
    expect((await as('viewer').fleets.get({ id: fleet })).bundle).toMatchObject({ rules: 1, models: 1 });
    const { deployed } = await as('viewer').rules.get({ name: 'watch' });
    expect(deployed.filter((use) => use.fleet.id === fleet)).toMatchObject([{ version: 1, nodes: 3 }]);
  });

  test('sends what verifies with the published key', async () => {
    await deploy(1);
    const [agent] = agents;
    const [sent = null] = agent === undefined ? [] : await desiredFor(world.deps, [agent.id]);
    const [key] = await signingKeysOf(world.deps, organization);
    if (sent === null || key === undefined) throw new Error('nothing was sent');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' });
    for (const envelope of [sent.assignment, sent.bundle]) {
      expect(envelope.signatures[0]?.keyId).toBe(key.keyId);
      expect(verify(null, Buffer.from(envelope.payload), publicKey, Buffer.from(envelope.signatures[0]?.signature ?? '', 'base64url'))).toBe(true);
    }
    const stored = await world.deps.db.signingKey.findFirstOrThrow({ where: { organizationId: organization } });
    expect(Buffer.from(stored.sealedKey).includes(Buffer.from('MC4CAQAw', 'base64'))).toBe(false);
  });

  test('stops when a node fails, asks it again when told to, and goes on', async () => {
    const id = await deploy(1);
    await agents[0]?.fail('the model is broken');
    await advanceRollout(world.deps, id);
    expect(await state(id)).toBe('Suspended');
    expect((await operator().get({ id })).decisions.map((decision) => decision.kind)).toEqual(['ThresholdExceeded', 'NodeFailed', 'WaveStarted', 'Started']);
    await operator().retryFailed({ id });
    expect(await agents[0]?.desired()).toMatchObject({ generation: 2 });
    await converge(id);
    expect(await state(id)).toBe('Succeeded');
  });

  test('goes back by itself when the policy says so, each node by a new generation (I1)', async () => {
    await converge(await deploy(1));
    const before = await agents[0]?.desired();
    const id = await deploy(2, { ...instantly, onFailure: 'rollback' });
    await agents[0]?.fail('no');
    await advanceRollout(world.deps, id);
    expect(await state(id)).toBe('RollingBack');
    expect(await agents[0]?.desired()).toMatchObject({ bundle: before?.bundle, generation: 3 });
    await converge(id);
    expect(await state(id)).toBe('RolledBack');
    expect((await operator().nodes({ id, state: 'Skipped' })).total).toBe(2);
  });

  test('rolled back by a person after it was done takes everyone back by a new generation, with who joined since', async () => {
    await converge(await deploy(1));
    const first = (await agents[0]?.desired())?.bundle;
    const second = await deploy(2);
    await converge(second);
    const late = await anAgent(world.deps, organization, `${site}-late`, { site });
    await late.connect();
    await welcomeJoiners(world.deps, [late.id]);
    await late.run();
    await operator().rollBack({ id: second, reason: 'too noisy' });
    expect((await operator().get({ id: second })).can.rollBack).toMatchObject({ allowed: false });
    await converge(second, [...agents, late]);
    expect(await operator().get({ id: second })).toMatchObject({ state: 'RolledBack', finishedAt: expect.any(Number) });
    expect(await agents[0]?.desired()).toMatchObject({ bundle: first, generation: 3 });
    expect(await late.desired()).toMatchObject({ bundle: first, generation: 2 });
    expect((await as('viewer').fleets.get({ id: fleet })).bundle?.digest).toBe(first);
  });

  test('paused asks nobody, resumed goes on, cancelled leaves the rest as they are', async () => {
    const id = await deploy(1);
    await operator().pause({ id });
    await converge(id);
    expect(await operator().get({ id })).toMatchObject({ state: 'Paused', nodes: { running: 1, toCome: 2 } });
    await operator().resume({ id });
    expect((await operator().get({ id })).nodes.applying).toBe(2);
    await operator().cancel({ id });
    expect(await state(id)).toBe('Cancelled');
    await expect(operator().resume({ id })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
  });

  test('is superseded by the next', async () => {
    const first = await deploy(1);
    const second = await deploy(2);
    expect(await state(first)).toBe('Superseded');
    await converge(second);
    expect(await state(second)).toBe('Succeeded');
  });

  test('started twice at once begins once for each plan, and one is under way', async () => {
    const { hash } = await plan(1);
    const results = await Promise.allSettled([operator().create({ planHash: hash }), operator().create({ planHash: hash })]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect((await operator().list({ fleet, state: ['Progressing'] })).total).toBe(1);
  });

  test('leaves out who is not connected, and tells them once it is done', async () => {
    await agents[2]?.disconnect();
    const id = await deploy(1);
    await converge(id, agents.slice(0, 2));
    expect(await operator().get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 2, offline: 1 } });
    await agents[2]?.connect();
    await agents[2]?.run();
    await advanceRollout(world.deps, id);
    expect((await operator().get({ id })).nodes).toMatchObject({ running: 3, offline: 0 });
  });

  test('counts a node as failed that does not report in time', async () => {
    const id = await deploy(1, { ...instantly, updateTimeoutSeconds: 60 });
    world.deps.clock.advance(61_000);
    await advanceRollout(world.deps, id);
    expect(await state(id)).toBe('Suspended');
    expect((await operator().nodes({ id, state: 'Failed' })).items).toMatchObject([{ message: expect.stringContaining('60 s') }]);
  });

  test.each([
    ['tells at its end also who counts as failed for being away', 67, true],
    ['tells nobody at its end whom a person left behind', 0, false],
  ])('%s', async (_, failureThresholdPercent, toldInTheEnd) => {
    await converge(await deploy(1));
    const [here, ...others] = agents;
    for (const agent of others) await agent.disconnect();
    const id = await deploy(2, { ...instantly, waves: [], updateTimeoutSeconds: 60, whenDisconnected: 'error', failureThresholdPercent });
    await here?.run();
    world.deps.clock.advance(61_000);
    await advanceRollout(world.deps, id);
    if (!toldInTheEnd) await operator().resume({ id });
    expect(await operator().get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 1 } });
    const { bundle } = (await here?.desired()) ?? {};
    for (const agent of others) expect((await agent.desired())?.bundle === bundle).toBe(toldInTheEnd);
    if (!toldInTheEnd) return;
    for (const agent of others) await agent.connect();
    for (const agent of others) await agent.run();
    await advanceRollout(world.deps, id);
    expect(await operator().get({ id })).toMatchObject({ nodes: { running: 3 } });
  });

  test('bakes as long as the policy says', async () => {
    const id = await deploy(1, { ...instantly, bakeSeconds: 30 });
    await agents[0]?.run();
    await advanceRollout(world.deps, id);
    expect((await operator().get({ id })).waves[0]).toMatchObject({ state: 'Baking', bakesUntil: expect.any(Number) });
    world.deps.clock.advance(31_000);
    await advanceRollout(world.deps, id);
    expect((await operator().get({ id })).waves).toMatchObject([{ state: 'Passed' }, { state: 'Progressing' }]);
  });

  test('takes a node that joins on the way into its last wave', async () => {
    const id = await deploy(1);
    const late = await anAgent(world.deps, organization, `${site}-late`, { site });
    await late.connect();
    await converge(id, [...agents, late]);
    expect(await operator().get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 4 } });
  });

  test.each([['before it was told', 2], ['after', 0]])('takes a node that leaves %s and comes back into its last wave', async (_, which) => {
    await converge(await deploy(1));
    const id = await deploy(2, { ...instantly, bakeSeconds: 60 });
    await converge(id);
    const away = agents[which];
    if (away === undefined) throw new Error('there is no agent');
    const move = async (to: string): Promise<void> => {
      await as('operator').nodes.setLabels({ id: away.id, labels: { site: to } });
      world.deps.clock.advance(1_000);
      await welcomeJoiners(world.deps, [away.id]);
      await advanceRollout(world.deps, id);
    };
    await move(`${site}-away`);
    expect((await operator().nodes({ id })).items.find(({ node }) => node === away.id)).toMatchObject({ state: 'Skipped' });
    await move(site);
    for (let wave = 0; wave < 3; wave += 1) {
      world.deps.clock.advance(61_000);
      await converge(id);
    }
    expect(await operator().get({ id })).toMatchObject({ state: 'Succeeded', nodes: { running: 3 } });
    expect((await away.desired())?.bundle).toBe((await agents[1]?.desired())?.bundle);
  });
});

test('a node that runs a generation newer than any that is known follows when somebody lets it try again', async () => {
  await converge(await deploy(1));
  const [agent] = agents;
  if (agent === undefined) throw new Error('there is no agent');
  const told = await agent.desired();
  const ahead = { type: 'report' as const, observedGeneration: 7, bundle: `sha256:${'7'.repeat(64)}`, rules: [], models: [], sync: 'Synced' as const, reason: 'Running', message: '', conditions: [] };
  await nodesReported(world.deps, organization, [{ id: agent.id, report: ahead }], 'test');
  expect(await as('viewer').nodes.get({ id: agent.id })).toMatchObject({ sync: { status: 'Drifted', reason: 'AheadOfControlPlane' } });
  expect(await as('operator').nodes.retry({ id: agent.id })).toEqual({ id: agent.id, delivered: true });
  expect(await agent.desired()).toMatchObject({ generation: 8, bundle: told?.bundle });
  await agent.run();
  expect(await as('viewer').nodes.get({ id: agent.id })).toMatchObject({ sync: { status: 'Synced' } });
});

describe('who may', () => {
  test.each(['viewer', 'author'] as const)('a %s reads and plans, and starts and stops nothing', async (role) => {
    const { hash } = await plan(1);
    await expect(as(role).deployments.create({ planHash: hash })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    const id = await deploy(1);
    for (const action of ['pause', 'resume', 'cancel', 'rollBack', 'retryFailed'] as const) {
      await expect(as(role).deployments[action]({ id })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
      expect((await as(role).deployments.get({ id })).can[action].allowed).toBe(false);
    }
  });

  test('another organization neither sees nor moves it', async () => {
    const id = await deploy(1);
    const { hash } = await plan(2);
    const other = callAs(world.deps, aUser(await world.organization('Other'), 'administrator')).deployments;
    expect((await other.list({})).items).toEqual([]);
    for (const attempt of [() => other.get({ id }), () => other.nodes({ id }), () => other.pause({ id }), () => other.rollBack({ id }), () => other.planNodes({ hash }), () => other.plan({ fleet, rules: [] })]) {
      await expect(attempt()).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    }
    await expect(other.create({ planHash: hash })).rejects.toMatchObject({ cause: { code: 'PlanChanged' } });
  });
});
