import { SpreadRecorder } from '@selvedge/edge-runtime/protocol';
import { describe, expect, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { measureShifts } from '../gates/index.ts';
import type { LookEvidence } from '../gates/index.ts';
import { createRandom, normal } from '../kernel/seeded-random.ts';
import type { ModelSpread } from '../telemetry/index.ts';
import { createFleet } from './testing/simulated-fleet.ts';

const seeds = 100;
const policy = (bound: number): RolloutPolicy =>
  rolloutPolicySchema.parse({
    bakeSeconds: 180,
    gates: ['predictionShift', 'featureShift'].map((metric) => ({ metric, compare: 'atMostTimesControl', bound })),
    maxUnavailable: { unit: 'percent', value: 100 },
  });

interface Node {
  predictions: number;
  flow: number;
  deviation: number;
}

/** What one node's model was asked and answered: a score from 0 to 1 of the flow beside what is usual for the node. */
function spreadsOf(random: () => number, { predictions, flow, deviation }: Node, moved: number, scored: number): ModelSpread[] {
  const [input, output] = [new SpreadRecorder(), new SpreadRecorder()];
  for (let index = 0; index < predictions; index += 1) {
    const latent = moved + normal(random);
    input.add(flow + deviation * latent);
    output.add(1 / (1 + Math.exp(-(latent - 1 + scored))));
  }
  return [
    { model: 'pump-anomaly', attribute: 'score', side: 'output', ...output.take() },
    { model: 'pump-anomaly', attribute: 'flow', side: 'input', ...input.take() },
  ];
}

/**
 * Nodes whose flows differ by habit and that predict from 40 to 160 times in a span. The time of day moves all of them and each
 * wanders; the new version's scores lie `scored` further, on a scale on which a node's own deviate by 1.
 */
function evidenceOf(seed: number, scored: number): (wave: readonly string[], control: readonly string[]) => LookEvidence {
  const random = createRandom(seed);
  const habits = new Map<string, Node>();
  const before = new Map<string, ModelSpread[]>();
  const habitOf = (node: string): Node => {
    const known = habits.get(node) ?? { predictions: Math.round(40 * 4 ** random()), flow: 20 * Math.exp(normal(random)), deviation: 0.5 + 2 * random() };
    habits.set(node, known);
    return known;
  };
  return (wave, control) => {
    const trend = 0.5 * normal(random);
    // The last wave has nobody to be compared with.
    const all = control.length === 0 ? [] : [...wave, ...control];
    for (const node of all) if (!before.has(node)) before.set(node, spreadsOf(random, habitOf(node), 0, 0));
    const since = new Map(all.map((node) => [node, spreadsOf(random, habitOf(node), trend + 0.2 * normal(random), wave.includes(node) ? scored : 0)]));
    const { nodes, ...measured } = measureShifts(before, since, wave);
    const span = { from: 0, to: 1 };
    const of = (node: string): LookEvidence['wave'][number] => {
      const figures = { hours: 0.5, events: 0, predictions: habitOf(node).predictions, detections: 0, errors: 0, latencyP95Ms: null };
      return { node, before: figures, after: figures, shifts: nodes.get(node) ?? [] };
    };
    return { before: span, after: span, wave: wave.map(of), control: control.map(of), shifts: { before: span, after: span, ...measured } };
  };
}

function runFleet(seed: number, scored: number, bound: number): { state: string; wave: number; messages: string[] } {
  const nodes = Array.from({ length: 100 }, () => ({ offline: false, fails: false, seconds: 1 }));
  const fleet = createFleet({ policy: policy(bound), nodes, happenings: [], kills: [], evidence: evidenceOf(seed, scored) });
  const messages: string[] = [];
  fleet.run((step) => messages.push(...step.looks.flatMap((look) => look.verdicts).filter(({ outcome }) => outcome === 'Stopped').map(({ message }) => message)), 400);
  return { state: fleet.rollout.state, wave: fleet.rollout.wave, messages };
}

const runs = (scored: number, bound: number): ReturnType<typeof runFleet>[] => Array.from({ length: seeds }, (_, seed) => runFleet(seed, scored, bound));

describe('over many seeds', { timeout: 240_000 }, () => {
  test('a version whose scores are shifted is stopped in the first wave in at least 95 % of them, by what it predicts', () => {
    const shifted = runs(1, 2);
    expect(shifted.filter(({ state, wave }) => state === 'Suspended' && wave === 0).length / seeds).toBeGreaterThanOrEqual(0.95);
    expect(shifted.filter(({ messages }) => messages[0]?.startsWith('predictions of pump-anomaly, score: shift') ?? false).length / seeds).toBeGreaterThanOrEqual(0.95);
  });

  test('one that changes nothing, on nodes that differ and drift together, is wrongly stopped in at most 5 %, also when the bound is just what it keeps', () => {
    expect(runs(0, 1).filter(({ state }) => state === 'Suspended').length / seeds).toBeLessThanOrEqual(0.05);
  });
});
