import type { NodeRolloutState, RolloutPolicy } from '../deployments/schema.ts';
import type { NodeFacts, RolloutNode } from './rollout-node.ts';

/** How long a node has, and what it means that one is away. */
export interface Patience {
  updateTimeoutMs: number;
  /** No time counts before this: with windows to fetch or activate in, it is when the last of those that are open opened, and now while one of both has none open. */
  clockFrom: number;
  whenDisconnected: RolloutPolicy['whenDisconnected'];
  /** When the node's wave began; null while it has not. */
  waveStartedAt: number | null;
}

interface Observed {
  state: NodeRolloutState;
  message: string;
  /** It failed, and by what it reported the fault is its own or the bundle's: it was not away, and not held at its site. */
  fault: boolean;
}

/** Of a node that was told. Who tells it writes what whoever looks at it would, so that nobody needs to. */
export const untilItAnswers = 'It was told, and has not answered yet.';

/**
 * Where a node is, and why, by what it reported. It is `Running` only when it says that it runs what it was told, under the generation
 * by which it was told (I9). A node that was told and is not connected keeps its place among those under way until the time
 * to update has passed, since it may be in the middle of it.
 */
export function observe(node: RolloutNode, now: number, { updateTimeoutMs, clockFrom, whenDisconnected, waveStartedAt }: Patience): Observed {
  const { told, facts } = node;
  if (facts.quarantined !== null) return at('Skipped', `It is in quarantine. ${facts.quarantined}`.slice(0, 1024));
  if (!facts.belongs) return at('Skipped', 'It left the fleet, or its key was revoked.');
  if (told === null && node.state === 'Skipped') return at('Skipped', node.message);
  const awaySince = facts.connected || whenDisconnected !== 'error' ? null : (told === null ? waveStartedAt : Math.max(told.at, clockFrom));
  const missing = awaySince !== null && now - awaySince >= updateTimeoutMs;
  if (told === null && missing) return at('Failed', `It has not been connected within ${updateTimeoutMs / 1000} s of its wave's beginning.`);
  if (told === null) return facts.connected ? at('ToCome', '') : at('Offline', 'It is not connected; it is asked when it is.');
  if (facts.observedGeneration >= told.generation && facts.bundle === told.bundle && facts.sync === 'Synced') return at('Running', 'It reports the bundle as running.');
  if (facts.sync === 'Failed' && facts.activating === told.generation) return at('Failed', facts.message || 'It reports that the activation failed, and runs what it ran before.', true);
  if (facts.observedGeneration >= told.generation && facts.sync === 'Failed') return at('Failed', facts.message || 'It reports that the bundle does not run.', true);
  const isAtIt = facts.activating === told.generation || facts.observedGeneration >= told.generation;
  if (missing) return at('Failed', `It was told, and is not connected ${updateTimeoutMs / 1000} s after.`);
  if (!facts.connected) return at('Offline', 'It was told, and the connection is gone; it converges when it is back.');
  if (!restartsClock(node) && now - Math.max(told.at, clockFrom) >= updateTimeoutMs) return at('Failed', lateMessage(facts, updateTimeoutMs), facts.sync === 'Failed' || isAtIt);
  if (facts.staged && facts.activating === told.generation) return at('Staged', facts.message || 'It has all but switched, and waits for its window.');
  if (isAtIt) return at('Applying', facts.message || 'It reports that it is at it.');
  // A node that is held at its site says so while it waits.
  return at('Requested', facts.sync === 'OutOfSync' && facts.message !== '' ? facts.message : untilItAnswers);
}

function at(state: NodeRolloutState, message: string, fault = false): Observed {
  return { state, message, fault };
}

function lateMessage(facts: NodeFacts, updateTimeoutMs: number): string {
  const late = `It has not reported the bundle within ${updateTimeoutMs / 1000} s.`;
  return facts.message === '' ? late : `${late} It says: ${facts.message}`;
}

/** A node that ran, or was away, and is now at it has its whole time to update again: it has only just begun. */
export function restartsClock(node: Pick<RolloutNode, 'state' | 'told'>): boolean {
  return node.told !== null && (node.state === 'Running' || node.state === 'Offline');
}

/** Whether the node may be changing at this moment, and so counts against `maxUnavailable`. */
export function isInFlight(node: Pick<RolloutNode, 'told'>, state: NodeRolloutState, now: number, { updateTimeoutMs, clockFrom, whenDisconnected }: Omit<Patience, 'waveStartedAt'>): boolean {
  if (state === 'Requested' || state === 'Applying' || state === 'Staged') return true;
  return whenDisconnected !== 'expected' && state === 'Offline' && node.told !== null && now - Math.max(node.told.at, clockFrom) < updateTimeoutMs;
}
