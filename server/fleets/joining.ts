import { figure, quantity } from '../kernel/quantity.ts';
import type { Joining } from './schema.ts';

/** Nodes that joined a fleet within this time are counted together, whichever changes brought them in. */
export const joinedLatelyMs = 3_600_000;

/** The share of a fleet that labels or selectors may bring in at once, and of those whom they bring in the share that goes first where it is more. */
export const joiningPercent = 10;

/**
 * Whether nodes that join a fleet are all told at once what it runs: with those that joined lately they are a tenth of it at most, or one.
 * `members` are the nodes of the fleet with them.
 */
export function joinAtOnce({ nodes, lately, members }: { nodes: number; lately: number; members: number }): boolean {
  return nodes + lately <= Math.max(1, tenthOf(members));
}

/** Of nodes that do not join at once, how many go first. */
export function tenthOf(nodes: number): number {
  return Math.ceil((nodes * joiningPercent) / 100);
}

/** The same before it happens, in words; null where the fleet runs nothing that they could be told. */
export function joiningOf({ fleet, nodes, lately, members, runsSomething, rolloutUnderWay }: { fleet: Joining['fleet']; nodes: number; lately: number; members: number; runsSomething: boolean; rolloutUnderWay: boolean }): Joining | null {
  const [they, come, are] = nodes === 1 ? ['1 node', 'comes', 'is'] : [quantity(nodes, 'node'), 'come', 'are'];
  if (rolloutUnderWay) return { fleet, nodes, first: 0, says: `${they} ${come} into the last wave of the rollout of ${fleet.name} that is under way.` };
  if (!runsSomething) return null;
  if (joinAtOnce({ nodes, lately, members: members + nodes })) return { fleet, nodes, first: nodes, says: `${they} ${are} told at once what ${fleet.name} runs.` };
  const first = tenthOf(nodes);
  const why = lately > 0 ? `more than a tenth of it with ${figure(lately)} that joined in the last hour` : 'more than a tenth of it';
  return { fleet, nodes, first, says: `${they} ${come} into ${fleet.name}, ${why}: ${first === nodes ? `a rollout tells ${nodes === 1 ? 'it' : 'them'} what it runs.` : `a rollout tells ${figure(first)} first what it runs, and the others when ${first === 1 ? 'that one has' : 'those have'} run it.`}` };
}
