import { countOf, emptySketch, telemetrySchema } from '@selvedge/edge-runtime/protocol';
import type { AttributeSpread, Telemetry } from '@selvedge/edge-runtime/protocol';
import { beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../../kernel/metrics.ts';
import { testWorld } from '../../testing/index.ts';
import type { TestWorld } from '../../testing/index.ts';
import { startTelemetry, telemetryRetention } from '../service.ts';
import { sumSpreads } from './reads.ts';

const minute = 60_000;
let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});

const score = (count: number, bin = 5): AttributeSpread => ({ attribute: 'score', side: 'output', resolution: 10, bins: [[bin, count]], missing: 0 });

/** As it comes over the link. */
function message(...models: { name?: string; version?: number; spreads: AttributeSpread[] }[]): Telemetry {
  const told = models.map(({ name = 'pump', version = 1, spreads }) => ({ name, version, predictions: 1, errors: 0, latencyUs: emptySketch(), spreads }));
  return telemetrySchema.parse({
    from: 0, to: 2000, streams: [], sources: [], models: told, detections: 0, actions: 0, deadLetters: 0, stored: 0,
    latencyUs: emptySketch(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 },
  });
}

async function aSource() {
  return { organizationId: await world.organization(), nodeId: world.deps.ids.next(), fleetId: null };
}

/** What some processes, one after the other or at once, make of messages. */
async function tell(source: Awaited<ReturnType<typeof aSource>>, messages: Telemetry[][]): Promise<void> {
  const ending = new AbortController();
  const processes = messages.map(() => startTelemetry({ ...world.deps, metrics: createMetrics() }, ending.signal));
  for (const [index, process] of processes.entries()) for (const telemetry of messages[index] ?? []) process.ingest(source, telemetry);
  ending.abort();
  await Promise.all(processes.map((process) => process.finished));
}

async function read(source: Awaited<ReturnType<typeof aSource>>, from: number, to = world.deps.clock.now() + minute, organizationId = source.organizationId) {
  return (await sumSpreads(world.deps.db, { organizationId, nodeIds: [source.nodeId], from, to, now: world.deps.clock.now() })).nodes.get(source.nodeId) ?? [];
}

test('what nodes tell is kept by the minute, versions of a model together, and two processes lose nothing of each other', async () => {
  const source = await aSource();
  const began = world.deps.clock.now() - 2 * minute;
  await tell(source, [[message({ spreads: [score(30)] }), message({ spreads: [score(5)] }, { version: 2, spreads: [score(2, 9)] })], [message({ spreads: [score(10, 9)] })]]);
  await tell(source, [[message({ name: 'valve', spreads: [score(1)] })]]);
  expect(await read(source, began)).toEqual([
    { model: 'pump', ...score(0), bins: [[5, 35], [9, 12]] },
    { model: 'valve', ...score(1) },
  ]);
});

test('what began before minutes are kept is read by the quarter of an hour, until that is removed too', async () => {
  const source = await aSource();
  const began = world.deps.clock.now() - 16 * minute;
  await tell(source, [[message({ spreads: [score(30)] })]]);
  const until = world.deps.clock.now() + 16 * minute;
  world.deps.clock.advance(3 * 60 * minute);
  await telemetryRetention.run(world.deps, {}, new AbortController().signal);
  expect(await world.deps.db.modelSpread.findMany({ where: { nodeId: source.nodeId }, select: { stepSeconds: true } })).toEqual([{ stepSeconds: 900 }]);
  expect(await read(source, began, until)).toMatchObject([{ model: 'pump', bins: [[5, 30]] }]);
  world.deps.clock.advance(28 * 60 * minute);
  await telemetryRetention.run(world.deps, {}, new AbortController().signal);
  expect(await world.deps.db.modelSpread.count({ where: { nodeId: source.nodeId } })).toBe(0);
});

test('I11: spreads of another organization’s node are not there', async () => {
  const source = await aSource();
  const began = world.deps.clock.now() - 2 * minute;
  await tell(source, [[message({ spreads: [score(3)] })]]);
  expect(await read(source, began)).toHaveLength(1);
  expect(await read(source, began, undefined, await world.organization())).toEqual([]);
});

test('a node that makes names up fills no row past its limit', async () => {
  const source = await aSource();
  const began = world.deps.clock.now() - 2 * minute;
  const many = (from: number): Telemetry => message({ spreads: Array.from({ length: 32 }, (_, index) => ({ ...score(1), attribute: `a${from + index}` })) }, { name: 'other', spreads: Array.from({ length: 32 }, () => score(1)) });
  await tell(source, [Array.from({ length: 20 }, (_, index) => many(index * 32))]);
  const kept = await read(source, began);
  expect(kept).toHaveLength(64);
  expect(kept.every((spread) => spread.model === 'pump' && countOf(spread) === 1)).toBe(true);
});
