import type { NodeFacts, NodeFailure, RolloutNode, RolloutSnapshot, RolloutWave } from './snapshot.ts';
import type { NodeRolloutState } from '../deployments/schema.ts';

/** A node as a step found it. */
interface Found {
  node: RolloutNode;
  state: NodeRolloutState;
  /** It could not do what it was told, by what it reported: it was not merely away or held. */
  fault: boolean;
}

/**
 * Failures that count against nodes themselves: the node could not run what it was told, and another node of the rollout runs
 * exactly that. What fails everywhere is the bundle's fault. Each generation counts once, however often it is looked at.
 */
export function failuresOf(snapshot: RolloutSnapshot, found: readonly Found[]): NodeFailure[] {
  const { bundle, policy: { quarantineAfter } } = snapshot;
  if (!found.some(({ node, state }) => state === 'Running' && node.told?.bundle === bundle)) return [];
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

/** Nodes whose failures are forgotten: they went on running what they were told until their wave had passed. */
export function provenNodes(found: readonly Found[], waves: readonly RolloutWave[], bundle: string): string[] {
  const passed = new Set(waves.filter((wave) => wave.passedAt !== null).map((wave) => wave.index));
  return found.filter(({ node, state }) => state === 'Running' && node.facts.failuresInARow > 0 && node.told?.bundle === bundle && passed.has(node.wave)).map(({ node }) => node.node);
}
