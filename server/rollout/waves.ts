import type { Limit } from '../deployments/schema.ts';

/** How many of `total` nodes a limit means: percents round up, and at least one where there is any. */
export function limitOf(limit: Limit, total: number): number {
  if (total === 0) return 0;
  const wanted = limit.unit === 'nodes' ? limit.value : Math.ceil((limit.value / 100) * total);
  return Math.min(total, Math.max(1, wanted));
}

export interface WaveCandidate {
  node: string;
  name: string;
  offline: boolean;
}

/**
 * Which node is in which wave: each wave takes as many as its limit says of the whole, what is left over is the last wave.
 * Connected nodes come first, so that the first waves give evidence; within that the order is by name, so that the same
 * fleet is always cut the same way.
 */
export function cutWaves<Candidate extends WaveCandidate>(candidates: readonly Candidate[], limits: readonly Limit[]): Candidate[][] {
  const waiting = [...candidates].sort((a, b) => Number(a.offline) - Number(b.offline) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const waves: Candidate[][] = [];
  for (const limit of limits) {
    const wave = waiting.splice(0, limitOf(limit, candidates.length));
    if (wave.length > 0) waves.push(wave);
  }
  if (waiting.length > 0) waves.push(waiting);
  return waves;
}
