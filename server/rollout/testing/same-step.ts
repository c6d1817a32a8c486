import { expect } from 'vitest';
import type { RolloutStep } from '../snapshot.ts';

/** Holds when both steps want the same done, in whatever order they came upon nodes. Looking again too early costs a step that finds nothing. */
export function expectSameStep(fromChanges: RolloutStep, whole: RolloutStep): void {
  expect(wanted(fromChanges)).toEqual(wanted(whole));
  expect(fromChanges.nextWakeAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(whole.nextWakeAt ?? Number.POSITIVE_INFINITY);
  expect(fromChanges.nextWakeAt === null).toBe(whole.nextWakeAt === null);
}

function wanted({ tally, changes, failures, decisions, proven, state, wave, waves, requests, looks, changed }: RolloutStep) {
  const sorted = <Item>(items: readonly Item[]): string[] => items.map((item) => JSON.stringify(item)).sort();
  return { state, wave, waves, requests, looks, changed, tally: sorted(tally.counts), changes: sorted(changes), failures: sorted(failures), decisions: sorted(decisions), proven: proven.toSorted() };
}
