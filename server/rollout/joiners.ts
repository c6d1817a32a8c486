import type { Transaction } from '../kernel/db.ts';
import { adoptJoiners, findMembers } from './repository.ts';
import type { LockedRollout } from './repository.ts';
import type { NewDecision } from './snapshot.ts';
import type { RolloutNode } from './rollout-node.ts';
import { isOver } from './work.ts';

/**
 * Takes nodes that came into the fleet into the rollout, of those that were heard of or, with null, of all; `nodes` are those that have a
 * place in it. One that left and came back takes another place: what it was told before counts no more. Returns their names.
 */
export async function takeJoiners(tx: Transaction, rollout: LockedRollout, heard: readonly string[] | null, nodes: readonly RolloutNode[], at: Date): Promise<string[]> {
  if (isOver(rollout.state) || rollout.state === 'RollingBack') return [];
  const known = new Set(nodes.map(({ node }) => node));
  const back = nodes.filter(({ state, afterFailure, facts }) => state === 'Skipped' && facts.belongs && afterFailure !== 'retry').map(({ node }) => node);
  const among = heard === null ? null : heard.filter((id) => !known.has(id));
  const missing = among?.length === 0 ? [] : (await findMembers(tx, rollout, among)).filter((id) => !known.has(id));
  const joiners = [...missing, ...back];
  return joiners.length === 0 ? [] : adoptJoiners(tx, rollout, joiners, at);
}

export function joinerDecisions(names: readonly string[]): NewDecision[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 3).join(', ');
  const message = `${names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`} joined the fleet and ${names.length === 1 ? 'comes' : 'come'} in the last wave.`;
  return [{ kind: 'LateJoiner', tone: 'info', message, evidence: { nodes: names.length } }];
}
