import { emptySketch, fromAgentSchema } from '@selvedge/edge-runtime/protocol';
import type { FromAgent } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { systemActor } from '../kernel/actor.ts';
import { createMetrics } from '../kernel/metrics.ts';
import { parseStorable } from '../kernel/parse-storable.ts';
import { nodesReported } from '../nodes/index.ts';
import { startTelemetry } from '../telemetry/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { arbitraryOf } from '../testing/arbitrary-of-schema.ts';
import { takeRecords } from './records.ts';

/* A node may say anything that the protocol allows. It harms nobody else: what another says in the same moment is kept. */

const runs = 40;
let world: TestWorld;
let organization: string;
let liar: TestAgent;
let honest: TestAgent;
beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  liar = await anAgent(world.deps, organization, 'liar', {});
  honest = await anAgent(world.deps, organization, 'honest', {});
  for (const agent of [liar, honest]) await agent.connect();
});

/** Messages of one type as they come off the wire; what the protocol refuses is left out. */
function messages<Type extends FromAgent['type']>(type: Type): fc.Arbitrary<Extract<FromAgent, { type: Type }>> {
  const schema = z.toJSONSchema(fromAgentSchema, { io: 'input', unrepresentable: 'any' });
  const branch = schema.oneOf?.find((one) => one.properties?.['type'] !== undefined && typeof one.properties['type'] === 'object' && one.properties['type'].const === type);
  if (branch === undefined) throw new Error(`the protocol has no ${type}`);
  const known = ['watch', 'liar', 'Readings', 'sha256:'.padEnd(71, 'a'), 'Ready'];
  return arbitraryOf(branch, { known }, schema)
    .map((given) => fromAgentSchema.safeParse(parseStorable(JSON.stringify(given))))
    .filter((parsed) => parsed.success)
    .map(({ data }) => data as Extract<FromAgent, { type: Type }>);
}

describe('whatever a node says', { timeout: 120_000 }, () => {
  it('in a report, the report of another beside it is kept', async () => {
    let generation = 0;
    await fc.assert(
      fc.asyncProperty(messages('report'), async (report) => {
        generation += 1;
        const beside = { type: 'report' as const, observedGeneration: generation, sync: 'Synced' as const, reason: 'Running', message: '', conditions: [], rules: [], models: [] };
        await nodesReported(world.deps, organization, [{ id: liar.id, report }, { id: honest.id, report: beside }], 'test');
        const { observedGeneration } = await world.deps.db.node.findUniqueOrThrow({ where: { id: honest.id } });
        expect(Number(observedGeneration)).toBe(generation);
        await callAs(world.deps, aUser(organization)).nodes.get({ id: liar.id });
        await callAs(world.deps, aUser(organization)).why.node({ id: liar.id });
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  it('in its records, they are taken and can be read', async () => {
    await fc.assert(
      fc.asyncProperty(messages('records'), async ({ records }) => {
        const { through } = await takeRecords(world.deps, systemActor(organization, 'test'), liar.id, records);
        expect(through).toBeGreaterThanOrEqual(Math.max(...records.map(({ sequence }) => sequence)));
        await world.deps.db.node.update({ where: { id: liar.id }, data: { recordsThrough: 0n } });
        await callAs(world.deps, aUser(organization)).nodes.timeline({ id: liar.id });
        await callAs(world.deps, aUser(organization)).detections.list({ range: '7d' });
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  it('in its telemetry, what another did in the same ten seconds is kept', async () => {
    const figures = { from: 0, to: 1, streams: [], sources: [], models: [], detections: 1, actions: 0, deadLetters: 0, stored: 0, latencyUs: emptySketch(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 } };
    await fc.assert(
      fc.asyncProperty(messages('telemetry'), async ({ telemetry: lies }) => {
        const ending = new AbortController();
        const telemetry = startTelemetry({ ...world.deps, metrics: createMetrics() }, ending.signal);
        telemetry.ingest({ organizationId: organization, nodeId: liar.id, fleetId: null }, lies);
        telemetry.ingest({ organizationId: organization, nodeId: honest.id, fleetId: null }, figures);
        ending.abort();
        await telemetry.finished;
        const kept = await world.deps.db.telemetryBucket.aggregate({ where: { scope: honest.id, stepSeconds: 10 }, _sum: { detections: true } });
        expect(Number(kept._sum.detections)).toBe(1);
        await world.deps.db.telemetryBucket.deleteMany({ where: { scope: honest.id } });
        await callAs(world.deps, aUser(organization)).telemetry.series({ scope: { kind: 'all' }, from: world.deps.clock.now() - 600_000, to: world.deps.clock.now() });
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});
