import { describe, expect, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { rehearse } from './rehearse.ts';
import type { RehearsalView } from './schema.ts';
import type { Twin } from './twin.ts';

const hour = { hours: 1, events: 36_000, detections: 60, errors: 0, latencyP95Ms: 4 };

function twins(count: number, of: (index: number) => Partial<Twin> = () => ({})): Twin[] {
  return Array.from({ length: count }, (_, index) => ({ node: `n${index}`, name: `n${index}`, wave: index < Math.ceil(count / 10) ? 0 : 1, labels: { site: `s${index % 2}` }, connected: true, fetches: true, activations: [10_000], failShare: 0, habit: null, hour, ...of(index) }));
}

const policyOf = (given: object): RolloutPolicy => rolloutPolicySchema.parse({ maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 60, ...given });
const run = (policy: object, nodes: readonly Twin[], seed = 1): Promise<RehearsalView> => rehearse({ policy: policyOf(policy), twins: nodes, startsAt: 1_800_000_000_000, seed, breathe: () => Promise.resolve() });

describe('a rehearsal', () => {
  test('takes as long as the nodes took before, wave after wave with its bake', async () => {
    const view = await run({}, twins(50));
    expect(view).toMatchObject({ runs: 20, ends: [{ state: 'Succeeded', runs: 20 }], leftBehind: { offline: 0, failed: 0 }, gates: [] });
    // 10 s and a bake of 60 s for each of two waves.
    expect(view.seconds.median).toBeGreaterThanOrEqual(140);
    expect(view.seconds.median).toBeLessThanOrEqual(150);
    expect(view.waves.map(({ nodes, passedAfter }) => [nodes, passedAfter?.median])).toEqual([[5, 70], [45, 140]]);
  });

  test('is the same for the same seed, and another for another', async () => {
    const flaky = twins(40, (index) => ({ failShare: 0.05, habit: { upMs: 100_000, awayMs: 20_000 }, activations: [3_000, 9_000, 30_000 + index] }));
    expect(await run({}, flaky)).toEqual(await run({}, flaky));
    expect((await run({}, flaky)).seconds).not.toEqual((await run({}, flaky, 77)).seconds);
  });

  test('shows where nodes that fail would stop it, and whom it would leave behind', async () => {
    const failing = await run({}, twins(20, (index) => ({ failShare: index === 0 ? 1 : 0 })));
    expect(failing.ends[0]).toMatchObject({ state: 'Suspended', runs: 20, message: expect.stringContaining('1 of 2 nodes in wave 1 failed') });
    expect(failing.leftBehind.failed).toBe(1);
    const away = await run({}, twins(20, (index) => ({ connected: index < 15 })));
    expect(away).toMatchObject({ ends: [{ state: 'Succeeded' }], leftBehind: { offline: 5 } });
  });

  test('says what its gates would notice, and that they do not stop what behaves as before', async () => {
    const gates = [{ metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 2 }];
    const view = await run({ gates, bakeSeconds: 1800 }, twins(100));
    expect(view.ends).toMatchObject([{ state: 'Succeeded', runs: 20 }]);
    expect(view.gates[0]?.noticesFrom).toBeGreaterThan(2);
    expect(view.gates[0]?.noticesFrom).toBeLessThanOrEqual(6);
    const small = await run({ gates, bakeSeconds: 1800, whenUndecided: 'pass' }, twins(5));
    expect(small.gates[0]?.noticesFrom).toBeNull();
  });

  test('leaves gates on models out, and says so', async () => {
    const gates = [{ metric: 'predictionShift', compare: 'atMostTimesControl', bound: 3 }];
    const view = await run({ gates, bakeSeconds: 180 }, twins(20));
    expect(view).toMatchObject({ ends: [{ state: 'Succeeded', runs: 20 }], gates: [] });
    expect(view.assumptions).toContain('Nobody knows how far the new models shift: gates on predictions and features find nothing here.');
  });

  test('says what it takes for granted', async () => {
    const view = await run({ approval: 'eachWave' }, twins(10, (index) => ({ activations: index < 4 ? [] : [1000] })));
    expect(view.assumptions).toEqual([
      '4 of 10 nodes were never told anything: they take as long as the others.',
      'Nodes come, go and fail as they did in the last seven days.',
      'The new bundle behaves as what runs now; gates see the figures of the last hour.',
      'Whoever is asked between waves answers at once.',
    ]);
    expect(view.ends[0]?.state).toBe('Succeeded');
  });

  test('ends for ten thousand nodes that come and go, and for a rollout that can never pass', async () => {
    const many = await run({ maxUnavailable: { unit: 'percent', value: 25 } }, twins(10_000, () => ({ habit: { upMs: 3_600_000, awayMs: 60_000 } })));
    expect(many.runs).toBe(4);
    const stuck = await run({ successThresholdPercent: 100 }, twins(10, (index) => ({ connected: index > 0, habit: null })));
    expect(stuck.ends[0]?.state).toBe('Progressing');
  }, 120_000);
});
