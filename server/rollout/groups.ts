import type { Labels } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { underWay } from './hand.ts';
import type { Hand, Seen } from './hand.ts';
import type { GroupPlaces, Planning } from './question.ts';

/** Which nodes count together against `maxUnavailablePer`: those with the same values of its labels, or without them. Null where the policy has no such limit. */
export function groupOf(labels: Labels, per: RolloutPolicy['maxUnavailablePer']): string | null {
  return per === null ? null : JSON.stringify(per.labels.map((label) => labels[label] ?? null));
}

/** Places by group; null where the policy has no such limit. It costs what is under way, and not the rollout. */
export function* placesByGroup(hand: Hand, per: RolloutPolicy['maxUnavailablePer']): Planning<GroupPlaces | null> {
  if (per === null) return null;
  const taken = new Map<string, number>();
  const add = (group: string | null, nodes: number): void => {
    if (group !== null) taken.set(group, (taken.get(group) ?? 0) + nodes);
  };
  for (const { node, inFlight } of hand.seen) if (inFlight) add(node.group, 1);
  if (hand.others.count(({ state, told }) => underWay.includes(state) || (state === 'Offline' && told !== 'nothing')) > 0) {
    for (const { group, nodes } of (yield* hand.ask({ ask: 'inFlight', awayAfter: hand.awayAfter })).groups ?? []) add(group, nodes);
  }
  return { most: per.nodes, taken };
}

/** Those of the nodes, in their order, for whom there is a place in their group. */
export function withinGroups(nodes: readonly Seen[], places: GroupPlaces | null): Seen[] {
  if (places === null) return [...nodes];
  const taken = new Map(places.taken);
  return nodes.filter(({ node: { group } }) => {
    if (group === null) return true;
    const before = taken.get(group) ?? 0;
    if (before >= places.most) return false;
    taken.set(group, before + 1);
    return true;
  });
}
