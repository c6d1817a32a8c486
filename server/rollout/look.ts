import type { Transaction } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { takeJoiners } from './joiners.ts';
import { readHead, readNodes } from './reads.ts';
import type { LockedRollout } from './repository.ts';
import type { RolloutNode } from './rollout-node.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { countsSchema, standingOf, Tally } from './tally.ts';
import type { Counted } from './tally.ts';

/** What a step is to look at: all nodes, with those that came into the fleet, or those of which something was heard since the last look. */
export type Look = 'all' | ReadonlySet<string>;

interface Read {
  snapshot: RolloutSnapshot;
  /** Names of nodes that came into the fleet. */
  joined: string[];
  whole: boolean;
}

/** Reads what a step begins with. All nodes are looked at, too, where it is not known how the others stand. */
export async function readSnapshot(deps: Pick<Deps, 'logger'>, tx: Transaction, rollout: LockedRollout, previousBundle: string, look: Look, at: Date): Promise<Read> {
  const head = await readHead(tx, rollout, previousBundle);
  if (look !== 'all' && rollout.tally !== null) {
    const nodes = look.size === 0 ? [] : await readNodes(tx, rollout, [...look]);
    const others = without(countsSchema.parse(rollout.tally), nodes, rollout.bundle);
    if (others !== null) return { snapshot: { ...head, nodes, others }, joined: [], whole: false };
    deps.logger.warn({ deployment: rollout.id }, 'the tally of a rollout does not hold its nodes; all are counted anew');
  }
  const nodes = await readNodes(tx, rollout, null);
  const joined = await takeJoiners(tx, rollout, nodes, at);
  if (joined.length === 0) return { snapshot: { ...head, nodes, others: [] }, joined, whole: true };
  return { snapshot: { ...(await readHead(tx, rollout, previousBundle)), nodes: await readNodes(tx, rollout, null), others: [] }, joined, whole: true };
}

function without(counts: readonly Counted[], nodes: readonly RolloutNode[], bundle: string): Counted[] | null {
  const others = new Tally(counts);
  try {
    for (const node of nodes) others.add(standingOf(node, bundle), -1);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return others.counts;
}
