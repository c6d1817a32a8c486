import { SketchRecorder } from '@selvedge/edge-runtime/protocol';
import { beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../kernel/metrics.ts';
import { wholeOf } from '../kernel/reach.ts';
import { countTraffic } from '../nodes/testing/statements.ts';
import type { Traffic } from '../nodes/testing/statements.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { readIntervals, sumEvents } from './reads.ts';
import { addBuckets } from './repository.ts';
import { TelemetryRollup } from './rollup.ts';
import { startTelemetry, telemetryRetention } from './service.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});

function message(events: number, latency: number) {
  const recorder = new SketchRecorder();
  recorder.add(latency, events);
  return {
    from: 0, to: 2000, streams: [], sources: [{ id: 's', received: events, refused: 0, paused: false }], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 0,
    latencyUs: recorder.take(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 },
  };
}

test('a process that takes over in the middle of an interval adds to what the one before wrote', async () => {
  const organizationId = await world.organization();
  const source = { organizationId, nodeId: world.deps.ids.next(), fleetId: null };
  for (const [events, latency] of [[30, 1000], [12, 9000]] as const) {
    const ending = new AbortController();
    const telemetry = startTelemetry({ ...world.deps, metrics: createMetrics() }, ending.signal);
    telemetry.ingest(source, message(events, latency));
    ending.abort();
    await telemetry.finished;
  }
  const now = world.deps.clock.now();
  const minutes = await readIntervals(world.deps.db, organizationId, [source.nodeId], 60, now - 120_000, now + 1);
  expect(minutes.reduce((sum, minute) => sum + minute.figures.events, 0)).toBe(42);
  expect(minutes.reduce((sum, minute) => sum + minute.figures.latency.count, 0)).toBe(42);
  expect(Math.max(...minutes.map((minute) => minute.figures.latency.max))).toBe(9000);
  expect(await sumEvents(world.deps.db, wholeOf(organizationId), now - 120_000)).toBe(42);
});

test('processes that end an interval at the same moment lose nothing of each other', async () => {
  const organizationId = await world.organization();
  const began = world.deps.clock.now();
  for (let round = 0; round < 5; round++) {
    const ending = new AbortController();
    const processes = Array.from({ length: 3 }, () => startTelemetry({ ...world.deps, metrics: createMetrics() }, ending.signal));
    for (const process of processes) process.ingest({ organizationId, nodeId: world.deps.ids.next(), fleetId: null }, message(10, 1000));
    ending.abort();
    await Promise.all(processes.map((process) => process.finished));
  }
  expect(await sumEvents(world.deps.db, wholeOf(organizationId), began - 120_000)).toBe(150);
});

test('I10: intervals cost as many statements for a thousand nodes as for one, and none of them reads what is not there', async () => {
  const organizationId = await world.organization();
  const traffic = countTraffic(world.deps.pool);
  const costs: Traffic[] = [];
  for (const nodes of [1, 1_000]) {
    const rollup = new TelemetryRollup(0);
    for (let node = 0; node < nodes; node += 1) rollup.ingest({ organizationId, nodeId: `${nodes}-${node}`, fleetId: null }, message(10, 1000), 0);
    const rows = rollup.take(10_000).filter(({ kind }) => kind === 'node');
    expect(rows).toHaveLength(nodes);
    const before = traffic();
    await world.deps.db.$transaction((tx) => addBuckets(tx, rows));
    const after = traffic();
    costs.push({ statements: after.statements - before.statements, rows: after.rows - before.rows });
  }
  expect(costs[1]).toEqual(costs[0]);
  expect(costs[1]).toEqual({ statements: 4, rows: 1 });
});

test('I11: a series of another organization’s node is not there', async () => {
  const [mine, theirs] = [await world.organization(), await world.organization()];
  const nodeId = await aNode(world.deps, theirs);
  const ending = new AbortController();
  const telemetry = startTelemetry({ ...world.deps, metrics: createMetrics() }, ending.signal);
  telemetry.ingest({ organizationId: theirs, nodeId, fleetId: null }, message(30, 1000));
  ending.abort();
  await telemetry.finished;
  world.deps.clock.advance(61_000);
  const to = world.deps.clock.now();
  const input = { scope: { kind: 'node', id: nodeId }, from: to - 600_000, to } as const;
  const seen = async (organizationId: string) => (await callAs(world.deps, aUser(organizationId)).telemetry.series(input)).points.filter((point) => point.kind === 'point').length;
  expect(await seen(theirs)).toBeGreaterThan(0);
  await expect(seen(mine)).rejects.toMatchObject({ cause: { code: 'NotFound' } });
});

test('intervals older than they are kept are removed', async () => {
  const organizationId = await world.organization();
  const source = { organizationId, nodeId: world.deps.ids.next(), fleetId: null };
  const ending = new AbortController();
  const telemetry = startTelemetry({ ...world.deps, metrics: createMetrics() }, ending.signal);
  telemetry.ingest(source, message(1, 1));
  ending.abort();
  await telemetry.finished;
  world.deps.clock.advance(3 * 3_600_000);
  await telemetryRetention.run(world.deps, {}, new AbortController().signal);
  const now = world.deps.clock.now();
  const count = async (step: 10 | 60): Promise<number> => (await readIntervals(world.deps.db, organizationId, [source.nodeId], step, 0, now)).length;
  expect(await count(10)).toBe(0);
  expect(await count(60)).toBe(1);
});
