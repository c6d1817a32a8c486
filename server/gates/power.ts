import { comparesWithControl, stopsBelow } from './looks.ts';
import { leastChance } from './rank-test.ts';
import type { Gate } from './schema.ts';

/** Whether a wave of `nodes` with `behind` nodes left behind could stop a rollout by a comparison at all, however bad it is. */
export function canTell(falseStopPercent: number, gates: readonly Gate[], wave: number, nodes: number, behind: number): boolean {
  if (!gates.some(comparesWithControl)) return true;
  return leastChance(nodes, Math.min(behind, nodes * 10)) < stopsBelow(falseStopPercent, gates, wave, 1);
}
