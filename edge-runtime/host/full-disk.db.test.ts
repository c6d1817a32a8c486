import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { connectRedis } from '../kernel/redis.ts';
import { type BundleManifest, type Condition, settingsSchema } from '../protocol/index.ts';
import { AgentProcess } from '../sim/agent-process.ts';
import { SimulatedControlPlane } from '../sim/control-plane.ts';
import { fillDiskOf, fillFile } from '../sim/full-disk.ts';

const rule = (limit: number): string => `@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string, pressure double);
define stream High (pump string);
from Readings[pressure > ${limit}.0] select pump insert into High;
`;
const patient = { timeout: 60_000, interval: 25 };

let folder: string;
let controlPlane: SimulatedControlPlane;
let agent: AgentProcess;

beforeEach(async () => {
  folder = await temporaryFolder();
  controlPlane = await new SimulatedControlPlane().listen();
  agent = await AgentProcess.start({ folder, link: controlPlane.url });
  await controlPlane.until(() => controlPlane.latest?.received.some(({ type }) => type === 'report'));
  controlPlane.latest?.send(controlPlane.desired(bundleOf(rule(9)), 1));
  await agent.untilReady();
});
afterEach(async () => {
  await agent.stop();
  await controlPlane.close();
  await rm(folder, { recursive: true });
});

function bundleOf(text: string): BundleManifest {
  return { schema: 'selvedge.bundle/1', organization: controlPlane.organization, rules: [{ name: 'watch', version: 1, ...controlPlane.publish(text) }], models: [], references: {}, settings: settingsSchema.parse({ checkpointIntervalMs: 200 }) };
}

async function ingest(pump: string): Promise<{ status: number; body: unknown }> {
  return agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ pump, pressure: 10 }) });
}

/** Sends it again for as long as the node asks to come later: a source opens a moment after the path. */
async function ingestSurely(pump: string): Promise<void> {
  await vi.waitFor(async () => expect((await ingest(pump)).status).toBe(202), patient);
}

async function storedPumps(): Promise<string[]> {
  const { body } = await agent.call('/v1/streams/High/events?limit=1000');
  return z.object({ events: z.array(z.object({ data: z.object({ pump: z.string() }) })) }).parse(body).events.map(({ data }) => data.pump);
}

test('the store’s disk is full: nothing more is acknowledged, the node says why in a sentence, and goes on by itself when there is room', { timeout: 180_000 }, async () => {
  await ingestSurely('before');
  const redis = await connectRedis({ socketPath: join(folder, 'redis.sock') }, 'test');
  const makeRoom = await fillDiskOf(redis);
  const sentence = 'the disk of the node’s store is full; nothing more is taken until there is room on it';
  await vi.waitFor(async () => {
    const { status, body } = await ingest('meanwhile');
    expect({ status, body }).toEqual({ status: 429, body: expect.objectContaining({ error: sentence }) });
  }, patient);
  await vi.waitFor(() => expect(latestConditions()).toMatchObject({ Ready: { status: 'False', message: sentence }, StoreReady: { status: 'False', message: sentence } }), patient);
  await makeRoom();
  redis.disconnect();
  await agent.untilReady();
  await ingestSurely('after');
  await vi.waitFor(async () => expect(await storedPumps()).toEqual(['after', 'before']), patient);
  await vi.waitFor(() => expect(latestConditions()).toMatchObject({ Ready: { status: 'True' }, StoreReady: { status: 'True' } }), patient);
});

test('the disk is full where artefacts are kept: the node keeps its bundle and says why, and takes the new one when there is room', { timeout: 180_000 }, async () => {
  const desired = controlPlane.desired(bundleOf(rule(8)), 2);
  const [artefact = ''] = JSON.parse(desired.bundle.payload).rules.map(({ digest }: { digest: string }) => digest.slice('sha256:'.length));
  const makeRoom = await fillFile(join(folder, 'artefacts', `${artefact}.part`));
  controlPlane.latest?.send(desired);
  const room = /^The node’s disk is full: watch version 1 waits for \d+ bytes of room on it\.$/;
  await vi.waitFor(() => expect(controlPlane.all('report').at(-1)).toMatchObject({ sync: 'Applying', observedGeneration: 1, activation: { generation: 2, step: 'Fetching', message: expect.stringMatching(room) } }), patient);
  await ingestSurely('meanwhile');
  await makeRoom();
  await vi.waitFor(() => expect(controlPlane.all('report').at(-1)).toMatchObject({ sync: 'Synced', observedGeneration: 2 }), patient);
  await vi.waitFor(async () => expect(await storedPumps()).toEqual(['meanwhile']), patient);
});

/** The conditions of the node's last report, by type. */
function latestConditions(): Record<string, Condition> {
  return Object.fromEntries((controlPlane.all('report').at(-1)?.conditions ?? []).map((condition) => [condition.type, condition]));
}
