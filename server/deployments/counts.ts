import type { NodeRolloutState, WaveCounts, WaveView } from './schema.ts';

/** How many nodes of a wave are in which state, as the database groups them. */
export interface StateCount {
  wave: number;
  state: NodeRolloutState;
  nodes: number;
}

/** Counts as the console draws them: what was asked and has not reported is `applying`. */
export function countsOf(counts: readonly StateCount[]): WaveCounts {
  const of = (...states: NodeRolloutState[]): number => counts.filter((count) => states.includes(count.state)).reduce((sum, count) => sum + count.nodes, 0);
  return {
    total: counts.reduce((sum, count) => sum + count.nodes, 0),
    running: of('Running'),
    applying: of('Requested', 'Applying'),
    staged: of('Staged'),
    failed: of('Failed'),
    offline: of('Offline'),
    skipped: of('Skipped'),
    toCome: of('ToCome'),
  };
}

export interface WaveTimes {
  index: number;
  startedAt: number | null;
  bakingSince: number | null;
  passedAt: number | null;
}

/** Where a wave is, by its times and by whether the rollout still goes on. */
export function waveView(wave: WaveTimes, nodes: WaveCounts, rollout: { underWay: boolean; stopped: boolean; bakeMs: number }): Omit<WaveView, 'looks'> {
  const times = { index: wave.index, nodes, startedAt: wave.startedAt, passedAt: wave.passedAt, bakesUntil: wave.bakingSince === null || wave.passedAt !== null ? null : wave.bakingSince + rollout.bakeMs };
  if (wave.passedAt !== null) return { ...times, state: 'Passed' };
  if (wave.startedAt === null) return { ...times, state: rollout.underWay ? 'ToCome' : 'Stopped' };
  if (nodes.failed > 0 && rollout.stopped) return { ...times, state: 'Failed' };
  // Also while the rollout waits for a person: what it found in a wave that it stopped in was nothing that passes by itself.
  if (!rollout.underWay || rollout.stopped) return { ...times, state: 'Stopped' };
  return { ...times, state: times.bakesUntil === null ? 'Progressing' : 'Baking' };
}

/**
 * When a rollout may be done, from its pace so far: as many nodes a second as have reported since it began, and the bakes that
 * are still to come. Null while nothing has reported, nothing goes on, or only nodes are left that are not connected.
 */
export function estimateEnd(given: { startedAt: number; now: number; done: number; left: number; wavesLeft: number; bakeMs: number; progressing: boolean }): number | null {
  if (!given.progressing || given.done === 0 || given.left === 0) return null;
  const perNodeMs = (given.now - given.startedAt) / given.done;
  return Math.round(given.now + perNodeMs * given.left + given.bakeMs * given.wavesLeft);
}
