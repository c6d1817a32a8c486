import { closeCodes, linkLimits } from '@selvedge/edge-runtime/protocol';
import type { DetectionRecord, NodeRecord } from '@selvedge/edge-runtime/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { approveRequest, createToken, denyRequest } from '../enrollment/service.ts';
import type { Actor } from '../kernel/actor.ts';
import { revokeNode } from '../nodes/service.ts';
import { setDesired } from '../nodes/index.ts';
import { performChange } from '../audit/index.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { countStatements } from '../nodes/testing/statements.ts';
import { freshDatabase } from '../../tools/testing/index.ts';
import { nodesReported } from '../nodes/index.ts';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { aUser, callAs, openWorld, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { artefactReader } from './artefact-token.ts';
import { aLink } from './testing/a-link.ts';
import type { TestLink } from './testing/a-link.ts';
import { takeRecords } from './records.ts';
import { aReport, WireAgent } from './testing/a-wire-agent.ts';

let world: TestWorld;
let link: TestLink;
let organizationId: string;
let operator: Actor;

beforeAll(async () => {
  world = await testWorld();
  organizationId = await world.organization();
  operator = aUser(organizationId, 'administrator');
  await world.relay();
  link = await aLink(world.deps);
});

/** A node that is known and an agent with its key. */
async function aKnownNode(name?: string): Promise<{ id: string; agent: WireAgent }> {
  const agent = new WireAgent(link.url);
  const id = await aNode(world.deps, organizationId, { publicKey: agent.key.publicKey, ...(name === undefined ? {} : { name }) });
  return { id, agent };
}

async function row(id: string) {
  return world.deps.db.node.findUniqueOrThrow({ where: { id } });
}

/** Resolves when the fact holds; asked again whenever something was committed and relayed. */
async function eventually(fact: () => Promise<boolean>): Promise<void> {
  const ending = new AbortController();
  const news = world.deps.liveBus.stream(() => true, ending.signal);
  try {
    if (await fact()) return;
    for await (const _ of news) if (await fact()) return;
  } finally {
    ending.abort();
  }
}

function detection(sequence: number): DetectionRecord {
  return {
    kind: 'detection', sequence, at: 1_790_000_000_000 + sequence, stream: 'ValveClosing', rule: 'valve-watch', ruleVersion: 1, title: 'Valve closing', severity: 'critical',
    bundle: `sha256:${'a'.repeat(64)}`, generation: 1, models: [], data: { score: 0.9 }, causes: [], latencyUs: 1200, actions: [],
  };
}

describe('handshake', () => {
  test('a known node is welcome, connected and healthy; the end of its connection makes it offline', async () => {
    const { id, agent } = await aKnownNode();
    const welcome = await agent.join();
    expect(welcome).toMatchObject({ node: id, organization: organizationId, recordsThrough: 0, artefactUrl: 'http://selvedge.test/artefacts' });
    expect(await row(id)).toMatchObject({ health: 'Healthy', sync: 'Unknown' });
    expect(await artefactReader(world.deps, welcome.artefactToken)).toMatchObject({ nodeId: id, organizationId });
    expect(await artefactReader(world.deps, welcome.artefactToken.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBeUndefined();
    agent.kill();
    await eventually(async () => (await row(id)).health === 'Offline');
    expect(await artefactReader(world.deps, welcome.artefactToken)).toBeUndefined();
  });

  test.each<[string, (agent: WireAgent) => Promise<unknown> | void, number]>([
    ['something that is not JSON', (agent) => agent.sendRaw('{'), closeCodes.protocol],
    ['JSON of another protocol', (agent) => agent.sendRaw('{"type":"login"}'), closeCodes.protocol],
    ['a binary message', (agent) => agent.sendRaw(new Uint8Array([1, 2, 3])), closeCodes.protocol],
    ['a report before hello', (agent) => agent.send(aReport()), closeCodes.protocol],
    ['a proof before hello', (agent) => agent.send({ type: 'proof', signature: 'A'.repeat(86) }), closeCodes.protocol],
    ['a message of more than a mebibyte', (agent) => agent.sendRaw(JSON.stringify({ type: 'x', x: 'x'.repeat(linkLimits.messageBytesMax) })), 1009],
    ['deeply nested JSON', (agent) => agent.sendRaw(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), closeCodes.protocol],
    ['hello twice', async (agent) => {
      agent.send(agent.hello());
      await agent.message('challenge');
      agent.send(agent.hello());
    }, closeCodes.protocol],
  ])('%s ends the connection', async (_, speak, code) => {
    const agent = await new WireAgent(link.url).opened();
    await speak(agent);
    expect((await agent.ended()).code).toBe(code);
  });

  test('another version of the protocol is told so', async () => {
    const agent = await new WireAgent(link.url).opened();
    agent.send(agent.hello({ protocol: 99 }));
    expect(await agent.message('refused')).toMatchObject({ code: 'protocol' });
    expect((await agent.ended()).code).toBe(closeCodes.refused);
  });

  test('a signature by another key, over another nonce, or of nonsense proves nothing', async () => {
    const { agent } = await aKnownNode();
    const stranger = new WireAgent(link.url);
    await stranger.shakeHands({ publicKey: agent.key.publicKey });
    expect(await stranger.message('refused')).toMatchObject({ code: 'proof' });
    const noise = await new WireAgent(link.url).opened();
    noise.send(noise.hello({ publicKey: '_'.repeat(43) }));
    await noise.message('challenge');
    noise.send({ type: 'proof', signature: '_'.repeat(86) });
    expect(await noise.message('refused')).toMatchObject({ code: 'proof' });
  });

  test('an agent that sends faster than the limit is cut off', async () => {
    const { agent } = await aKnownNode();
    await agent.join();
    // More than a minute's worth, so that it is a flood to a slow machine too.
    for (let i = 0; i < linkLimits.messagesBurstMax + 60 * linkLimits.messagesPerSecondMax; i++) agent.send({ type: 'heartbeat', at: i });
    expect((await agent.ended()).code).toBe(closeCodes.tooFast);
  });

  test('hello after the handshake ends the connection', async () => {
    const { agent } = await aKnownNode();
    await agent.join();
    agent.send(agent.hello());
    expect((await agent.ended()).code).toBe(closeCodes.protocol);
  });
});

describe('joining', () => {
  test('without a token a node waits, is welcomed the moment it is approved, and shows the fingerprint that it was told', async () => {
    const agent = new WireAgent(link.url);
    await agent.shakeHands({ labels: { site: 'a' } });
    const { fingerprint } = await agent.message('pending');
    const request = await world.deps.db.enrollmentRequest.findUniqueOrThrow({ where: { publicKey: agent.key.publicKey } });
    expect(request).toMatchObject({ state: 'Pending', fingerprint, organizationId });
    const { node } = await approveRequest(world.deps, operator, { id: request.id });
    expect(await agent.message('welcome')).toMatchObject({ node });
    expect((await row(node)).labels).toEqual({ site: 'a' });
  });

  test('a denied node is told why, and again when it comes back', async () => {
    const agent = new WireAgent(link.url);
    await agent.shakeHands();
    await agent.message('pending');
    const request = await world.deps.db.enrollmentRequest.findUniqueOrThrow({ where: { publicKey: agent.key.publicKey } });
    await denyRequest(world.deps, operator, { id: request.id, reason: 'unknown machine' });
    expect(await agent.message('refused')).toMatchObject({ code: 'denied', message: 'An operator denied the request to join: unknown machine' });
    const again = new WireAgent(link.url, agent.key);
    await again.shakeHands();
    expect(await again.message('refused')).toMatchObject({ code: 'denied' });
  });

  test('a token lets in as many nodes as it has uses, with its labels', async () => {
    const { token } = await createToken(world.deps, operator, { label: 'line', labels: { line: '1' }, expiresAt: world.deps.clock.now() + 60_000, uses: 1 });
    const first = new WireAgent(link.url);
    const { node } = await first.join({ enrollmentToken: token, labels: { site: 'a' } });
    expect((await row(node)).labels).toEqual({ site: 'a', line: '1' });
    const second = new WireAgent(link.url);
    await second.shakeHands({ enrollmentToken: token });
    expect(await second.message('refused')).toMatchObject({ code: 'token', message: 'The enrolment token has no uses left.' });
  });

  test('a wrong or expired token is refused, and a name that is taken waits for a person', async () => {
    const guess = new WireAgent(link.url);
    await guess.shakeHands({ enrollmentToken: 'selvedge-enrol-guess' });
    expect(await guess.message('refused')).toMatchObject({ code: 'token' });
    const { token } = await createToken(world.deps, operator, { label: 'many', labels: {}, expiresAt: world.deps.clock.now() + 60_000, uses: 5 });
    await aKnownNode('taken');
    const namesake = new WireAgent(link.url);
    await namesake.shakeHands({ enrollmentToken: token, name: 'taken' });
    await namesake.message('pending');
  });
});

describe('one key, one node', () => {
  test('a revoked node is cut off at once and turned away when it comes back', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    await revokeNode(world.deps, operator, { id, reason: 'sold' });
    expect(await agent.message('refused')).toMatchObject({ code: 'revoked' });
    expect((await agent.ended()).code).toBe(closeCodes.revoked);
    const again = new WireAgent(link.url, agent.key);
    await again.shakeHands();
    expect(await again.message('refused')).toMatchObject({ code: 'revoked' });
    expect(await row(id)).toMatchObject({ health: 'Offline', healthReason: 'Revoked', fleetId: null });
  });

  test('a copy of a living node is refused, and the node’s timeline says so', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    const copy = new WireAgent(link.url, agent.key);
    await copy.shakeHands();
    expect(await copy.message('refused')).toMatchObject({ code: 'cloned' });
    expect(agent.closed).toBeUndefined();
    expect(await world.deps.db.nodeEvent.count({ where: { nodeId: id, reason: 'Cloned' } })).toBe(1);
  });

  test('a restarted agent takes over from a connection that no longer answers', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    agent.freeze();
    const restarted = new WireAgent(link.url, agent.key);
    expect((await restarted.join()).node).toBe(id);
    expect((await row(id)).health).toBe('Healthy');
  });

  test('the same agent that connects anew replaces itself, and stays connected', async () => {
    const { id, agent } = await aKnownNode();
    const instance = 'one-and-the-same';
    await agent.join({ instance });
    const anew = new WireAgent(link.url, agent.key);
    await anew.join({ instance });
    expect((await agent.ended()).code).toBe(closeCodes.replaced);
    anew.send(aReport());
    await eventually(async () => (await row(id)).reportedAt !== null);
    expect((await row(id)).health).toBe('Healthy');
  });
});

describe('what nodes tell', () => {
  test('a report changes the statuses; heartbeats change no row of the node', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    agent.send(aReport({ conditions: [{ type: 'SourcesConnected', status: 'False', reason: 'KafkaAway', message: 'no broker', lastTransitionTime: 0, observedGeneration: 0 }] }));
    await eventually(async () => (await row(id)).health === 'Degraded');
    expect(await row(id)).toMatchObject({ healthReason: 'KafkaAway', healthMessage: 'no broker' });
  });

  const signsOfLife: [string, (agent: WireAgent) => void][] = [['a ping', (agent) => agent.ping()], ['a heartbeat, as older agents send it,', (agent) => agent.send({ type: 'heartbeat', at: 1 })]];
  test.each(signsOfLife)('%s says that it is there', async (_, say) => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    const { db } = world.deps;
    await db.nodeHeartbeat.update({ where: { nodeId: id }, data: { lastSeenAt: new Date(0) } });
    say(agent);
    await eventually(async () => (await db.nodeHeartbeat.findUniqueOrThrow({ where: { nodeId: id } })).lastSeenAt.getTime() > 0);
  });

  test('a record that comes twice is kept once, and acknowledged both times', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    agent.send({ type: 'records', records: [detection(1), detection(2)] });
    expect(await agent.message('ack')).toMatchObject({ through: 2 });
    agent.send({ type: 'records', records: [detection(2), detection(3), detection(1)] });
    expect(await agent.message('ack', 1)).toMatchObject({ through: 3 });
    agent.kill();
    const anew = new WireAgent(link.url, agent.key);
    expect((await anew.join()).recordsThrough).toBe(3);
    const kept = await world.deps.db.detection.findMany({ where: { nodeId: id }, orderBy: { sequence: 'asc' } });
    expect(kept.map((one) => Number(one.sequence))).toEqual([1, 2, 3]);
  });

  test('a record that no database column could hold is kept with what can be, and stops nothing', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    agent.send({ type: 'records', records: [{ ...detection(1), at: 8.64e15, title: `a${String.fromCharCode(0)}b`, data: { loop: String.fromCharCode(0xd800) } }] });
    expect(await agent.message('ack')).toMatchObject({ through: 1 });
    expect(await world.deps.db.detection.findFirst({ where: { nodeId: id } })).toMatchObject({ title: 'a\ufffdb', data: { loop: '\ufffd' } });
  });

  test('numbers that never came are counted and said', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    const note: NodeRecord = { kind: 'timeline', sequence: 5, at: 1_790_000_000_000, reason: 'Started', message: 'The agent started.', tone: 'info' };
    agent.send({ type: 'records', records: [note] });
    expect(await agent.message('ack')).toMatchObject({ through: 5 });
    expect(Number((await row(id)).recordsLost)).toBe(4);
    expect((await world.deps.db.nodeEvent.findMany({ where: { nodeId: id } })).map((event) => event.message)).toContain('4 records never arrived: they had to make room on the node while it was cut off.');
  });

  test('I10: a report costs as many statements among 2 nodes as among 60', async () => {
    // A world of its own: elsewhere heartbeats and the outbox relay run beside it, at their own pace.
    const quiet = await openWorld((await freshDatabase()).url);
    try {
      const organization = await quiet.organization();
      const statements = countStatements(quiet.deps.pool);
      const counts: number[] = [];
      for (const others of [1, 59]) {
        await createNodes(quiet.deps, organization, others, {}, `among-${others}`);
        const id = await aNode(quiet.deps, organization);
        const actor: Actor = { kind: 'node', id, name: 'n', organizationId: organization, fleets: 'all', requestId: 'test' };
        const before = statements();
        await takeRecords(quiet.deps, actor, id, [detection(1)]);
        await nodesReported(quiet.deps, actor.organizationId, [{ id, report: aReport({ sync: 'Synced' }) }], 'test');
        counts.push(statements() - before);
      }
      expect(counts[0]).toBeGreaterThan(0);
      expect(counts[1]).toBe(counts[0]);
    } finally {
      await quiet.close();
    }
  });
});

describe('what nodes are told', () => {
  test('a retry reaches the node', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join();
    await performChange(world.deps, operator, async (change) => void (await setDesired(world.deps, change, organizationId, [{ nodeId: id, bundle: `sha256:${'b'.repeat(64)}` }])));
    expect(await callAs(world.deps, operator).nodes.retry({ id })).toEqual({ id, delivered: true });
    expect(await agent.message('retry')).toEqual({ type: 'retry', generation: 1 });
  });
});
