import type { Transaction } from '../kernel/db.ts';
import { underWay } from './hand.ts';
import { findPlace, writePlace, writeTally, writeTold } from './repository.ts';
import type { LockedRollout } from './repository.ts';
import { countsSchema, Tally } from './tally.ts';
import type { Standing } from './tally.ts';

/*
 * What is decided about nodes of a rollout outside of its steps: of many at once their rows are written in one statement, and the tally is
 * moved with them, so that nobody has to look at those that nothing was decided about. Each returns the rollout as it is from here on.
 */

/** What a person decided about nodes that failed. `nodes` are those for which it is news. */
export async function decideAboutFailed(tx: Transaction, rollout: LockedRollout, decision: 'retry' | 'goOn'): Promise<{ rollout: LockedRollout; nodes: number }> {
  const { count: nodes } = await tx.deploymentNode.updateMany({ where: { deploymentId: rollout.id, state: 'Failed', afterFailure: { not: decision } }, data: { afterFailure: decision } });
  return { rollout: await moved(tx, rollout, (standing) => (standing.state === 'Failed' ? { ...standing, afterFailure: decision } : standing)), nodes };
}

/** The rollout ends before the turn of nodes that were told nothing. */
export async function leaveUntold(tx: Transaction, rollout: LockedRollout, at: Date): Promise<LockedRollout> {
  await tx.deploymentNode.updateMany({ where: { deploymentId: rollout.id, told: null, state: { not: 'Skipped' } }, data: { state: 'Skipped', message: 'The rollout ended before its turn.', since: at } });
  return moved(tx, rollout, (standing) => (standing.told === 'nothing' ? { ...standing, state: 'Skipped' } : standing));
}

/** One node is told before its turn. */
export async function tellBeforeTurn(tx: Transaction, rollout: LockedRollout, node: { id: string; generation: number; place: Standing }, at: Date): Promise<LockedRollout> {
  await writeTold(tx, rollout, node.id, node.generation, at);
  return movedOne(tx, rollout, node.place, { ...node.place, state: 'Requested', told: 'bundle', afterFailure: 'undecided' });
}

/** A node that was left out takes its place again: one that was told is told again. It has no place in a rollout that began while it was out; then that hears of a node to take in. */
export async function takePlaceAgain(tx: Transaction, rollout: LockedRollout, nodeId: string): Promise<LockedRollout> {
  const place = await findPlace(tx, rollout, nodeId);
  if (place === null || place.state !== 'Skipped') return rollout;
  const again: Standing = place.told === 'nothing' ? { ...place, state: 'ToCome' } : { ...place, afterFailure: 'retry' };
  await writePlace(tx, rollout, nodeId, { state: again.state, afterFailure: again.afterFailure });
  return movedOne(tx, rollout, place, again);
}

/** Nodes between request and report: of a rollout that ends, the last that may be looked at. */
export async function findUnderWay(tx: Transaction, rollout: LockedRollout): Promise<Set<string>> {
  const rows = await tx.deploymentNode.findMany({ where: { deploymentId: rollout.id, state: { in: [...underWay] } }, select: { nodeId: true } });
  return new Set(rows.map(({ nodeId }) => nodeId));
}

async function moved(tx: Transaction, rollout: LockedRollout, to: (standing: Standing) => Standing): Promise<LockedRollout> {
  if (rollout.tally === null) return rollout;
  const tally = new Tally(countsSchema.parse(rollout.tally).map(({ nodes, ...standing }) => ({ ...to(standing), nodes }))).counts;
  await writeTally(tx, rollout.id, tally);
  return { ...rollout, tally };
}

/** Where the tally does not have the node, all are counted anew. */
async function movedOne(tx: Transaction, rollout: LockedRollout, from: Standing, to: Standing): Promise<LockedRollout> {
  if (rollout.tally === null) return rollout;
  const counts = new Tally(countsSchema.parse(rollout.tally));
  const known = counts.count((standing) => isSame(standing, from)) > 0;
  if (known) {
    counts.add(from, -1);
    counts.add(to);
  }
  const tally = known ? counts.counts : null;
  await writeTally(tx, rollout.id, tally);
  return { ...rollout, tally };
}

function isSame(one: Standing, other: Standing): boolean {
  return one.wave === other.wave && one.state === other.state && one.told === other.told && one.afterFailure === other.afterFailure;
}
