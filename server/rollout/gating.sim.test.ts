import { describe, expect, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import type { LookEvidence, Verdict } from '../gates/index.ts';
import { createRandom, normal, poisson } from '../kernel/seeded-random.ts';
import { createFleet } from './testing/simulated-fleet.ts';
import type { Happening } from './testing/simulated-fleet.ts';

const seeds = 400;

const policy = (given: object): RolloutPolicy => rolloutPolicySchema.parse({ bakeSeconds: 60, gates: [{ metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 2 }], maxUnavailable: { unit: 'percent', value: 100 }, ...given });

/**
 * A fleet as real ones are: nodes differ tenfold by habit, each wanders, and the time of day moves all of them. Nodes with the
 * new bundle detect `times` as often. Half an hour before and half an hour since, 3,600 events an hour.
 */
function figuresOf(seed: number, times: number): (wave: readonly string[], control: readonly string[]) => LookEvidence {
  const random = createRandom(seed);
  const habits = new Map<string, number>();
  const habitOf = (node: string): number => {
    const known = habits.get(node) ?? 30 * Math.exp(normal(random));
    habits.set(node, known);
    return known;
  };
  return (wave, control) => {
    const trend = Math.exp(0.5 * normal(random));
    const seen = (rate: number): LookEvidence['wave'][number]['after'] => ({ hours: 0.5, events: 1800, detections: poisson(random, 0.5 * rate * Math.exp(0.25 * normal(random))), errors: 0, latencyP95Ms: null });
    const of = (node: string, factor: number): LookEvidence['wave'][number] => ({ node, before: seen(habitOf(node)), after: seen(habitOf(node) * trend * factor) });
    return { before: { from: 0, to: 1 }, after: { from: 1, to: 2 }, wave: wave.map((node) => of(node, times)), control: control.map((node) => of(node, 1)) };
  };
}

function runFleet(seed: number, times: number, given: object = {}, happenings: Happening[] = []): { state: string; wave: number; verdicts: Verdict[] } {
  const nodes = Array.from({ length: 100 }, () => ({ offline: false, fails: false, seconds: 1 }));
  const fleet = createFleet({ policy: policy(given), nodes, happenings, kills: [], evidence: figuresOf(seed, times) });
  const verdicts: Verdict[] = [];
  fleet.run((step) => verdicts.push(...step.looks.flatMap((look) => look.verdicts)), 160);
  return { state: fleet.rollout.state, wave: fleet.rollout.wave, verdicts };
}

function share(times: number, counts: (run: ReturnType<typeof runFleet>) => boolean, given: object = {}): number {
  const runs = Array.from({ length: seeds }, (_, seed) => runFleet(seed, times, given));
  return runs.filter(counts).length / seeds;
}

// Twelve hundred rollouts each: fifteen seconds of a core, which others may share.
describe('over many seeds', { timeout: 300_000 }, () => {
  test('a bundle that detects four times as often is stopped in the first wave in at least 95 % of them', () => {
    expect(share(4, ({ state, wave }) => state === 'Suspended' && wave === 0)).toBeGreaterThanOrEqual(0.95);
  });

  test('one that changes nothing is wrongly stopped in at most 5 %, also when the bound is just what it keeps', () => {
    const stopped = ({ state }: { state: string }): boolean => state === 'Suspended';
    expect(share(1, stopped)).toBeLessThanOrEqual(0.05);
    expect(share(1, stopped, { gates: [{ metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 1 }] })).toBeLessThanOrEqual(0.05);
    expect(share(2, stopped)).toBeLessThanOrEqual(0.05);
  });
});

test('a stop takes the fleet back where the policy says so', () => {
  expect(runFleet(1, 6, { onFailure: 'rollback' }).state).toBe('RolledBack');
});

test('a person who goes on lifts what the gates found, and is not stopped by it again', () => {
  const happenings = Array.from({ length: 200 }, (): Happening => ({ kind: 'resume' }));
  const { state } = runFleet(1, 6, { waves: [{ limit: { unit: 'percent', value: 10 } }] }, happenings);
  expect(state).toBe('Succeeded');
});

test('a wave that cannot be judged waits for a person, or passes where the policy says so; the last wave has nobody to be compared with', () => {
  const blind = { gates: [{ metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 2, minSamples: 1_000_000_000 }] };
  expect(runFleet(1, 1, blind).state).toBe('Paused');
  const passing = runFleet(1, 1, { ...blind, whenUndecided: 'pass' });
  expect(passing.state).toBe('Succeeded');
  expect(passing.verdicts.at(-1)?.outcome).toBe('NoControl');
});

test('a retry of failed nodes does not lift what a gate found', () => {
  const { state } = runFleet(1, 6, {}, Array.from({ length: 200 }, (): Happening => ({ kind: 'retry' })));
  expect(state).toBe('Suspended');
});
