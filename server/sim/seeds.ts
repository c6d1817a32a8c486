import { createHash } from 'node:crypto';

/** So many of the first seeds are run each time: the same for everybody, so that who breaks something plain sees it again anywhere. */
export const sameEachTime = 20;
/** Seeds of commits lie between these; those of two commits are seldom the same. */
const [least, most] = [100_000, 2 ** 31];

/** Where the further seeds of a commit begin: new ground with each commit, and the same ground when its tests are run again. */
export function firstSeedOf(commit: string): number {
  return least + (createHash('sha256').update(commit).digest().readUInt32BE() % (most - least));
}

/** The seeds to run for a commit, without end. */
export function* seedsOf(commit: string): Generator<number, never> {
  for (let seed = 1; seed <= sameEachTime; seed += 1) yield seed;
  for (let seed = firstSeedOf(commit); ; seed += 1) yield seed;
}
