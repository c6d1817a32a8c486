import { isShift } from '../gates/schema.ts';
import { figure } from '../kernel/quantity.ts';
import { noticing } from './figures.ts';
import { play } from './play.ts';
import type { Course, Play } from './play.ts';
import type { RehearsalView } from './schema.ts';

const runsMax = 20;
/** Nodes that all runs play together at most, so that a rehearsal of a large fleet takes seconds. */
const playedMax = 40_000;
/** What a node takes of which nothing is known, as no node of the fleet was ever told anything. */
const activationMs = 5_000;
const secondMs = 1_000;

export interface Rehearsal extends Omit<Play, 'pool'> {
  seed: number;
}

/** Plays the rollout a number of times against twins of its nodes, and sums up how it went. Changes nothing and tells nobody. */
export async function rehearse({ policy: planned, twins, startsAt, seed, breathe }: Rehearsal): Promise<RehearsalView> {
  const policy = { ...planned, gates: planned.gates.filter(({ metric }) => !isShift(metric)) };
  const known = twins.flatMap(({ activations }) => activations).sort((a, b) => a - b);
  const pool = known.length === 0 ? [activationMs] : known;
  const courses: Course[] = [];
  const wanted = Math.max(1, Math.min(runsMax, Math.floor(playedMax / Math.max(1, twins.length))));
  for (let run = 0; run < wanted; run += 1) {
    courses.push(await play({ policy, twins, startsAt, pool, breathe }, seed + run));
  }
  const middle = [...courses].sort((a, b) => a.offline + a.failed - (b.offline + b.failed))[courses.length >> 1];
  return {
    runs: courses.length,
    ends: endsOf(courses),
    seconds: spreadOf(courses.map(({ endedAt }) => endedAt - startsAt)) ?? { median: 0, p90: 0 },
    waves: (courses[0]?.waves ?? []).map(({ index }) => ({
      index,
      nodes: twins.filter(({ wave }) => wave === index).length,
      passedAfter: spreadOf(courses.flatMap(({ waves }) => {
        const at = waves[index]?.passedAt ?? null;
        return at === null ? [] : [at - startsAt];
      })),
    })),
    leftBehind: { offline: middle?.offline ?? 0, failed: middle?.failed ?? 0 },
    gates: noticing(planned, twins, seed),
    assumptions: assumptionsOf(twins, planned),
  };
}

function endsOf(courses: readonly Course[]): RehearsalView['ends'] {
  return [...Map.groupBy(courses, ({ state }) => state)]
    .map(([state, runs]) => ({ state, runs: runs.length, message: runs[0]?.message ?? '' }))
    .sort((a, b) => b.runs - a.runs);
}

/** In seconds; null of none. */
function spreadOf(milliseconds: readonly number[]): { median: number; p90: number } | null {
  const ascending = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number): number => Math.round((ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0) / secondMs);
  return ascending.length === 0 ? null : { median: at(0.5), p90: at(0.9) };
}

function assumptionsOf(twins: Play['twins'], policy: Play['policy']): string[] {
  const without = (of: (twin: Play['twins'][number]) => boolean): number => twins.filter((twin) => !of(twin)).length;
  const fresh = without(({ activations }) => activations.length > 0);
  const silent = without(({ hour }) => hour !== null);
  return [
    fresh === 0 ? 'Each node takes as long as it took the last times.' : fresh === twins.length ? `No node was ever told anything: each takes ${activationMs / secondMs} s.` : `${figure(fresh)} of ${figure(twins.length)} nodes were never told anything: they take as long as the others.`,
    'Nodes come, go and fail as they did in the last seven days.',
    'The new bundle behaves as what runs now; gates see the figures of the last hour.',
    ...(policy.gates.length > 0 && silent > 0 ? [`${figure(silent)} of ${figure(twins.length)} nodes told no figures in the last hour: gates see nothing of them.`] : []),
    ...(policy.gates.some(({ metric }) => isShift(metric)) ? ['Nobody knows how far the new models shift: gates on predictions and features find nothing here.'] : []),
    ...(policy.approval === 'eachWave' ? ['Whoever is asked between waves answers at once.'] : []),
  ];
}
