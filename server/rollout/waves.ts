import type { Labels } from '@selvedge/edge-runtime/protocol';
import type { Limit, WaveLimit } from '../deployments/schema.ts';
import { matchesSelector, parseSelector } from '../fleets/index.ts';

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
  labels: Labels;
}

/** Whether a wave may take nodes with these labels. A selector that cannot be read names nobody: policies are checked where they come in. */
export function takes({ selector }: WaveLimit): (labels: Labels) => boolean {
  if (selector === undefined) return () => true;
  const parsed = parseSelector(selector);
  return (labels) => parsed.ok && matchesSelector(parsed.selector, labels);
}

/**
 * Which node is in which wave: each wave takes as many as its limit says, of the whole or of all that its selector names, from
 * those that are left; who is left over is the last wave. Connected nodes come first, so that the first waves give evidence;
 * within that the order is by name, so that the same fleet is always cut the same way.
 */
export function cutWaves<Candidate extends WaveCandidate>(candidates: readonly Candidate[], limits: readonly WaveLimit[]): Candidate[][] {
  let waiting = [...candidates].sort((a, b) => Number(a.offline) - Number(b.offline) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const waves: Candidate[][] = [];
  for (const limit of limits) {
    const mayTake = takes(limit);
    const most = limitOf(limit.limit, candidates.filter(({ labels }) => mayTake(labels)).length);
    const wave = new Set(waiting.filter(({ labels }) => mayTake(labels)).slice(0, most));
    if (wave.size === 0) continue;
    waves.push([...wave]);
    waiting = waiting.filter((candidate) => !wave.has(candidate));
  }
  if (waiting.length > 0) waves.push(waiting);
  return waves;
}
