import type { Decision, RolloutPolicy, RolloutState } from './schema.ts';

/** The state in which these decisions, the oldest first, left a rollout. `goesBackTo` says whether there is something to go back to. */
export function stateAfter(kinds: readonly Decision['kind'][], { onFailure, goesBackTo }: { onFailure: RolloutPolicy['onFailure']; goesBackTo: boolean }): RolloutState {
  const failed: RolloutState = onFailure === 'abort' ? 'Cancelled' : onFailure === 'rollback' && goesBackTo ? 'RollingBack' : 'Suspended';
  let state: RolloutState = 'Progressing';
  for (const kind of kinds) {
    switch (kind) {
      case 'Paused':
      case 'ApprovalNeeded':
      case 'GateUndecided':
        state = 'Paused';
        break;
      case 'ThresholdExceeded':
      case 'GateStopped':
        state = failed;
        break;
      case 'Resumed':
        state = state === 'RollingBack' ? state : 'Progressing';
        break;
      case 'Retried':
        state = state === 'Suspended' ? 'Progressing' : state;
        break;
      case 'RollingBack':
      case 'RolledBack':
      case 'Cancelled':
      case 'Superseded':
      case 'Succeeded':
        state = kind;
        break;
      case 'Started':
      case 'WaveStarted':
      case 'WaveBaking':
      case 'WavePassed':
      case 'NodeFailed':
      case 'NodeQuarantined':
      case 'Allowed':
      case 'LateJoiner':
      case 'ToldByHand':
        break;
    }
  }
  return state;
}
