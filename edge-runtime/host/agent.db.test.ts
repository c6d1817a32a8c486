import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { freshRedis } from '../../tools/testing/index.ts';
import { connectRedis } from '../kernel/redis.ts';
import { type BundleManifest, type DetectionRecord, settingsSchema } from '../protocol/index.ts';
import { AgentProcess, type AgentOptions, pause } from '../sim/agent-process.ts';
import { SimulatedControlPlane } from '../sim/control-plane.ts';
import { TcpProxy } from '../sim/tcp-proxy.ts';

const rule = (limit: number): string => `
@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string, pressure double);
@detection(title='High pressure', severity='critical')
define stream High (pump string, pressure double);
from Readings[pressure > ${limit}.0] select pump, pressure insert into High;
`;

let folder: string;
let controlPlane: SimulatedControlPlane;
const agents: AgentProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-agent-'));
  controlPlane = await new SimulatedControlPlane().listen();
});
afterEach(async () => {
  for (const agent of agents.splice(0)) if (agent.isRunning) await agent.stop();
  await controlPlane.close();
  await rm(folder, { recursive: true });
});

async function start(options: Partial<AgentOptions> = {}): Promise<AgentProcess> {
  const agent = await AgentProcess.start({ folder, link: controlPlane.url, ...options });
  agents.push(agent);
  return agent;
}

function bundleOf(text: string): BundleManifest {
  const artefact = controlPlane.publish(text);
  return { schema: 'selvedge.bundle/1', organization: controlPlane.organization, rules: [{ name: 'watch', version: 1, ...artefact }], models: [], references: {}, settings: settingsSchema.parse({ telemetryIntervalMs: 250, checkpointIntervalMs: 200 }) };
}

/** Sends the desired state over the newest connection and waits until the node reports that it runs it. */
async function deploy(generation: number, text: string): Promise<void> {
  const session = await controlPlane.until(() => controlPlane.latest?.received.some(({ type }) => type === 'report') && controlPlane.latest);
  session.send(controlPlane.desired(bundleOf(text), generation));
  await synced(generation);
}

async function synced(generation: number): Promise<void> {
  await controlPlane.until(() => controlPlane.latest?.received.findLast((message) => message.type === 'report' && message.sync === 'Synced' && message.observedGeneration === generation));
}

/** Whether the node took the event for good. */
async function ingest(agent: AgentProcess, pump: string, pressure = 10): Promise<boolean> {
  try {
    return (await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ pump, pressure }) })).status === 202;
  } catch {
    return false;
  }
}

async function ingestSurely(agent: AgentProcess, pump: string): Promise<void> {
  while (!(await ingest(agent, pump))) await pause();
}

/** What the control plane keeps: a number that came before is the same record again. */
function detections(): DetectionRecord[] {
  const byNumber = new Map(controlPlane.all('records').flatMap(({ records }) => records.map((record) => [record.sequence, record] as const)));
  return [...byNumber.values()].filter((record) => record.kind === 'detection');
}
const pumps = (): string[] => detections().map(({ data }) => String(data['pump']));
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

async function storedPumps(agent: AgentProcess): Promise<string[]> {
  const { body } = await agent.call('/v1/streams/High/events?limit=1000');
  return z.object({ events: z.array(z.object({ data: z.object({ pump: z.string() }) })) }).parse(body).events.map(({ data }) => data.pump);
}

describe('the agent', { timeout: 120_000 }, () => {
  test('joins, runs what it is told, detects, reports, and answers at its site', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    // A source asks to come again while it reads what its journal still holds, which a node that is Synced may yet do.
    await ingestSurely(agent, 'p1');
    expect(await ingest(agent, 'p2', 5)).toBe(true);
    const record = await controlPlane.until(() => detections()[0]);
    expect(record).toMatchObject({ rule: 'watch', stream: 'High', title: 'High pressure', generation: 1, data: { pump: 'p1', pressure: 10 }, causes: [{ stream: 'Readings' }] });
    expect((await agent.call('/v1/streams/watch%2FReadings/events')).body).toMatchObject({ events: [{ data: { pump: 'p2' } }, { data: { pump: 'p1' } }] });
    expect((await agent.call('/v1/detections')).body).toMatchObject({ detections: [{ data: { pump: 'p1' } }] });
    const telemetry = await controlPlane.until(() => controlPlane.all('telemetry').find(({ telemetry: { detections: count } }) => count === 1));
    expect(telemetry.telemetry).toMatchObject({ sources: [{ received: expect.any(Number) }], budget: { limit: 8_388_608, current: { rowsLeftOut: 0, messagesDelayed: 0 } } });
    const report = controlPlane.all('report').at(-1);
    expect(report).toMatchObject({ sync: 'Synced', rules: [{ name: 'watch', version: 1 }] });
    expect(Object.fromEntries(report?.conditions.map(({ type, status }) => [type, status]) ?? [])).toEqual({ Ready: 'True', SourcesConnected: 'True', StoreReady: 'True', ModelsLoaded: 'True', BundleApplied: 'True' });
    expect((await agent.call('/metrics')).body).toContain('selvedge_link_connected 1');
    controlPlane.latest?.send({ type: 'query', id: 'q1', stream: 'High', from: 0, to: Date.now() + 1000, limit: 10 });
    const answer = await controlPlane.until(() => controlPlane.all('answer')[0]);
    expect(JSON.parse(answer.body)).toMatchObject({ stream: 'watch/High', rows: [{ values: ['p1', 10] }], nextCursor: null });
    expect(await agent.stop()).toBe(0);
  });

  test('keeps its secrets to its owner, and one folder to one agent', async () => {
    const agent = await start();
    for (const file of ['identity.pem', 'gateway-token']) expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
    await expect(AgentProcess.start({ folder })).rejects.toThrow(/another agent works in/);
    const token = (await readFile(join(folder, 'gateway-token'), 'utf8')).trim();
    expect(agent.log.join('\n')).not.toContain(token);
  });

  test('full-rate rows come for as long as someone looks', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    controlPlane.latest?.send({ type: 'lease', lease: 'l1', stream: 'watch/Readings', until: Date.now() + 120_000, rowsPerSecondMax: 100 });
    const seen = (): boolean => controlPlane.all('tail').some(({ rows, lease }) => lease === 'l1' && rows.some(({ values }) => values[0] === 'looked-at'));
    while (!seen()) await ingestSurely(agent, 'looked-at');
  });

  test('cut off from the network it goes on; back, what was buffered arrives, once', async () => {
    const proxy = await new TcpProxy(controlPlane.port).listen();
    const agent = await start({ link: proxy.url });
    await deploy(1, rule(9));
    proxy.drop();
    for (const name of names('cut', 20)) await ingestSurely(agent, name);
    while ((await storedPumps(agent)).length < 20) await pause();
    expect(pumps()).toEqual([]);
    proxy.open();
    await controlPlane.until(() => pumps().length === 20);
    expect(pumps().sort()).toEqual(names('cut', 20).sort());
    await proxy.close();
  });

  test('revoked, it goes on at its site', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    controlPlane.verdict = { type: 'refused', code: 'revoked', message: 'Revoked.' };
    controlPlane.latest?.close(4003, 'revoked');
    await ingestSurely(agent, 'still-here');
    while (!(await storedPumps(agent)).includes('still-here')) await pause();
    expect((await agent.call('/v1/status')).body).toMatchObject({ link: { state: 'refused', code: 'revoked' } });
    expect(controlPlane.sessions).toHaveLength(1);
  });

  test('another control plane at the same address gets nothing from it', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    const { port } = controlPlane;
    await controlPlane.close();
    controlPlane = await new SimulatedControlPlane().listen(port);
    await ingestSurely(agent, 'private');
    await controlPlane.until(() => controlPlane.sessions.length > 0);
    while (!JSON.stringify((await agent.call('/v1/status')).body).includes('"untrusted"')) await pause();
    expect(controlPlane.sessions.flatMap(({ received }) => received.map(({ type }) => type)).filter((type) => !['hello', 'proof', 'heartbeat'].includes(type))).toEqual([]);
  });

  test('killed with -9 while events flow, it comes back with its bundle and no control plane: nothing acknowledged lost, nothing twice', async () => {
    const { port, url: link } = controlPlane;
    let agent = await start({ link });
    await deploy(1, rule(9));
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const killing = (async () => {
        while (acknowledged.length < (round + 1) * 15) await pause();
        await agent.kill9();
      })();
      for (let index = 0; agent.isRunning && index < 1000; index++) if (await ingest(agent, `r${round}-${index}`)) acknowledged.push(`r${round}-${index}`);
      await killing;
      if (round === 1) await controlPlane.close();
      agent = await start({ link });
      await agent.untilReady();
    }
    await controlPlane.listen(port);
    await controlPlane.until(() => acknowledged.every((name) => pumps().includes(name)));
    expect(new Set(pumps()).size).toBe(pumps().length);
    const stored = await storedPumps(agent);
    expect(stored.filter((name) => acknowledged.includes(name)).sort()).toEqual([...acknowledged].sort());
    expect(new Set(stored).size).toBe(stored.length);
  });

  test('its Redis killed with -9 while events flow: nothing acknowledged lost, nothing twice', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    const redis = await connectRedis({ socketPath: join(folder, 'redis.sock') }, 'test');
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
    redis.disconnect();
    const acknowledged: string[] = [];
    for (let index = 0; index < 60; index++) {
      if (index === 20) process.kill(pid, 'SIGKILL');
      if (await ingest(agent, `e${index}`)) acknowledged.push(`e${index}`);
    }
    await ingestSurely(agent, 'after');
    acknowledged.push('after');
    await controlPlane.until(() => acknowledged.every((name) => pumps().includes(name)));
    expect(new Set(pumps()).size).toBe(pumps().length);
  });

  test('on a Redis of the site’s own it works the same, and says what that Redis may lose', async () => {
    const { url } = await freshRedis();
    const redis = await connectRedis({ url }, 'test');
    await redis.config('SET', 'appendfsync', 'everysec');
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const agent = await start({ environment: { REDIS_URL: url } });
    await deploy(1, rule(9));
    await ingestSurely(agent, 'p1');
    await controlPlane.until(() => pumps().includes('p1'));
    const note = await controlPlane.until(() => controlPlane.all('records').flatMap(({ records }) => records).find((record) => record.kind === 'timeline' && record.reason === 'StoreMayLose'));
    expect(note).toMatchObject({ tone: 'notice', message: 'The Redis that this node was given does not keep all that the node acknowledges: it may lose up to two seconds of what it answered when it is killed (appendfsync is everysec); it may throw away what it holds when its memory is full (maxmemory-policy is allkeys-lru).' });
    redis.disconnect();
  });

  test('a bundle that cannot run leaves the one before it running, and says why', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    controlPlane.latest?.send(controlPlane.desired(bundleOf('define stream ('), 2));
    const report = await controlPlane.until(() => controlPlane.all('report').find(({ sync }) => sync === 'Failed'));
    expect(report).toMatchObject({ observedGeneration: 1, reason: 'rule.invalid', activation: { generation: 2, step: 'Failed' } });
    await ingestSurely(agent, 'p1');
    await controlPlane.until(() => pumps().includes('p1'));
    await deploy(3, rule(8));
  });

  test('held at the site it does not change until it is released', async () => {
    const agent = await start();
    await deploy(1, rule(9));
    const main = new URL('./main.ts', import.meta.url).pathname;
    const site = (...args: string[]): string => execFileSync(process.execPath, [main, ...args, '--folder', folder], { encoding: 'utf8' });
    expect(site('hold', '--minutes', '30', '--reason', 'shift change')).toContain('shift change');
    await controlPlane.until(() => controlPlane.all('report').find(({ sync, hold }) => sync === 'Synced' && hold?.reason === 'shift change'));
    controlPlane.latest?.send(controlPlane.desired(bundleOf(rule(8)), 2));
    await controlPlane.until(() => controlPlane.all('report').find(({ sync, reason }) => sync === 'OutOfSync' && reason === 'Held'));
    expect(JSON.parse(site('status'))).toMatchObject({ bundle: { generation: 1 }, desired: { generation: 2 }, hold: { reason: 'shift change' } });
    site('release');
    await synced(2);
    expect(agent.isRunning).toBe(true);
  });
});
