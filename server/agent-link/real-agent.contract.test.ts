import { generateKeyPairSync, sign } from 'node:crypto';
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { closeCodes, linkLimits, reportSchema } from '@selvedge/edge-runtime/protocol';
import type { ToAgent } from '@selvedge/edge-runtime/protocol';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { AgentProcess } from '../../edge-runtime/sim/agent-process.ts';
import type { AgentOptions } from '../../edge-runtime/sim/agent-process.ts';
import { TcpProxy } from '../../edge-runtime/sim/tcp-proxy.ts';
import { createEdge } from '../http/server.ts';
import type { Actor } from '../kernel/actor.ts';
import { startLinkRole } from '../link-role.ts';
import { welcomeJoiners } from '../joiners/index.ts';
import { startRolloutLoop } from '../rollout/index.ts';
import { deployRule } from '../testing/deploy.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { Relay } from './testing/a-relay.ts';

/*
 * The agent of edge-runtime in a process of its own, and the control plane of server/, over real sockets, with a relay
 * between them that can break what passes: what each of the two is tested for alone, both together must hold.
 */

const rule = `@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string, pressure double);
@detection(title='High pressure', severity='critical')
define stream High (pump string, pressure double);
from Readings[pressure > 9.0] select pump, pressure insert into High;
-- ${'so that the text of the rule is long enough to be broken off. '.repeat(200)}
`;

let deps: TestWorld['deps'];
let operator: Actor;
let organizationId: string;
let controlPlane: string;
const agents: AgentProcess[] = [];
const relays: Relay[] = [];

beforeAll(async () => {
  const world = await testWorld();
  // Reached under the name by which the agent came, as on a machine where nobody configured one.
  deps = { ...world.deps, publicUrl: 'http://localhost' };
  organizationId = await world.organization();
  operator = aUser(organizationId, 'administrator');
  await world.relay();
  const ending = new AbortController();
  const link = startLinkRole(deps, ending.signal);
  const rollouts = startRolloutLoop(deps, ending.signal, welcomeJoiners);
  const { server, drain } = createEdge({ deps, surfaces: [link.surface], upgrades: new Map([['/link', link.upgrade]]) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // An HTTP server that listens on TCP has an AddressInfo.
  controlPlane = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    ending.abort();
    await Promise.all([drain(), link.finished, rollouts.finished]);
  };
});
afterEach(async () => {
  for (const agent of agents.splice(0)) if (agent.isRunning) await agent.stop();
  for (const relay of relays.splice(0)) await relay.close();
});

async function aRelay(): Promise<Relay> {
  const relay = await new Relay(controlPlane).listen();
  relays.push(relay);
  return relay;
}

async function start(options: Partial<AgentOptions> & { link: string }): Promise<AgentProcess> {
  const agent = await AgentProcess.start({ folder: await temporaryFolder(), ...options });
  agents.push(agent);
  return agent;
}

async function anEnrolmentToken(): Promise<string> {
  return (await callAs(deps, operator).enrollment.tokens.create({ label: 'contract', labels: {}, expiresAt: Date.now() + 3_600_000, uses: 10 })).token;
}

const patient = { timeout: 60_000, interval: 25 };
async function eventually(fact: () => Promise<void> | void): Promise<void> {
  await vi.waitFor(fact, patient);
}
async function nodeCalled(name: string) {
  return deps.db.node.findFirst({ where: { name } });
}
/** Waits until the agent says this of its link. */
async function linkIs(agent: AgentProcess, link: object): Promise<void> {
  await eventually(async () => expect((await agent.call('/v1/status')).body).toMatchObject({ link }));
}

describe('a real agent and the real control plane', { timeout: 120_000 }, () => {
  test('join by token, run what was deployed although its transfer broke, report, measure, deliver detections, and part at once when revoked', async () => {
    const relay = await aRelay();
    relay.holdAfterBytes = 5_000;
    await deployRule(deps, operator, { fleet: 'line-a', selector: 'line=a', text: rule });
    const folder = await temporaryFolder();
    const agent = await start({ link: relay.url, name: 'by-token', token: await anEnrolmentToken(), labels: ['line=a'], folder });
    await eventually(async () => expect(await Promise.all((await readdir(join(folder, 'artefacts'))).map(async (file) => (await stat(join(folder, 'artefacts', file))).size))).toEqual([5_000]));
    relay.breakOff();
    await eventually(async () => expect(await nodeCalled('by-token')).toMatchObject({ sync: 'Synced', health: 'Healthy', labels: { line: 'a' }, observedGeneration: 1n }));
    expect(relay.artefactRanges).toEqual([undefined, 'bytes=5000-']);

    const node = (await nodeCalled('by-token'))?.id ?? '';
    for (const pump of ['p1', 'p2', 'p3']) expect((await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ pump, pressure: 10 }) })).status).toBe(202);
    await eventually(async () => expect(await deps.db.detection.findMany({ where: { nodeId: node }, orderBy: { sequence: 'asc' }, select: { data: true, generation: true } })).toEqual(['p1', 'p2', 'p3'].map((pump) => ({ data: { pump, pressure: 10 }, generation: 1n }))));
    // Acknowledged is removed: nothing is owed any more.
    await eventually(async () => expect((await agent.call('/v1/status')).body).toMatchObject({ outbox: { records: 0 } }));
    await eventually(async () => expect(await deps.metrics.registry.getSingleMetricAsString('selvedge_detections_total')).toMatch(/^selvedge_detections_total 3$/m));

    await callAs(deps, operator).nodes.revoke({ id: node, reason: 'sold' });
    await linkIs(agent, { state: 'refused', code: 'revoked' });
    expect(relay.closes).toEqual([closeCodes.revoked]);
    // What it was told to do it goes on doing (I7).
    expect((await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ pump: 'p4', pressure: 10 }) })).status).toBe(202);
    expect(await deps.db.detection.count({ where: { nodeId: node } })).toBe(3);
  });

  test('a node of a later wave fetches ahead where the deployment says so, is told nothing by it, and fetches nothing again', async () => {
    const caller = callAs(deps, operator);
    const { version } = await caller.rules.publish({ name: 'ahead', text: rule });
    const { id: fleet } = await caller.fleets.create({ name: 'ahead', selector: 'line=ahead' });
    const token = await anEnrolmentToken();
    const folders = [await temporaryFolder(), await temporaryFolder()];
    const relay = await aRelay();
    await start({ link: controlPlane, name: 'ahead-first', token, labels: ['line=ahead'], folder: folders[0] ?? '' });
    await start({ link: relay.url, name: 'ahead-second', token, labels: ['line=ahead'], folder: folders[1] ?? '' });
    await eventually(async () => expect(await deps.db.node.count({ where: { fleetId: fleet, health: 'Healthy' } })).toBe(2));
    const plan = await caller.deployments.plan({ fleet, rules: [{ name: 'ahead', version }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 3_600, fetchAhead: true } });
    const { id } = await caller.deployments.create({ planHash: plan.hash });
    const [later] = (await caller.deployments.nodes({ id })).items.filter(({ wave }) => wave === 1);
    const folder = folders[later?.name === 'ahead-first' ? 0 : 1] ?? '';
    await eventually(async () => expect((await readdir(join(folder, 'artefacts'))).length).toBe(1));
    await eventually(async () => expect(await deps.db.nodeEvent.count({ where: { nodeId: later?.node ?? '', reason: 'BundleFetchedAhead' } })).toBe(1));
    expect(await deps.db.node.findUnique({ where: { id: later?.node ?? '' } })).toMatchObject({ desiredGeneration: 0n, desiredBundle: null, reportedBundle: null });
    const fetched = relay.artefactRanges.length;
    await eventually(async () => expect(await deps.db.deploymentWave.count({ where: { deploymentId: id, index: 0, bakingSince: { not: null } } })).toBe(1));
    await deps.db.deploymentWave.updateMany({ where: { deploymentId: id, index: 0 }, data: { bakingSince: new Date(Date.now() - 7_200_000) } });
    await eventually(async () => expect(await deps.db.node.count({ where: { fleetId: fleet, sync: 'Synced', observedGeneration: 1n } })).toBe(2));
    expect(relay.artefactRanges.length).toBe(later?.name === 'ahead-second' ? fetched : 1);
  });

  test('a rollout goes through a network that is slow, loses connections and stalls, to agents that are killed at each step that they report', { timeout: 400_000 }, async () => {
    const proxy = await new TcpProxy(Number(new URL(controlPlane).port)).listen();
    proxy.delayMs = 100;
    const caller = callAs(deps, operator);
    const { version } = await caller.rules.publish({ name: 'toxic', text: rule });
    const { id: fleet } = await caller.fleets.create({ name: 'toxic', selector: 'line=toxic' });
    const token = await anEnrolmentToken();
    const running = new Map<string, { agent: AgentProcess; options: AgentOptions & { link: string } }>();
    for (const name of ['toxic-1', 'toxic-2']) {
      const options = { link: proxy.url, name, token, labels: ['line=toxic'], folder: await temporaryFolder() };
      running.set(name, { agent: await start(options), options });
    }
    await vi.waitFor(async () => expect(await deps.db.node.count({ where: { fleetId: fleet, health: 'Healthy' } })).toBe(2), { timeout: 120_000, interval: 50 });
    const plan = await caller.deployments.plan({ fleet, rules: [{ name: 'toxic', version }], policy: { waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 1, updateTimeoutSeconds: 3_600 } });
    const { id } = await caller.deployments.create({ planHash: plan.hash });
    const killed = new Set<string>();
    let hasStalled = false;
    while ((await caller.deployments.get({ id })).state !== 'Succeeded') {
      for (const node of await deps.db.node.findMany({ where: { fleetId: fleet }, select: { name: true, report: true, sync: true } })) {
        const report = reportSchema.safeParse(node.report).data;
        const step = `${node.name} ${report?.activation?.step ?? node.sync}`;
        const place = running.get(node.name);
        if (report === undefined || place === undefined || killed.has(step)) continue;
        killed.add(step);
        await place.agent.kill9();
        proxy.drop();
        proxy.open();
        place.agent = await start(place.options);
        if (hasStalled || killed.size < 3) continue;
        // Half open: nobody is told, and both have to notice by themselves.
        hasStalled = true;
        await linkIs(place.agent, { state: 'connected' });
        proxy.stall();
        await vi.waitFor(async () => expect((await place.agent.call('/v1/status')).body).not.toMatchObject({ link: { state: 'connected' } }), { timeout: 120_000, interval: 50 });
        proxy.open();
      }
    }
    expect(killed.size).toBeGreaterThanOrEqual(4);
    await vi.waitFor(async () => expect(await deps.db.node.count({ where: { fleetId: fleet, sync: 'Synced', health: 'Healthy', observedGeneration: 1n } })).toBe(2), { timeout: 120_000, interval: 50 });
    for (const { agent } of running.values()) await agent.stop();
    await proxy.close();
  });

  test('join by approval under the fingerprint that both show; a copy of the machine is refused and the node stays', async () => {
    const folder = await temporaryFolder();
    const agent = await start({ link: controlPlane, name: 'by-approval', folder });
    await linkIs(agent, { state: 'pending', fingerprint: agent.ready.fingerprint });
    const request = await deps.db.enrollmentRequest.findFirstOrThrow({ where: { name: 'by-approval' } });
    expect(request.fingerprint).toBe(agent.ready.fingerprint);
    await callAs(deps, operator).enrollment.requests.approve({ id: request.id });
    await linkIs(agent, { state: 'connected' });

    const copy = await temporaryFolder();
    await mkdir(copy, { recursive: true });
    // The node says that it is connected while it still writes down whom it trusts.
    for (const file of ['identity.pem', 'trust.json']) await eventually(() => copyFile(join(folder, file), join(copy, file)));
    await linkIs(await start({ link: controlPlane, name: 'by-approval', folder: copy }), { state: 'refused', code: 'cloned' });
    await linkIs(agent, { state: 'connected' });
    const node = await nodeCalled('by-approval');
    expect(node).toMatchObject({ health: 'Healthy' });
    expect(await deps.db.nodeEvent.count({ where: { nodeId: node?.id ?? '', reason: 'Cloned' } })).toBe(1);
  });

  test('the signing key is changed while the node runs: it follows, takes what the new key signed, and comes up again with what the old one did', async () => {
    const { fleetId } = await deployRule(deps, operator, { fleet: 'line-k', selector: 'line=k', text: rule });
    const folder = await temporaryFolder();
    const agent = await start({ link: controlPlane, name: 'key-follower', token: await anEnrolmentToken(), labels: ['line=k'], folder });
    await eventually(async () => expect(await nodeCalled('key-follower')).toMatchObject({ sync: 'Synced', observedGeneration: 1n }));
    const keys = callAs(deps, operator).settings.signingKeys;
    const [first] = (await keys.list({})).items.filter(({ state }) => state === 'Active');
    await keys.add({});
    const node = (await nodeCalled('key-follower'))?.id ?? '';
    const followed = async () => (await callAs(deps, operator).nodes.timeline({ id: node, limit: 50 })).items.filter(({ reason }) => reason === 'SigningKeysChanged').length;
    await eventually(async () => expect(await followed()).toBe(1));
    await agent.stop();
    await keys.retire({ keyId: first?.keyId ?? '' });

    const again = await start({ link: controlPlane, name: 'key-follower', labels: ['line=k'], folder });
    await eventually(async () => expect(await followed()).toBe(2));
    await linkIs(again, { state: 'connected' });
    const { version } = await callAs(deps, operator).rules.publish({ name: 'line-k', text: rule.replace('9.0', '8.0') });
    const plan = await callAs(deps, operator).deployments.plan({ fleet: fleetId, rules: [{ name: 'line-k', version }], policy: { waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0 } });
    await callAs(deps, operator).deployments.create({ planHash: plan.hash });
    await eventually(async () => expect(await nodeCalled('key-follower')).toMatchObject({ sync: 'Synced', observedGeneration: 2n }));
  });

  test('where a person has to sign, a node takes a bundle on when they have, and refuses it when their signature is lost on the way', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const as = callAs(deps, operator);
    const signs = async (digest: string): Promise<unknown> => as.signing.sign({ digest, signature: sign(null, Buffer.from((await as.signing.get({ digest })).payload), privateKey).toString('base64url') });
    const waits = async (deployment: string | null): Promise<string> => (await as.signing.list({})).items.find((one) => (deployment === null ? one.kind === 'keySet' : one.deployment === deployment))?.digest ?? '';
    const [relay, folder] = [await aRelay(), await temporaryFolder()];
    const agent = await start({ link: relay.url, name: 'signed-for', token: await anEnrolmentToken(), labels: ['line=s'], folder });
    await linkIs(agent, { state: 'connected' });
    const node = (await nodeCalled('signed-for'))?.id ?? '';
    const { keyId } = await as.settings.signingKeys.addHolder({ holder: 'Ada', publicKey: publicKey.export({ format: 'jwk' }).x ?? '' });
    await as.settings.signingKeys.setThreshold({ threshold: 2 });
    await signs(await waits(null));

    const { deploymentId } = await deployRule(deps, operator, { fleet: 'line-s', selector: 'line=s', text: rule });
    await eventually(async () => expect((await as.why.node({ id: node })).causes[0]?.code).toBe('SignaturesMissing'));
    relay.rewriteToAgent = (message) => (message.type === 'desired' ? { ...message, bundle: { ...message.bundle, signatures: message.bundle.signatures.filter((one) => one.keyId !== keyId) } } : message);
    await signs(await waits(deploymentId));
    await eventually(async () => expect(await nodeCalled('signed-for')).toMatchObject({ sync: 'Failed', syncReason: 'SignaturesMissing' }));
    relay.rewriteToAgent = (message) => message;
    await agent.stop();
    await start({ link: relay.url, name: 'signed-for', folder });
    await eventually(async () => expect(await nodeCalled('signed-for')).toMatchObject({ sync: 'Synced', observedGeneration: 1n }));
    await as.settings.signingKeys.setThreshold({ threshold: 1 });
    await signs(await waits(null));
  });

  test('the key of a node is changed while it runs; whoever has the old one is refused, and the node comes back with the new one', async () => {
    const folder = await temporaryFolder();
    const agent = await start({ link: controlPlane, name: 'key-changer', token: await anEnrolmentToken(), folder });
    await linkIs(agent, { state: 'connected' });
    const stolen = await temporaryFolder();
    for (const file of ['identity.pem', 'trust.json']) await eventually(() => copyFile(join(folder, file), join(stolen, file)));
    const node = (await nodeCalled('key-changer'))?.id ?? '';
    await callAs(deps, operator).nodeKeys.rotate({ id: node });
    await eventually(async () => expect((await callAs(deps, operator).nodes.timeline({ id: node })).items.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['KeyRotated', 'KeyChanged'])));
    const { fingerprint } = await callAs(deps, operator).nodes.get({ id: node });
    expect(fingerprint).not.toBe(agent.ready.fingerprint);
    expect((await agent.call('/v1/status')).body).toMatchObject({ fingerprint, link: { state: 'connected' } });
    await linkIs(await start({ link: controlPlane, name: 'key-changer', folder: stolen }), { state: 'refused', code: 'revoked' });
    await agent.stop();
    const again = await start({ link: controlPlane, name: 'key-changer', folder });
    expect(again.ready.fingerprint).toBe(fingerprint);
    await linkIs(again, { state: 'connected' });
  });

  test('a node whose key is suspect, and then one whose disk is gone, enrols again as the same node and runs what it should', async () => {
    await deployRule(deps, operator, { fleet: 'line-r', selector: 'line=r', text: rule });
    const folder = await temporaryFolder();
    const agent = await start({ link: controlPlane, name: 'comes-again', token: await anEnrolmentToken(), labels: ['line=r'], folder });
    await eventually(async () => expect(await nodeCalled('comes-again')).toMatchObject({ sync: 'Synced', observedGeneration: 1n }));
    const node = (await nodeCalled('comes-again'))?.id ?? '';
    const suspect = await callAs(deps, operator).nodeKeys.reenrol({ id: node, reason: 'copied' });
    await linkIs(agent, { state: 'refused', code: 'revoked' });
    await agent.stop();
    await rm(join(folder, 'identity.pem'));
    const second = await start({ link: controlPlane, name: 'comes-again', token: suspect.token, folder });
    await linkIs(second, { state: 'connected' });
    await eventually(async () => expect(await nodeCalled('comes-again')).toMatchObject({ id: node, sync: 'Synced', keyRevokedAt: null }));

    const lost = await callAs(deps, operator).nodeKeys.reenrol({ id: node, reason: 'its disk is gone' });
    await second.stop();
    const through = (await nodeCalled('comes-again'))?.recordsThrough ?? 0n;
    await linkIs(await start({ link: controlPlane, name: 'another-name', token: lost.token }), { state: 'connected' });
    await eventually(async () => expect(await nodeCalled('comes-again')).toMatchObject({ id: node, sync: 'Synced', labels: { line: 'r' } }));
    // Its records go on from where those of the lost disk ended.
    await eventually(async () => expect((await nodeCalled('comes-again'))?.recordsThrough).toBeGreaterThan(through));
    expect(await deps.db.node.count({ where: { name: 'another-name' } })).toBe(0);
  });

  test('a token that is not known, and another version of the protocol, are refused with the reason', async () => {
    await linkIs(await start({ link: controlPlane, name: 'guesser', token: 'selvedge-enrol-guess' }), { state: 'refused', code: 'token', message: 'The enrolment token is not known here.' });
    const relay = await aRelay();
    relay.rewriteFromAgent = (message) => (message.type === 'hello' ? { ...message, protocol: 2 } : message);
    await linkIs(await start({ link: relay.url, name: 'from-the-future' }), { state: 'refused', code: 'protocol', message: 'This control plane speaks version 1 of the link, the agent 2.' });
    expect(await deps.db.enrollmentRequest.count({ where: { name: { in: ['guesser', 'from-the-future'] } } })).toBe(0);
  });

  test.each<[string, (message: ToAgent) => ToAgent]>([
    ['another organization', (message) => (message.type === 'welcome' ? { ...message, organization: 'org_other' } : message)],
    ['other keys to sign with', (message) => (message.type === 'welcome' ? { ...message, signingKeys: message.signingKeys.map((key) => ({ ...key, publicKey: 'A'.repeat(43) })) } : message)],
  ])('a node that knows its control plane tells nothing to one that welcomes it with %s', async (name, rewrite) => {
    const relay = await aRelay();
    const folder = await temporaryFolder();
    const own = `pinned-by-${name.split(' ').at(-1)}`;
    const first = await start({ link: relay.url, name: own, token: await anEnrolmentToken(), folder });
    await eventually(() => expect(relay.fromAgent.map(({ type }) => type)).toContain('report'));
    await first.stop();

    relay.fromAgent.length = 0;
    relay.rewriteToAgent = rewrite;
    const again = await start({ link: relay.url, name: own, folder });
    await linkIs(again, { state: 'refused', code: 'untrusted' });
    expect(relay.fromAgent.map(({ type }) => type).filter((type) => !['hello', 'proof', 'heartbeat'].includes(type))).toEqual([]);
  });

  test('a message that is too large, and too many of them, end the connection; the agent comes back', async () => {
    const relay = await aRelay();
    const agent = await start({ link: relay.url, name: 'talker', token: await anEnrolmentToken() });
    const connections = (): number => relay.toAgent.filter(({ type }) => type === 'welcome').length;
    await eventually(() => expect(connections()).toBe(1));
    relay.speak(JSON.stringify({ type: 'heartbeat', at: 1, padding: 'x'.repeat(linkLimits.messageBytesMax) }));
    await eventually(() => expect(connections()).toBe(2));
    for (let i = 0; i < linkLimits.messagesBurstMax + 60 * linkLimits.messagesPerSecondMax; i += 1) relay.speak(JSON.stringify({ type: 'heartbeat', at: i }));
    await eventually(() => expect(connections()).toBe(3));
    expect(relay.closes).toEqual([1009, closeCodes.tooFast]);
    await linkIs(agent, { state: 'connected' });
  });
});
