import { readFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../../tools/testing/index.ts';
import { settingsSchema } from '../../protocol/index.ts';
import { AgentProcess } from '../../sim/agent-process.ts';
import { SimulatedControlPlane } from '../../sim/control-plane.ts';
import { exhaustEventPath, reachable } from '../../sim/thread-fault.ts';

/* I4 and I5 for a death that leaves the process alive: the event path's thread runs out of memory between any two instructions. */

const rule = `@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string);
define stream Totals (pump string, total long);
@detection(title='A pump')
define stream Pumps (pump string);
from Readings select pump, count() as total insert into Totals;
from Readings select pump insert into Pumps;
`;
const patient = { timeout: 60_000, interval: 25 };

let folder: string;
let controlPlane: SimulatedControlPlane;
let agent: AgentProcess;

beforeEach(async () => {
  folder = await temporaryFolder();
  controlPlane = await new SimulatedControlPlane().listen();
  agent = await AgentProcess.start({ folder, link: controlPlane.url, environment: { ...reachable, SELVEDGE_PATH_HEAP_MIB: '64' } });
  const session = await controlPlane.until(() => controlPlane.latest?.received.some(({ type }) => type === 'report') && controlPlane.latest);
  const settings = settingsSchema.parse({ telemetryIntervalMs: 250, checkpointIntervalMs: 200 });
  session.send(controlPlane.desired({ schema: 'selvedge.bundle/1', organization: controlPlane.organization, rules: [{ name: 'watch', version: 1, ...controlPlane.publish(rule) }], models: [], references: {}, settings }, 1));
  await agent.untilReady();
});
afterEach(async () => {
  await agent.stop();
  await controlPlane.close();
  await rm(folder, { recursive: true });
});

test('the event path’s thread dies three times while events flow: nothing acknowledged is lost, nothing is stored twice, and the agent lives', { timeout: 180_000 }, async () => {
  const { pid } = agent.ready;
  const flow = startFlow();
  for (let death = 1; death <= 3; death += 1) {
    const before = flow.acknowledged.length;
    await vi.waitFor(() => expect(flow.acknowledged.length).toBeGreaterThan(before + 20), patient);
    await exhaustEventPath(agent);
    await vi.waitFor(() => expect(controlPlane.all('records').flatMap(({ records }) => records).filter((record) => record.kind === 'timeline' && record.reason === 'PathCrashed')).toHaveLength(death), patient);
    await agent.untilReady();
  }
  await flow.stop();

  await vi.waitFor(async () => expect((await stored('Pumps')).map(({ pump }) => pump)).toEqual(expect.arrayContaining(flow.acknowledged)), patient);
  const pumps = (await stored('Pumps')).map(({ pump }) => pump);
  expect(new Set(pumps).size).toBe(pumps.length);
  // What the engine remembers went on as if nothing had been.
  expect((await stored('Totals')).map(({ total }) => total)).toEqual(pumps.map((_, index) => index + 1));
  const told = (): string[] => [...new Map(controlPlane.all('records').flatMap(({ records }) => records.map((record) => [record.sequence, record] as const))).values()].filter((record) => record.kind === 'detection').map(({ data }) => String(data['pump']));
  await vi.waitFor(() => expect(told().sort()).toEqual([...pumps].sort()), patient);
  expect(JSON.parse(await readFile(`${folder}/gateway.json`, 'utf8'))).toMatchObject({ pid });
});

/** One event after another until it is stopped; `acknowledged` are those that the node took. */
function startFlow(): { acknowledged: string[]; stop(): Promise<void> } {
  const acknowledged: string[] = [];
  let stopped = false;
  const run = async (): Promise<void> => {
    for (let index = 0; !stopped; index += 1) {
      const { status } = await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ pump: `e${index}` }) });
      if (status === 202) acknowledged.push(`e${index}`);
      // A fast machine would send more than the test needs.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const ended = run();
  return {
    acknowledged,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

const pageSchema = z.object({ events: z.array(z.object({ data: z.object({ pump: z.string(), total: z.number().optional() }) })), nextCursor: z.string().nullable() });

/** A stream's rows at the node, oldest first. */
async function stored(stream: string): Promise<{ pump: string; total?: number | undefined }[]> {
  const rows: { pump: string; total?: number | undefined }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: z.infer<typeof pageSchema> = pageSchema.parse((await agent.call(`/v1/streams/${stream}/events?order=oldest&limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`)).body);
    rows.push(...page.events.map(({ data }) => data));
    cursor = page.nextCursor;
  }
  return rows;
}
