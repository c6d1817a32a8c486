import { describe, expect, test } from 'vitest';
import { sampleEvenly } from './cohort.ts';
import { judge, judgeAgain } from './judge.ts';
import { nextLookAt, stopsBelow } from './looks.ts';
import { gateSchema } from './schema.ts';
import type { LookEvidence, NodeEvidence, NodeFigures } from './schema.ts';

const hour: NodeFigures = { hours: 1, events: 1000, detections: 10, errors: 0, latencyP95Ms: 5 };

/** Nodes that each had `base` detections an hour by their own habit, and `times` as many since. */
function nodes(prefix: string, count: number, times: number, figures: Partial<NodeFigures> = {}): NodeEvidence[] {
  return Array.from({ length: count }, (_, index) => {
    const detections = 100 + 37 * (index % 7);
    return { node: `${prefix}${index}`, before: { ...hour, detections }, after: { ...hour, detections: Math.round(detections * times) + (index % 3), ...figures } };
  });
}

function look(wave: NodeEvidence[], control: NodeEvidence[]): LookEvidence {
  return { before: { from: 0, to: 1 }, after: { from: 2, to: 3 }, wave, control };
}

const twice = gateSchema.parse({ metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 2 });

describe('a gate beside control', () => {
  test('stops when the wave rises further than the bound, and says by how much and how surely', () => {
    const verdict = judge(twice, look(nodes('w', 12, 4.1), nodes('c', 108, 1)), 0.00625);
    expect(verdict.outcome).toBe('Stopped');
    expect(verdict.value).toBeCloseTo(4.1, 1);
    expect(verdict.message).toMatch(/^detections an hour 4\.1 × control \(at most 2 ×\), 12 nodes against 108, p = \d\S*, below 0\.0063\.$/);
  });

  test('passes a rise within the bound, and one that all nodes share', () => {
    expect(judge(twice, look(nodes('w', 12, 1.8), nodes('c', 108, 1)), 0.00625).outcome).toBe('Passed');
    expect(judge(twice, look(nodes('w', 12, 4), nodes('c', 108, 4)), 0.00625).outcome).toBe('Passed');
  });

  test('stops a fall when it asks for a part of control', () => {
    const half = gateSchema.parse({ metric: 'detectionsPerHour', compare: 'atLeastTimesControl', bound: 0.5 });
    expect(judge(half, look(nodes('w', 12, 0.1), nodes('c', 108, 1)), 0.00625).outcome).toBe('Stopped');
    expect(judge(half, look(nodes('w', 12, 0.8), nodes('c', 108, 1)), 0.00625).outcome).toBe('Passed');
  });

  test('says that it cannot tell, and why: too few events, too few nodes, or none that told of both times', () => {
    const few = judge({ ...twice, minSamples: 1e6 }, look(nodes('w', 12, 9), nodes('c', 108, 1)), 0.00625);
    expect(few).toMatchObject({ outcome: 'NotEnough', message: 'detections an hour: 12,000 events of the 1,000,000 that it is judged by.' });
    const one = judge(twice, look(nodes('w', 1, 9), nodes('c', 9, 1)), 0.00625);
    expect(one).toMatchObject({ outcome: 'NotEnough', message: 'detections an hour 8.9 × control (at most 2 ×), 1 node against 9: so few can show no chance below 0.1, and it stops below 0.0063.' });
    const silent = judge(twice, look(nodes('w', 3, 9).map((node) => ({ ...node, before: null })), nodes('c', 30, 1)), 0.00625);
    expect(silent).toMatchObject({ outcome: 'NotEnough', message: 'detections an hour: 0 of 3 nodes and 30 of 30 that stay behind told of both before and since.' });
  });

  test('does not apply when no node stays behind', () => {
    expect(judge(twice, look(nodes('w', 3, 9), []), 0.1)).toMatchObject({ outcome: 'NoControl' });
  });

  test('latency is compared as well, by nodes that measured some', () => {
    const latency = gateSchema.parse({ metric: 'latencyP95Ms', compare: 'atMostTimesControl', bound: 1.5 });
    expect(judge(latency, look(nodes('w', 12, 1, { latencyP95Ms: 20 }), nodes('c', 60, 1)), 0.00625)).toMatchObject({ outcome: 'Stopped', value: expect.closeTo(4, 5) });
    expect(judge(latency, look(nodes('w', 12, 1, { latencyP95Ms: null }), nodes('c', 60, 1)), 0.00625)).toMatchObject({ outcome: 'NotEnough' });
  });
});

describe('a gate with a fixed bound', () => {
  test('judges the wave as a whole', () => {
    const errors = gateSchema.parse({ metric: 'errorsPercent', compare: 'atMost', bound: 1 });
    expect(judge(errors, look(nodes('w', 2, 1, { errors: 30 }), []), 0)).toMatchObject({ outcome: 'Stopped', value: 3, p: null, message: 'errors 3 %, at most 1 %, on 2 nodes.' });
    expect(judge(errors, look(nodes('w', 2, 1, { errors: 9 }), []), 0)).toMatchObject({ outcome: 'Passed', value: expect.closeTo(0.9, 9) });
    const events = gateSchema.parse({ metric: 'eventsPerHour', compare: 'atLeast', bound: 2000 });
    expect(judge(events, look(nodes('w', 2, 1), []), 0)).toMatchObject({ outcome: 'Stopped', message: 'events an hour 1,000, at least 2,000, on 2 nodes.' });
  });
});

test('a verdict follows from its evidence: read back as JSON it is reached again, and an edit shows', () => {
  const evidence = look(nodes('w', 12, 4.1), nodes('c', 108, 1));
  const verdicts = [judge(twice, evidence, 0.00625), judge(gateSchema.parse({ metric: 'errorsPercent', compare: 'atMost', bound: 1 }), evidence, 0)];
  const kept: unknown = JSON.parse(JSON.stringify({ evidence, verdicts }));
  const again = kept as { evidence: LookEvidence; verdicts: typeof verdicts };
  expect(judgeAgain(again.verdicts, again.evidence)).toBe(true);
  for (const { after } of again.evidence.wave) if (after !== null) after.detections = 1;
  expect(judgeAgain(again.verdicts, again.evidence)).toBe(false);
});

test('a bound beside control is a positive number of times', () => {
  expect(gateSchema.safeParse({ metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 0 }).error?.issues[0]).toMatchObject({ path: ['bound'], message: 'Beside control the bound has to be from 0.01 to 100 times.' });
});

describe('looks', () => {
  test('come after each third of the bake, once each, and begin anew with the bake', () => {
    expect([null, 0, 99, 100, 150, 200, 299].map((lookedAt) => nextLookAt(0, 300, lookedAt))).toEqual([100, 100, 100, 200, 200, 300, 300]);
    expect(nextLookAt(0, 300, 300)).toBeNull();
    expect(nextLookAt(400, 300, 300)).toBe(500);
    expect(nextLookAt(400, 300, 720)).toBeNull();
  });

  test('spend no more than the rate of false stops, over any number of waves, gates and looks', () => {
    for (const gates of [[twice], [twice, twice, { ...twice, compare: 'atMost' as const }]]) {
      let spent = 0;
      for (let wave = 0; wave < 20; wave += 1) for (let look = 1; look <= 30; look += 1) spent += stopsBelow(5, gates, wave, look) * gates.filter((gate) => gate.compare !== 'atMost').length;
      expect(spent).toBeLessThanOrEqual(0.05);
      expect(spent).toBeGreaterThan(0.049);
    }
  });
});

test('a sample of many is spread over all of them', () => {
  expect(sampleEvenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([0, 3, 6]);
  expect(sampleEvenly([1, 2], 3)).toEqual([1, 2]);
});
