import type { Seen } from './hand.ts';
import type { NodeFacts } from './rollout-node.ts';
import type { NodeFailure, RolloutSnapshot } from './snapshot.ts';

/**
 * Failures that count against nodes themselves: the node could not run what it was told, and another node of the rollout runs
 * exactly that. What fails everywhere is the bundle's fault. Each generation counts once, however often it is looked at.
 */
export function failuresOf({ bundle, policy: { quarantineAfter } }: RolloutSnapshot, found: readonly Seen[], othersRunIt: boolean): NodeFailure[] {
  if (!othersRunIt) return [];
  return found.flatMap(({ node: { node, told, facts }, state, fault }) => {
    if (state !== 'Failed' || !fault || told === null || told.bundle !== bundle || told.generation <= facts.failedGeneration) return [];
    const failures = facts.failuresInARow + 1;
    const quarantined = quarantineAfter !== null && failures >= quarantineAfter ? `It failed ${failures} times in a row at what other nodes run. The last time: ${causeOf(facts)}` : null;
    return [{ node, generation: told.generation, failures, quarantined }];
  });
}

function causeOf({ message }: NodeFacts): string {
  return message === '' ? 'it gave no reason.' : message.slice(0, 512);
}
