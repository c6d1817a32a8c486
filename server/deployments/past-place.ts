import type { NodeRolloutState, RolloutState } from './schema.ts';

/** A node as it stood at a moment, as far as its place in a rollout follows from it. */
export interface NodeThen {
  name: string;
  wave: number;
  fleetId: string | null;
  revoked: boolean;
  quarantined: boolean;
  connected: boolean;
  desiredBundle: string | null;
  desiredAt: Date | null;
  desiredGeneration: number;
  observedGeneration: number;
  reportedBundle: string | null;
  sync: string;
  syncReason: string;
  syncMessage: string;
}

/** A rollout at that moment. */
export interface RolloutAround {
  fleetId: string;
  bundle: string;
  previousBundle: string | null;
  startedAt: Date;
  state: RolloutState;
  /** Nodes that it had counted as failed, and why, by name. */
  failed: ReadonlyMap<string, { message: string; at: number }>;
}

/**
 * Where a node stood in a rollout, by the rules by which its steps see it (`observe`), from what is kept of the node; null when it had no part in it: it
 * was told nothing and was not in the fleet. That its time was up is kept as a decision.
 */
export function placeThen(node: NodeThen, { fleetId, bundle, previousBundle, startedAt, state, failed }: RolloutAround): { state: NodeRolloutState; message: string } | null {
  const goesBack = state === 'RollingBack' || state === 'RolledBack';
  const told = node.desiredAt !== null && node.desiredAt >= startedAt && (node.desiredBundle === bundle || (goesBack && node.desiredBundle === previousBundle));
  const belongs = node.fleetId === fleetId && !node.revoked && !node.quarantined;
  if (!belongs) return told || node.fleetId === fleetId ? at('Skipped') : null;
  const failure = failed.get(node.name);
  if (!told) {
    if (failure !== undefined) return at('Failed', failure.message);
    if (state === 'Cancelled' || state === 'Superseded' || goesBack) return at('Skipped');
    return at(node.connected ? 'ToCome' : 'Offline');
  }
  if (node.sync === 'Synced' && node.reportedBundle === node.desiredBundle && node.observedGeneration >= node.desiredGeneration) return at('Running');
  if (node.sync === 'Failed') return at('Failed', node.syncMessage);
  if (failure !== undefined && failure.at >= (node.desiredAt?.getTime() ?? 0)) return at('Failed', failure.message);
  if (!node.connected) return at('Offline');
  if (node.syncReason === 'Staged') return at('Staged');
  return at(node.sync === 'Applying' ? 'Applying' : 'Requested');
}

function at(state: NodeRolloutState, message = ''): { state: NodeRolloutState; message: string } {
  return { state, message };
}
