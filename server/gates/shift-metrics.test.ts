import { SpreadRecorder } from '@selvedge/edge-runtime/protocol';
import { describe, expect, test } from 'vitest';
import { createRandom, normal } from '../kernel/seeded-random.ts';
import type { ModelSpread } from '../telemetry/index.ts';
import { judge, judgeAgain } from './judge.ts';
import { gateSchema, lookEvidenceSchema } from './schema.ts';
import type { LookEvidence } from './schema.ts';
import { measureShifts } from './measure-shifts.ts';

const random = createRandom(3);
type Means = Partial<Record<'score' | 'label' | 'flow' | 'hour', number>>;

function spreadsOf(means: Means, model = 'pump'): ModelSpread[] {
  return Object.entries(means).map(([attribute, mean]) => {
    const recorder = new SpreadRecorder();
    for (let index = 0; index < 400; index += 1) recorder.add(mean + normal(random));
    return { model, attribute, side: attribute === 'score' || attribute === 'label' ? 'output' : 'input', ...recorder.take() };
  });
}

/** Ten nodes of a wave and sixty that stay behind, which had the means of `before`. */
function look(before: Means, wave: Means, control: Means, model = 'pump'): LookEvidence {
  const [told, behind] = [10, 60].map((count, cohort) => Array.from({ length: count }, (_, index) => `${cohort}-${index}`));
  const ids = [...(told ?? []), ...(behind ?? [])];
  const then = new Map(ids.map((node) => [node, spreadsOf(before)]));
  const since = new Map(ids.map((node) => [node, node.startsWith('0') ? spreadsOf(wave, model) : spreadsOf(control)]));
  const { nodes, ...measured } = measureShifts(then, since, told ?? []);
  const figures = { hours: 0.5, events: 0, predictions: 400, detections: 0, errors: 0, latencyP95Ms: null };
  const of = (node: string): LookEvidence['wave'][number] => ({ node, before: figures, after: figures, shifts: nodes.get(node) ?? [] });
  const span = { from: 0, to: 1 };
  return { before: span, after: span, wave: (told ?? []).map(of), control: (behind ?? []).map(of), shifts: { before: span, after: span, ...measured } };
}

const predictions = gateSchema.parse({ metric: 'predictionShift', compare: 'atMostTimesControl', bound: 3 });
const features = gateSchema.parse({ ...predictions, metric: 'featureShift' });
const fixed = gateSchema.parse({ metric: 'predictionShift', compare: 'atMost', bound: 0.25 });
const habits: Means = { score: 0, label: 5, flow: 20, hour: 0 };

describe('a gate on predictions', () => {
  test('stops a wave whose scores moved beside control, and names the model and the attribute', () => {
    const verdict = judge(predictions, look(habits, { ...habits, score: 1 }, habits), 0.01);
    expect(verdict).toMatchObject({ outcome: 'Stopped', nodes: 10, controls: 60 });
    expect(verdict.message).toMatch(/^predictions of pump, score: shift 0\.\d+, \d+ × control \(at most 3 ×\), 10 nodes against 60, p = \S+, below 0\.01\.$/);
  });

  test('passes what moves everywhere, and finds beside it what moved in the wave alone', () => {
    expect(judge(predictions, look(habits, { ...habits, score: 2 }, { ...habits, score: 2 }), 0.01).outcome).toBe('Passed');
    const hidden = look(habits, { ...habits, hour: 3, flow: 20.8 }, { ...habits, hour: 3 });
    expect(judge(features, hidden, 0.01)).toMatchObject({ outcome: 'Stopped', message: expect.stringMatching(/^features of pump, flow: shift 0\.[4-8]/) });
    expect(judge(predictions, hidden, 0.01).outcome).toBe('Passed');
  });

  test('holds the wave to a fixed bound by the node in the middle', () => {
    expect(judge(fixed, look(habits, { ...habits, label: 6 }, habits), 0)).toMatchObject({ outcome: 'Stopped', value: expect.closeTo(0.9, 0), message: expect.stringMatching(/^predictions of pump, label: shift \d\S*, at most 0\.25, on 10 nodes\.$/) });
    expect(judge(fixed, look(habits, { ...habits, label: 5.2 }, habits), 0).outcome).toBe('Passed');
  });

  test('says when a model was not there before, and when there are too few predictions', () => {
    const fresh = look(habits, habits, habits, 'valve');
    expect(judge(predictions, fresh, 0.01)).toMatchObject({ outcome: 'NotEnough', message: 'prediction shift: 0 of 10 nodes and 60 of 60 that stay behind told of both before and since. valve was not there before the wave: nothing to compare.' });
    expect(judge(fixed, fresh, 0)).toMatchObject({ outcome: 'NotEnough', message: 'prediction shift: nothing was measured. valve was not there before the wave: nothing to compare.' });
    expect(judge({ ...predictions, minSamples: 5000 }, look(habits, habits, habits), 0.01)).toMatchObject({ outcome: 'NotEnough', message: 'prediction shift: 4,000 predictions of the 5,000 that it is judged by.' });
  });

  test('is replayed from its evidence as it is kept', () => {
    const evidence = look(habits, { ...habits, score: 1 }, habits);
    const verdicts = [predictions, features, fixed].map((gate) => judge(gate, evidence, 0.01));
    const kept = lookEvidenceSchema.parse(JSON.parse(JSON.stringify(evidence)));
    expect(judgeAgain(verdicts, kept)).toBe(true);
    for (const node of kept.wave) node.shifts = [];
    expect(judgeAgain(verdicts, kept)).toBe(false);
  });
});

test('a shift is held to at most something', () => {
  expect(gateSchema.safeParse({ metric: 'featureShift', compare: 'atLeast', bound: 0.1 }).error?.issues[0]).toMatchObject({ path: ['compare'], message: 'A shift can only be held to at most something.' });
});

test('evidence from before there were such gates is read, and such a gate finds nothing in it', () => {
  const figures = { hours: 1, events: 1000, detections: 0, errors: 0, latencyP95Ms: null };
  const nodes = (count: number) => Array.from({ length: count }, (_, index) => ({ node: `n${index}`, before: figures, after: figures }));
  const old = lookEvidenceSchema.parse({ before: { from: 0, to: 1 }, after: { from: 1, to: 2 }, wave: nodes(3), control: nodes(9) });
  expect(judge(predictions, old, 0.01)).toMatchObject({ outcome: 'NotEnough', message: 'prediction shift: 0 predictions of the 100 that it is judged by.' });
});
