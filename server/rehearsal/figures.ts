import { judge, comparesWithControl, stopsBelow } from '../gates/index.ts';
import type { LookEvidence } from '../gates/index.ts';
import { isShift } from '../gates/schema.ts';
import type { NodeFigures } from '../gates/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { createRandom, normal, poisson } from '../kernel/seeded-random.ts';
import type { Twin } from './twin.ts';

/** How far a node's figures wander from one hour to the next, as the spread of their logarithm. */
const wander = 0.25;

/** What gates would see of these twins: their own figures with the wandering that figures have, and of the wave `times` as much. */
export function evidenceOf(wave: readonly Twin[], control: readonly Twin[], hours: number, times: number, random: () => number): LookEvidence {
  const seen = (hour: NodeFigures | null, span: number, factor: number): NodeFigures | null => {
    if (hour === null || hour.hours === 0) return null;
    const share = (span / hour.hours) * Math.exp(wander * normal(random));
    const latency = hour.latencyP95Ms === null ? null : hour.latencyP95Ms * factor * Math.exp((wander / 2) * normal(random));
    return { hours: span, events: poisson(random, hour.events * share), detections: poisson(random, hour.detections * share * factor), errors: poisson(random, hour.errors * share * factor), latencyP95Ms: latency };
  };
  const of = (factor: number) => (twin: Twin) => ({ node: twin.name, before: seen(twin.hour, Math.max(hours, 1 / 6), 1), after: seen(twin.hour, hours, factor) });
  return { before: { from: 0, to: 0 }, after: { from: 0, to: 0 }, wave: wave.map(of(times)), control: control.map(of(1)) };
}

const factors = [1.25, 1.5, 2, 3, 4, 6, 10, 20] as const;
const trials = 40;
const noticedShare = 0.8;

/** Of each gate that compares what twins can show, which is not how models shift: from how many times on it would stop the first wave in four of five trials. */
export function noticing(policy: RolloutPolicy, twins: readonly Twin[], seed: number): { gate: RolloutPolicy['gates'][number]; noticesFrom: number | null }[] {
  const [wave, control] = [twins.filter((twin) => twin.wave === 0 && twin.connected), twins.filter((twin) => twin.wave > 0 && twin.connected)].map((part) => part.slice(0, 100));
  const alpha = stopsBelow(policy.falseStopPercent, policy.gates, 0, 1);
  const random = createRandom(seed);
  return policy.gates.filter((gate) => comparesWithControl(gate) && !isShift(gate.metric)).map((gate) => {
    const rises = gate.compare === 'atMostTimesControl';
    const noticesFrom = factors.map((factor) => (rises ? gate.bound * factor : gate.bound / factor)).find((times) => {
      let stopped = 0;
      for (let trial = 0; trial < trials; trial += 1) if (judge(gate, evidenceOf(wave ?? [], control ?? [], policy.bakeSeconds / 3600, times, random), alpha).outcome === 'Stopped') stopped += 1;
      return stopped >= trials * noticedShare;
    });
    return { gate, noticesFrom: noticesFrom ?? null };
  });
}
