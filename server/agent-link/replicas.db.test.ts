import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, temporaryFolder } from '../../tools/testing/index.ts';
import { callAs, aUser, openWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { artefactReader } from './artefact-token.ts';
import { aLink } from './testing/a-link.ts';
import type { TestLink } from './testing/a-link.ts';
import { aKey, WireAgent } from './testing/a-wire-agent.ts';
import type { NodeKey } from './testing/a-wire-agent.ts';

type Replica = TestWorld & { close(): Promise<void>; link: TestLink };

let organizationId: string;
let here: Replica;
let there: Replica;

async function aReplica(databaseUrl: string, folder: string): Promise<Replica> {
  const world = await openWorld(databaseUrl, folder);
  await world.relay();
  await world.join();
  return { ...world, link: await aLink(world.deps) };
}

/** An agent of a node that is known, connected to this replica. */
async function joined(replica: Replica, key: NodeKey = aKey(), instance?: string): Promise<{ id: string; agent: WireAgent; artefactToken: string }> {
  const known = await here.deps.db.node.findUnique({ where: { publicKey: key.publicKey } });
  const id = known?.id ?? (await aNode(here.deps, organizationId, { publicKey: key.publicKey }));
  const agent = new WireAgent(replica.link.url, key);
  const { artefactToken } = await agent.join(instance === undefined ? {} : { instance });
  return { id, agent, artefactToken };
}

beforeAll(async () => {
  const [{ url }, folder] = [await freshDatabase(), await temporaryFolder()];
  [here, there] = [await aReplica(url, folder), await aReplica(url, folder)];
  organizationId = await here.organization();
});

afterAll(async () => {
  for (const replica of [here, there]) {
    await replica.link.stop();
    await replica.close();
  }
});

describe('a node that is connected to another replica', () => {
  test('is read, watched and counted as one that is connected here', async () => {
    await expect.poll(() => there.replica.registry.now().length).toBe(1);
    const { id, agent } = await joined(here);
    const caller = callAs(there.deps, aUser(organizationId));

    const rows = caller.nodes.query({ id, stream: 'watch/Readings', from: 0, to: 10 });
    const query = await agent.message('query');
    agent.send({ type: 'answer', id: query.id, ok: true, body: JSON.stringify({ attributes: [{ name: 'device' }], rows: [{ at: 5, values: ['pump-1'] }], nextCursor: null }) });
    expect((await rows).rows).toEqual([{ at: 5, values: ['pump-1'] }]);

    const tail = await caller.live.tail({ node: id, stream: 'watch/Readings' });
    const first = tail[Symbol.asyncIterator]().next();
    const { lease } = await agent.message('lease');
    agent.send({ type: 'tail', lease, stream: 'watch/Readings', attributes: ['device'], rows: [{ at: 6, values: ['pump-2'] }], skipped: 0 });
    expect((await first).value).toMatchObject({ rows: [{ at: 6, values: ['pump-2'] }] });

    agent.send({ type: 'telemetry', telemetry: { from: 0, to: 1000, streams: [{ stream: 'watch/Readings', events: 20 }], sources: [{ id: 's', received: 20, refused: 0, paused: false }], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 20, latencyUs: { count: 1, sum: 500, min: 500, max: 500, zeros: 0, buckets: [[314, 1]] }, queues: [], buffer: { records: 3, bytes: 30 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 } } });
    await expect.poll(() => caller.nodes.streams({ id })).toEqual([{ stream: 'watch/Readings', eventsPerSecond: 20 }]);
    const watching = await caller.live.telemetry({ scope: { kind: 'all' } });
    expect((await watching[Symbol.asyncIterator]().next()).value).toMatchObject({ nodes: 1, events: 20, buffered: 3, latency: { p50: expect.closeTo(500, -1) } });
    agent.kill();
  });

  test('goes on being watched when it comes to the replica that watches', async () => {
    const key = aKey();
    const { id, agent } = await joined(here, key, 'one-process');
    const tail = await callAs(there.deps, aUser(organizationId)).live.tail({ node: id, stream: 'watch/Readings' });
    const rows = tail[Symbol.asyncIterator]();
    const first = rows.next();
    const { lease } = await agent.message('lease');
    agent.send({ type: 'tail', lease, stream: 'watch/Readings', attributes: [], rows: [{ at: 1, values: [] }], skipped: 0 });
    expect((await first).value).toMatchObject({ rows: [{ at: 1 }] });

    const { agent: again } = await joined(there, key, 'one-process');
    const next = rows.next();
    const { lease: renewed } = await again.message('lease');
    again.send({ type: 'tail', lease: renewed, stream: 'watch/Readings', attributes: [], rows: [{ at: 2, values: [] }], skipped: 0 });
    expect((await next).value).toMatchObject({ rows: [{ at: 2 }] });
  });

  test('fetches artefacts from any of them, for as long as its connection stands', async () => {
    const { id, agent, artefactToken } = await joined(here);
    expect(await artefactReader(there.deps, artefactToken)).toEqual({ nodeId: id, organizationId });
    agent.kill();
    await expect.poll(() => artefactReader(there.deps, artefactToken)).toBeUndefined();
  });

  test('has left the first as soon as the second has it, also where TCP has not noticed', async () => {
    const key = aKey();
    const { id, agent: first } = await joined(here, key, 'one-process');
    first.freeze();
    await joined(there, key, 'one-process');
    // What was written to a socket that nobody reads is lost; that the replica has let go of it is what counts.
    await expect.poll(() => here.deps.replicas.here('standing-agent')?.answer?.({ node: id, instance: 'another' })).toBeNull();
    expect(await here.deps.db.node.findUniqueOrThrow({ where: { id } })).toMatchObject({ health: 'Healthy', connectedSince: expect.any(Date) });
  });

  test('whose key was copied keeps its connection, and the copy is refused', async () => {
    const key = aKey();
    const { id, agent } = await joined(here, key);
    const copy = new WireAgent(there.link.url, key);
    await copy.shakeHands();
    expect(await copy.message('refused')).toMatchObject({ code: 'cloned' });
    expect(agent.closed).toBeUndefined();
    expect(await here.deps.db.nodeEvent.count({ where: { nodeId: id, reason: 'Cloned' } })).toBe(1);
  });

  test('whose agent was killed and started anew is let in by the other', async () => {
    const key = aKey();
    const { agent } = await joined(here, key);
    agent.freeze();
    const { agent: next } = await joined(there, key);
    expect(next.closed).toBeUndefined();
  });

  test('that waits for approval is seen to wait', async () => {
    const applicant = new WireAgent(here.link.url);
    await applicant.shakeHands();
    await applicant.message('pending');
    const { items } = await callAs(there.deps, aUser(organizationId)).enrollment.requests.list({ state: 'Pending' });
    expect(items).toMatchObject([{ waiting: true }]);
  });
});

describe('telemetry of two replicas', () => {
  test('adds up to one interval', async () => {
    organizationId = await here.organization('Second');
    const nodes = [await joined(here), await joined(there)];
    const figures = { from: 0, to: 1000, streams: [], sources: [{ id: 's', received: 10, refused: 0, paused: false, lag: 2 }], models: [], detections: 1, actions: 0, deadLetters: 0, stored: 0, latencyUs: { count: 0, sum: 0, min: 0, max: 0, zeros: 0, buckets: [] }, queues: [], buffer: { records: 4, bytes: 40 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 } };
    for (const { agent } of nodes) agent.send({ type: 'telemetry', telemetry: figures });
    await expect.poll(async () => (await callAs(here.deps, aUser(organizationId)).overview.get()).rates, { message: 'both have arrived' }).toMatchObject({ events: 20 });
    for (const { deps } of [here, there]) deps.clock.advance(10_000);
    const sums = () => here.deps.db.telemetryBucket.findMany({ where: { scope: organizationId, stepSeconds: 10, events: { gt: 0 } } });
    await expect.poll(async () => (await sums()).map(({ events, lag, buffered }) => ({ events: Number(events), lag: Number(lag), buffered: Number(buffered) }))).toEqual([{ events: 20, lag: 4, buffered: 8 }]);
  });
});

test('one that stops does not make its nodes offline: they come back to another', async () => {
  const key = aKey();
  const { id, agent } = await joined(there, key);
  const row = () => here.deps.db.node.findUniqueOrThrow({ where: { id } });
  const { connectedSince } = await row();
  await there.link.stop();
  await agent.ended();
  expect(await row()).toMatchObject({ health: 'Healthy', connectedSince });
  await joined(here, key);
  expect(await row()).toMatchObject({ health: 'Healthy' });
});
