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
  const read = async (ids: readonly string[] | null): Promise<RolloutNode[]> => (ids?.length === 0 ? [] : readNodes(tx, rollout, ids));
  const [heard, known] = look === 'all' || rollout.tally === null ? [null, null] : [[...look], countsSchema.parse(rollout.tally)];
  const nodes = await read(heard);
  const others = known === null ? [] : without(known, nodes, rollout.bundle);
  if (others === null) {
    deps.logger.warn({ deployment: rollout.id }, 'the tally of a rollout does not hold its nodes; all are counted anew');
    return readSnapshot(deps, tx, rollout, previousBundle, 'all', at);
  }
  const joined = await takeJoiners(tx, rollout, heard, nodes, at);
  const head = await readHead(tx, rollout, previousBundle);
  return { snapshot: { ...head, nodes: joined.length === 0 ? nodes : await read(heard), others }, joined, whole: heard === null };
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
