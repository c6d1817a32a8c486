import { emptySketch, SpreadRecorder, telemetrySchema } from '@selvedge/edge-runtime/protocol';
import type { Telemetry } from '@selvedge/edge-runtime/protocol';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../kernel/metrics.ts';
import { createRandom, normal } from '../kernel/seeded-random.ts';
import { advanceRollout } from '../rollout/index.ts';
import { startTelemetry } from '../telemetry/index.ts';
import { gatedTests } from './testing/gated-fleet.ts';

const [size, canaries, minute] = [30, 3, 60_000];
const policy = {
  waves: [{ limit: { unit: 'percent' as const, value: 10 } }],
  maxUnavailable: { unit: 'percent' as const, value: 100 },
  bakeSeconds: 600,
  gates: [{ metric: 'predictionShift' as const, compare: 'atMostTimesControl' as const, bound: 3 }, { metric: 'featureShift' as const, compare: 'atMostTimesControl' as const, bound: 3 }, { metric: 'predictionShift' as const, compare: 'atMost' as const, bound: 0.25 }],
};
const random = createRandom(11);

const { here, as, get } = gatedTests(size);

interface Told {
  model?: string;
  version: number;
  score: number;
  flow: number;
}

/** A node's telemetry of a minute, as it comes over the link. */
function message({ model = 'pump-anomaly', version, score, flow }: Told): Telemetry {
  const spreads = [['score', 'output', score], ['flow', 'input', flow]].map(([attribute, side, mean]) => {
    const recorder = new SpreadRecorder();
    for (let index = 0; index < 100; index += 1) recorder.add(Number(mean) + 0.1 * normal(random));
    return { attribute, side, ...recorder.take() };
  });
  return telemetrySchema.parse({
    from: 0, to: minute, streams: [], sources: [], models: [{ name: model, version, predictions: 100, errors: 0, latencyUs: emptySketch(), spreads }], detections: 0, actions: 0, deadLetters: 0, stored: 0,
    latencyUs: emptySketch(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 },
  });
}

/** Minutes go by in which each node tells what `of` says. */
async function tell(minutes: number, of: (node: number) => Told): Promise<void> {
  for (let told = 0; told < minutes; told += 1) {
    const ending = new AbortController();
    const telemetry = startTelemetry({ ...here.world.deps, metrics: createMetrics() }, ending.signal);
    for (const [node, agent] of here.fleet.agents.entries()) telemetry.ingest({ organizationId: here.organization, nodeId: agent.id, fleetId: here.fleet.id }, message(of(node)));
    ending.abort();
    await telemetry.finished;
    here.world.deps.clock.advance(minute);
  }
}

const usual = (node: number): Told => ({ version: 4, score: 0.2 + node / 100, flow: 20 + node });
const inWave = (node: number): boolean => node < canaries;

/** Up to the first look at a first wave whose nodes tell, since they run it, what `since` says. */
async function toTheFirstLook(since: (node: number) => Told): Promise<string> {
  await tell(5, usual);
  const id = await here.fleet.deploy(2, policy);
  await here.fleet.answer(id);
  here.world.deps.clock.advance(minute);
  await tell(4, since);
  await advanceRollout(here.world.deps, id);
  return id;
}

describe('gates on what models predict', { timeout: 60_000 }, () => {
  test('stop a version whose scores shifted in the first wave, by its name, with a verdict that is replayed', async () => {
    const id = await toTheFirstLook((node) => (inWave(node) ? { ...usual(node), version: 5, score: usual(node).score + 0.15 } : usual(node)));
    const { state, decisions } = await get(id);
    expect(state).toBe('Suspended');
    expect(decisions[0]).toMatchObject({ kind: 'GateStopped', message: expect.stringMatching(/^Stopped in wave 1: predictions of pump-anomaly, score: shift [12]\.?\d*, \d+ × control \(at most 3 ×\), 3 nodes against 27, p = 0\.00025, below 0\.0031\./) });
    const look = await as('viewer').deployments.look({ id, wave: 0, look: 1 });
    expect(look).toMatchObject({ replayed: true, verdicts: [{ outcome: 'Stopped' }, { outcome: 'Passed' }, { outcome: 'Stopped' }], changes: [{ wave: { length: 3 }, control: { length: 27 } }, {}, null] });
    expect(look.evidence.shifts).toMatchObject({ newModels: [], attributes: [{ model: 'pump-anomaly', attribute: 'flow', side: 'input' }, { model: 'pump-anomaly', attribute: 'score', side: 'output' }] });
    expect(look.evidence.shifts?.after.to).toBeGreaterThan(look.evidence.shifts?.after.from ?? Infinity);
  });

  test('pass one that predicts as before while all features drift together', async () => {
    const id = await toTheFirstLook((node) => ({ ...usual(node), version: inWave(node) ? 5 : 4, flow: usual(node).flow + 1 }));
    expect((await get(id)).state).toBe('Progressing');
    expect((await get(id)).waves[0]?.looks[0]?.verdicts.map(({ outcome }) => outcome)).toEqual(['Passed', 'Passed', 'Passed']);
  });

  test('find features that only the wave has otherwise', async () => {
    const id = await toTheFirstLook((node) => (inWave(node) ? { ...usual(node), flow: usual(node).flow + 2 } : usual(node)));
    expect((await get(id)).decisions[0]?.message).toContain('features of pump-anomaly, flow: shift');
  });

  test('say of a model that was not there before that there is nothing to compare', async () => {
    const id = await toTheFirstLook((node) => (inWave(node) ? { ...usual(node), model: 'valve' } : usual(node)));
    expect((await get(id)).waves[0]?.looks[0]?.verdicts[0]).toMatchObject({ outcome: 'NotEnough', message: expect.stringMatching(/valve was not there before the wave: nothing to compare\.$/) });
  });
});

test('a bake that is shorter than what is told by the minute is refused', async () => {
  await expect(as('operator').deployments.plan({ fleet: here.fleet.id, rules: [{ name: 'watch', version: 2 }], policy: { ...policy, bakeSeconds: 100 } })).rejects.toThrow('With gates on models a wave has to bake from 180 to 86400 s: they are told by the minute.');
});
