import type { Gate } from './schema.ts';

/** A wave is looked at after each third of its bake. */
export const looksPerWave = 3;

/** The time of the first look after `lookedAt` in a bake that began at `bakingSince`; null when the last one was taken. */
export function nextLookAt(bakingSince: number, bakeMs: number, lookedAt: number | null): number | null {
  for (let look = 1; look <= looksPerWave; look += 1) {
    const at = bakingSince + Math.ceil((bakeMs * look) / looksPerWave);
    if (lookedAt === null || lookedAt < bakingSince || lookedAt < at) return at;
  }
  return null;
}

/**
 * Below which chance one gate stops at one look, so that over all waves, gates and looks a rollout that changes nothing is
 * stopped with at most `falseStopPercent`. Half of that is for the first wave, a quarter for the second and so on; within a
 * wave each gate that compares with control has its share, and of that a quarter goes to each of the planned looks and, when
 * a bake began anew and there are more, half of what is left to each of those.
 */
export function stopsBelow(falseStopPercent: number, gates: readonly Gate[], wave: number, look: number): number {
  const comparing = Math.max(1, gates.filter(comparesWithControl).length);
  const share = falseStopPercent / 100 / 2 ** (wave + 1) / comparing;
  return look <= looksPerWave ? share / (looksPerWave + 1) : share / (looksPerWave + 1) / 2 ** (look - looksPerWave);
}

export function comparesWithControl(gate: Gate): boolean {
  return gate.compare === 'atMostTimesControl' || gate.compare === 'atLeastTimesControl';
}
