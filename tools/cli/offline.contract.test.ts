import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { receiptSchema, signedReceiptSchema } from '../../edge-runtime/protocol/index.ts';
import { AgentProcess } from '../../edge-runtime/sim/agent-process.ts';
import { createEdge } from '../../server/http/server.ts';
import type { Actor } from '../../server/kernel/actor.ts';
import { startLinkRole } from '../../server/link-role.ts';
import { welcomeJoiners } from '../../server/joiners/index.ts';
import { startRolloutLoop } from '../../server/rollout/index.ts';
import { deployRule, instantly } from '../../server/testing/deploy.ts';
import { testServer } from '../../server/testing/http.ts';
import { aUser, callAs, testWorld } from '../../server/testing/index.ts';
import type { TestWorld } from '../../server/testing/index.ts';
import { inheritedEnvironment } from '../environment.ts';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';

/*
 * A bundle in a file to a node that no link reaches, and its receipt back: the agent of edge-runtime in a process of its own, the
 * control plane of server/, and both command lines, with what somebody on the way could do to the files.
 */

const main = fileURLToPath(new URL('../../edge-runtime/host/main.ts', import.meta.url));
const rule = (threshold: number): string => `@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string, pressure double);
@detection(title='High pressure')
define stream High (pump string, pressure double);
from Readings[pressure > ${threshold}.0] select pump, pressure insert into High;
`;

let world: TestWorld;
let operator: Actor;
let link: string;
let api: string;
let token: string;
let folder: string;
const agents: AgentProcess[] = [];

beforeAll(async () => {
  world = await testWorld();
  const organization = await world.organization();
  operator = aUser(organization, 'administrator');
  await world.relay();
  api = (await testServer(world)).url;
  ({ token } = await callAs(world.deps, operator).identity.tokens.create({ name: 'ci', scopes: ['audit:read', 'nodes:read', 'nodes:write', 'fleets:read', 'deployments:read', 'deployments:write'], expiresAt: world.deps.clock.now() + 3_600_000 }));
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-stick-'));
  const ending = new AbortController();
  const deps = { ...world.deps, publicUrl: 'http://localhost' };
  const role = startLinkRole(deps, ending.signal);
  const rollouts = startRolloutLoop(deps, ending.signal, welcomeJoiners);
  const { server, drain } = createEdge({ deps, surfaces: [role.surface], upgrades: new Map([['/link', role.upgrade]]) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // An HTTP server that listens on TCP has an AddressInfo.
  link = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    ending.abort();
    await Promise.all([drain(), role.finished, rollouts.finished]);
  };
});
afterEach(async () => {
  for (const agent of agents.splice(0)) if (agent.isRunning) await agent.stop();
});

const caller = () => callAs(world.deps, operator);
const eventually = (fact: () => Promise<void>): Promise<void> => vi.waitFor(fact, { timeout: 60_000, interval: 25 });
const nodeCalled = (name: string) => world.deps.db.node.findFirstOrThrow({ where: { name } });
const on = (name: string): string => path.join(folder, name);

async function start(options: Parameters<typeof AgentProcess.start>[0]): Promise<AgentProcess> {
  const agent = await AgentProcess.start(options);
  agents.push(agent);
  return agent;
}

async function selvedge(...args: string[]): Promise<{ code: number; said: string }> {
  const { code, out, error } = await commandLine(args, { profileFile: on('profile.json'), given: { url: api, token } });
  return { code, said: out + error };
}

/** The agent's own command line, at the node. */
function atTheNode(node: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args, '--folder', node], { env: inheritedEnvironment({}) });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
    child.once('close', (code) => resolve({ code, said }));
  });
}

describe('a bundle in a file and a receipt back', { timeout: 240_000 }, () => {
  test('a node without a link takes on what the control plane signed for it and nothing else, and what it says of that counts once', async () => {
    const enrol = (await caller().enrollment.tokens.create({ label: 'stick', labels: {}, expiresAt: Date.now() + 3_600_000, uses: 10 })).token;
    const { fleetId } = await deployRule(world.deps, operator, { fleet: 'remote', selector: 'line=remote', text: rule(9) });
    const homes = [await mkdtemp(path.join(tmpdir(), 'selvedge-node-')), await mkdtemp(path.join(tmpdir(), 'selvedge-node-'))] as const;
    const [mine] = homes;
    for (const [index, home] of homes.entries()) {
      const name = index === 0 ? 'far-away' : 'elsewhere';
      const agent = await start({ folder: home, link, name, token: enrol, labels: ['line=remote'] });
      await eventually(async () => expect(await nodeCalled(name)).toMatchObject({ sync: 'Synced', observedGeneration: 1n }));
      await agent.stop();
    }
    await eventually(async () => expect((await nodeCalled('far-away')).connectedSince).toBeNull());
    await start({ folder: mine, name: 'far-away' });
    // Meanwhile another key signs: the file brings how the node comes to trust it.
    const keys = caller().settings.signingKeys;
    const [first] = (await keys.list({})).items;
    await keys.add({});
    await keys.retire({ keyId: first?.keyId ?? '' });
    expect((await selvedge('bundle', 'export', '--node', 'far-away', '-o', on('first.selvedge'))).code).toBe(exitCodes.done);

    const { version } = await caller().rules.publish({ name: 'remote', text: rule(8) });
    const { hash } = await caller().deployments.plan({ fleet: fleetId, rules: [{ name: 'remote', version }], policy: { ...instantly, successThresholdPercent: 100 } });
    const { id: deployment } = await caller().deployments.create({ planHash: hash });
    const exported = await selvedge('bundle', 'export', '--node', 'far-away', '--deployment', 'remote', '--days', '30', '-o', on('far-away.selvedge'));
    expect(exported).toMatchObject({ code: exitCodes.done, said: expect.stringMatching(/^Generation 2 for far-away, \d+ bytes of artefacts, is in /) });
    expect((await selvedge('bundle', 'export', '--node', 'elsewhere', '--deployment', 'remote', '-o', on('elsewhere.selvedge'))).code).toBe(exitCodes.done);
    expect((await selvedge('bundle', 'export', '--node', 'far-away', '--days', '400', '-o', on('too-long.selvedge'))).code).toBe(exitCodes.refused);

    const good = await readFile(on('far-away.selvedge'));
    const changed = Buffer.from(good);
    changed[changed.length - 5] = 0x20 ^ (changed[changed.length - 5] ?? 0);
    await writeFile(on('changed.selvedge'), changed);
    await copyFile(on('far-away.selvedge'), on('short.selvedge'));
    await truncate(on('short.selvedge'), good.length - 3);
    const headers = [good, await readFile(on('first.selvedge'))].map((bytes) => JSON.parse(bytes.subarray(0, bytes.indexOf(10)).toString()));
    await writeFile(on('mixed.selvedge'), Buffer.concat([Buffer.from(`${JSON.stringify({ ...headers[0], bundle: headers[1].bundle })}\n`), good.subarray(good.indexOf(10) + 1)]));
    const attacks: [string, string][] = [[on('changed.selvedge'), 'DigestMismatch'], [on('short.selvedge'), 'WrongSize'], [on('mixed.selvedge'), 'DigestMismatch'], [on('elsewhere.selvedge'), 'WrongNode'], ['/dev/zero', 'Malformed'], [on('nothing.selvedge'), 'Unreadable']];
    for (const [file, reason] of attacks) expect(await atTheNode(mine, 'apply', file)).toMatchObject({ code: 1, said: expect.stringContaining(reason) });
    expect(JSON.parse((await atTheNode(mine, 'status')).said)).toMatchObject({ bundle: { generation: 1 }, desired: null, rejection: null });

    const applied = await atTheNode(mine, 'apply', on('far-away.selvedge'));
    expect(applied).toMatchObject({ code: 0, said: expect.stringMatching(/^Generation 2 runs\.\nReceipt 1 \(Synced: .*\) is in .*far-away\.selvedge\.receipt/) });
    expect(await atTheNode(mine, 'apply', on('first.selvedge'))).toMatchObject({ code: 1, said: expect.stringContaining('OlderGeneration') });
    // It has not said so here (I9).
    expect(await nodeCalled('far-away')).toMatchObject({ observedGeneration: 1n, sync: 'OutOfSync' });

    const { payload, signature } = signedReceiptSchema.parse(JSON.parse(await readFile(on('far-away.selvedge.receipt'), 'utf8')));
    const refusals: [string, { payload: string; signature: string }, string][] = [
      ['forged.receipt', { payload: payload.replace('"sync":"Synced"', '"sync":"Failed"'), signature }, 'not signed by the key of far-away'],
      ['foreign.receipt', { payload: payload.replace(receiptSchema.parse(JSON.parse(payload)).node, (await nodeCalled('elsewhere')).id), signature }, 'not signed by the key of elsewhere'],
      ['garbage.receipt', { payload: '{}', signature }, 'no receipt that this version can read'],
    ];
    for (const [name, content, words] of refusals) {
      await writeFile(on(name), JSON.stringify(content));
      expect(await selvedge('receipt', 'import', on(name))).toMatchObject({ code: exitCodes.refused, said: expect.stringContaining(words) });
    }
    await selvedge('audit', 'export', on('audit.jsonl'));
    const held = await selvedge('audit', 'verify', on('audit.jsonl'), '--receipt', on('far-away.selvedge.receipt'), on('forged.receipt'), on('foreign.receipt'), on('garbage.receipt'));
    expect(held).toMatchObject({ code: exitCodes.differs });
    expect(held.said).toMatch(/Receipt 1 of far-away agrees: generation 2, the bundle sha256:[0-9a-f]{64} of entry \d+, Synced\./);
    expect(held.said).toContain('Receipt 1 of far-away does not agree with the chain: none of the keys that the node had signed it.');
    expect(held.said).toContain('This is no receipt.');
    expect(await selvedge('audit', 'verify', on('audit.jsonl'), '--receipt', on('far-away.selvedge.receipt'))).toMatchObject({ code: exitCodes.done });
    expect((await atTheNode(mine, 'receipt', on('second.receipt'))).said).toContain('Receipt 2');
    expect((await atTheNode(mine, 'receipt', on('third.receipt'))).said).toContain('Receipt 3');
    expect(await selvedge('receipt', 'import', on('second.receipt'))).toMatchObject({ code: exitCodes.done, said: expect.stringMatching(/^Receipt 2 of far-away: generation 2, Synced: /) });
    expect(await nodeCalled('far-away')).toMatchObject({ observedGeneration: 2n, sync: 'Synced', health: 'Offline', connectedSince: null });
    for (const again of ['second.receipt', 'far-away.selvedge.receipt']) expect(await selvedge('receipt', 'import', on(again))).toMatchObject({ code: exitCodes.refused, said: expect.stringContaining('says nothing new') });

    const { id } = await nodeCalled('far-away');
    await eventually(async () => expect((await caller().deployments.nodes({ id: deployment, state: 'Running' })).items).toMatchObject([{ node: id, generation: 2 }]));
    expect((await caller().deployments.get({ id: deployment })).decisions.map(({ kind }) => kind)).toContain('ToldByHand');
    expect((await caller().nodes.timeline({ id })).items.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['BundleExported', 'ReceiptImported']));
    const actions = (await caller().audit.list({ limit: 200 })).items.map(({ action, outcome }) => `${action} ${outcome}`);
    expect(actions).toEqual(expect.arrayContaining(['node.exportBundle done', 'node.importReceipt done', 'offline.importReceipt refused']));

    // Its link is back: from then on it speaks for itself.
    await agents.at(-1)?.stop();
    const linked = await start({ folder: mine, link, name: 'far-away' });
    await eventually(async () => expect(await nodeCalled('far-away')).toMatchObject({ health: 'Healthy', sync: 'Synced' }));
    expect((await selvedge('receipt', 'import', on('third.receipt'))).said).toContain('is connected and reports by itself');
    const { recordsThrough } = receiptSchema.parse(JSON.parse(signedReceiptSchema.parse(JSON.parse(await readFile(on('third.receipt'), 'utf8'))).payload));
    await eventually(async () => expect((await nodeCalled('far-away')).recordsThrough).toBeGreaterThan(BigInt(recordsThrough)));
    await linked.stop();
    await eventually(async () => expect((await nodeCalled('far-away')).connectedSince).toBeNull());
    expect((await selvedge('receipt', 'import', on('third.receipt'))).said).toContain('has reported over its link since');
  });
});
