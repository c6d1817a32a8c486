import { isDeepStrictEqual } from 'node:util';
import { figure, quantity } from '../kernel/quantity.ts';
import { matchControls } from './cohort.ts';
import { metrics } from './metrics.ts';
import { leastChance, rankSumGreater, shiftBetween } from './rank-test.ts';
import type { Gate, LookEvidence, NodeEvidence, Verdict } from './schema.ts';

/**
 * One gate at one look. Pure: the same gate, evidence and `alpha` always give the same verdict, so what was decided can be
 * replayed from what was kept.
 *
 * Beside control, each node is measured by how much it changed since before the wave began, so that nodes which always were
 * busier do not count as changed and what happens to all nodes at once cancels out. The changes of the wave are ranked among
 * those of the control cohort after these were moved by the bound; the chance of so high a rank is exact when it does not
 * matter which nodes were taken first, and asks nothing of how the figures are spread.
 */
export function judge(gate: Gate, evidence: LookEvidence, alpha: number): Verdict {
  const seen = evidence.wave.flatMap(({ after }) => after ?? []);
  const { words, sample } = metrics[gate.metric];
  const samples = seen.reduce((sum, figures) => sum + sample.of(figures), 0);
  const enough = samples >= gate.minSamples;
  const nothing = { gate, value: null, p: null, alpha: null, nodes: seen.length, controls: 0 };
  const tooFew = (): Verdict => ({ ...nothing, outcome: 'NotEnough', message: `${words}: ${quantity(samples, sample.noun)} of the ${figure(gate.minSamples)} that it is judged by.` });
  if (gate.compare === 'atMost' || gate.compare === 'atLeast') return enough ? judgeLevel(gate, evidence, nothing) : tooFew();
  if (evidence.control.length === 0) return { ...nothing, outcome: 'NoControl', message: `${words}: no node stays behind to compare with.` };
  return enough ? judgeChange(gate, evidence, alpha) : tooFew();
}

/** Whether kept evidence gives the kept verdicts again; how a version of ours words one is no part of it. */
export function judgeAgain(verdicts: readonly Verdict[], evidence: LookEvidence): boolean {
  const found = (verdict: Verdict): Verdict => ({ ...verdict, message: '' });
  return verdicts.every((verdict) => isDeepStrictEqual(found(judge(verdict.gate, evidence, verdict.alpha ?? 0)), found(verdict)));
}

function judgeLevel(gate: Gate, evidence: LookEvidence, nothing: Omit<Verdict, 'outcome' | 'message'>): Verdict {
  const { words, unit, read } = metrics[gate.metric];
  const { subject, together: value, leftOut } = read(evidence, false);
  if (value === null) return { ...nothing, outcome: 'NotEnough', message: `${words}: nothing was measured.${leftOut}` };
  const breaks = gate.compare === 'atMost' ? value > gate.bound : value < gate.bound;
  const message = `${subject} ${digits(value)}${unit}, ${gate.compare === 'atMost' ? 'at most' : 'at least'} ${digits(gate.bound)}${unit}, on ${quantity(nothing.nodes, 'node')}.${leftOut}`;
  return { ...nothing, value, outcome: breaks ? 'Stopped' : 'Passed', message };
}

/** How many times as much each node does now as before, or how many times the usual it shifted, by the logarithm; of the wave, and of the cohort it is compared with. */
export interface Changes {
  wave: { node: string; change: number }[];
  control: { node: string; change: number }[];
}

export function changesOf(gate: Gate, evidence: LookEvidence): Changes {
  const { change, levelBefore } = metrics[gate.metric].read(evidence, true);
  const known = (nodes: readonly NodeEvidence[]): NodeEvidence[] => nodes.filter((node) => change(node) !== null);
  const changed = (node: NodeEvidence): Changes['wave'][number] => ({ node: node.node, change: change(node) ?? 0 });
  const wave = known(evidence.wave);
  return { wave: wave.map(changed), control: matchControls(wave, known(evidence.control), levelBefore).map(changed) };
}

function judgeChange(gate: Gate, evidence: LookEvidence, alpha: number): Verdict {
  const { words, read } = metrics[gate.metric];
  const { subject, together, saysTogether, leftOut } = read(evidence, true);
  const { wave, control } = changesOf(gate, evidence);
  const sizes = { nodes: wave.length, controls: control.length };
  if (wave.length === 0 || control.length === 0) {
    return { gate, outcome: 'NotEnough', value: null, p: null, alpha, ...sizes, message: `${words}: ${figure(wave.length)} of ${quantity(evidence.wave.length, 'node')} and ${figure(control.length)} of ${figure(evidence.control.length)} that stay behind told of both before and since.${leftOut}` };
  }
  const [changes, controls] = [wave.map(({ change }) => change), control.map(({ change }) => change)];
  const rises = gate.compare === 'atMostTimesControl';
  const sign = rises ? 1 : -1;
  const bound = Math.log(gate.bound);
  const p = rankSumGreater(changes.map((change) => sign * change), controls.map((change) => sign * (change + bound)));
  const value = Math.exp(shiftBetween(changes, controls));
  const breaks = p < alpha;
  const least = leastChance(wave.length, control.length);
  const level = saysTogether && together !== null ? ` ${digits(together)},` : '';
  const found = `${subject}${level} ${digits(value)} × control (${rises ? 'at most' : 'at least'} ${digits(gate.bound)} ×), ${quantity(wave.length, 'node')} against ${figure(control.length)}`;
  if (least >= alpha) return { gate, outcome: 'NotEnough', value, p, alpha, ...sizes, message: `${found}: so few can show no chance below ${digits(least)}, and it stops below ${digits(alpha)}.${leftOut}` };
  return { gate, outcome: breaks ? 'Stopped' : 'Passed', value, p, alpha, ...sizes, message: `${found}, p = ${digits(p)}${breaks ? `, below ${digits(alpha)}` : ''}.${leftOut}` };
}

/** Two digits that count, so that figures can be read in a sentence. */
function digits(value: number): string {
  if (value === 0) return '0';
  if (value >= 1000) return figure(value);
  const rounded = Number(value.toPrecision(2));
  return rounded >= 0.0001 ? String(rounded) : rounded.toExponential(0);
}
