import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { AgentProcess } from '../../edge-runtime/sim/agent-process.ts';
import { startControlPlane } from '../../tools/services/control-plane.ts';
import { startPostgres } from '../../tools/services/postgres.ts';
import { freePort, temporaryFolder } from '../../tools/testing/index.ts';
import { deployRule } from '../testing/deploy.ts';
import { aUser, callAs, openWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';

/* I4 and I7 from end to end: whatever of the control plane dies, the node goes on, and afterwards each detection is there once. */

const rule = `@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string, pressure double);
@detection(title='High pressure', severity='critical')
define stream High (pump string, pressure double);
from Readings[pressure > 9.0] select pump, pressure insert into High;
`;
const patient = { timeout: 120_000, interval: 50 };

test('the control plane and Postgres killed with −9 while events flow through a real agent: it goes on, and what was buffered arrives once', { timeout: 300_000 }, async () => {
  const folder = await temporaryFolder();
  let postgres = await startPostgres({ folder: join(folder, 'postgres') });
  const options = { folder: join(folder, 'control-plane'), databaseUrl: postgres.url, port: await freePort(), roles: ['link', 'worker'] as const };
  let controlPlane = await startControlPlane(options);
  const world = await openWorld(postgres.url, options.folder);
  const agent = await joinAndDeploy(world, controlPlane.url, join(folder, 'node'));
  const flow = startFlow(agent);
  try {
    const arrived = async (): Promise<string[]> => (await world.deps.db.detection.findMany({ orderBy: { sequence: 'asc' }, select: { data: true } })).map(({ data }) => readingSchema.parse(data).pump);
    /** Waits until the node has detected what it took since now: with nobody to tell. */
    const goesOn = async (): Promise<void> => {
      const next = flow.acknowledged.length + 20;
      await vi.waitFor(async () => {
        expect(flow.acknowledged.length).toBeGreaterThan(next);
        expect(await storedAt(agent)).toEqual(expect.arrayContaining(flow.acknowledged.slice(0, next)));
      }, patient);
    };
    const everythingArrives = async (): Promise<void> => {
      const soFar = [...flow.acknowledged];
      await vi.waitFor(async () => expect(await arrived()).toEqual(expect.arrayContaining(soFar)), patient);
    };

    await everythingArrives();
    await controlPlane.kill9();
    await goesOn();
    controlPlane = await startControlPlane(options);
    await everythingArrives();

    await postgres.kill9();
    await goesOn();
    postgres = await startPostgres({ folder: join(folder, 'postgres'), port: Number(new URL(postgres.url).port) });
    await everythingArrives();

    await flow.stop();
    await everythingArrives();
    expect((await arrived()).sort()).toEqual([...flow.acknowledged].sort());
    expect((await storedAt(agent)).sort()).toEqual([...flow.acknowledged].sort());
  } finally {
    await flow.stop();
    await agent.stop();
    await world.close();
    await controlPlane.stop();
    await postgres.stop();
  }
});

const readingSchema = z.object({ pump: z.string() });
const storedSchema = z.object({ events: z.array(z.object({ data: readingSchema })), nextCursor: z.string().nullable() });

async function joinAndDeploy({ deps }: TestWorld, link: string, folder: string): Promise<AgentProcess> {
  const { id } = await deps.db.organization.findFirstOrThrow();
  const operator = aUser(id);
  await deployRule(deps, operator, { fleet: 'watch', selector: 'site=a', text: rule });
  const { token } = await callAs(deps, operator).enrollment.tokens.create({ label: 'test', labels: {}, expiresAt: Date.now() + 3_600_000, uses: 1 });
  const agent = await AgentProcess.start({ folder, link: link.replace('localhost', '127.0.0.1'), token, labels: ['site=a'] });
  await agent.untilReady();
  return agent;
}

/** One event after another until it is stopped; `acknowledged` are those that the node took. */
function startFlow(agent: AgentProcess): { acknowledged: string[]; stop(): Promise<void> } {
  const acknowledged: string[] = [];
  let stopped = false;
  const run = async (): Promise<void> => {
    for (let index = 0; !stopped; index += 1) {
      const { status } = await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ pump: `e${index}`, pressure: 10 }) });
      if (status === 202) acknowledged.push(`e${index}`);
      // A fast machine would send more than the test needs.
      await new Promise((resolve) => setTimeout(resolve, 10));
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

async function storedAt(agent: AgentProcess): Promise<string[]> {
  const pumps: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: z.infer<typeof storedSchema> = storedSchema.parse((await agent.call(`/v1/streams/High/events?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`)).body);
    pumps.push(...page.events.map(({ data }) => data.pump));
    cursor = page.nextCursor;
  }
  return pumps;
}
