import { permission } from '../identity/policy.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';
import type { DeploymentDetail, RolloutState } from './schema.ts';

/** What a rollout is when somebody wants to do something to it. */
export interface RolloutStanding {
  state: RolloutState;
  /** How many of its nodes failed. */
  failed: number;
  /** No later deployment of the fleet exists. */
  newest: boolean;
  /** Going back would change something. */
  hasPrevious: boolean;
  /** It stopped itself, and nobody has allowed its bundle since. */
  excluded: boolean;
}

const allowed: Permission = { allowed: true };
const refused = (reason: string): Permission => ({ allowed: false, reason });

const notNow = refused('This is how the deployment was. What stands now can be changed.');
/** At a moment of the past nothing can be done. */
export const pastPermissions: DeploymentDetail['can'] = { pause: notNow, resume: notNow, cancel: notNow, rollBack: notNow, retryFailed: notNow, allow: notNow };

/** What the actor may do with a rollout in this standing, and why not. The console shows it, and the service holds to it. */
export function rolloutPermissions(actor: Actor, standing: RolloutStanding): DeploymentDetail['can'] {
  const role = permission(actor, 'deployments:write');
  const check = (permitted: Permission): Permission => (role.allowed ? permitted : role);
  return {
    pause: check(mayPause(standing)),
    resume: check(mayResume(standing)),
    cancel: check(isUnderWay(standing.state) && standing.state !== 'RollingBack' ? allowed : refused(`It is ${spoken(standing.state)}.`)),
    rollBack: check(mayRollBack(standing)),
    retryFailed: check(mayRetry(standing)),
    allow: check(standing.excluded ? allowed : refused('Its bundle may be deployed to the fleet.')),
  };
}

/** States in which nodes may still be asked, or would be but for a person or a gate. */
export const statesUnderWay: readonly RolloutState[] = ['Progressing', 'Paused', 'Suspended', 'RollingBack'];

export function isUnderWay(state: RolloutState): boolean {
  return statesUnderWay.includes(state);
}

function mayPause({ state }: RolloutStanding): Permission {
  return state === 'Progressing' ? allowed : refused(state === 'RollingBack' ? 'Going back is not paused half way.' : `Only a rollout in progress can be paused; this one is ${spoken(state)}.`);
}

/** One that goes back waits for nodes that cannot: a person leaves them behind, as on the way forward. */
function mayResume({ state, failed }: RolloutStanding): Permission {
  if (state === 'Paused' || state === 'Suspended') return allowed;
  if (state === 'RollingBack') return failed > 0 ? allowed : refused('It goes back, and no node failed.');
  return refused(`Only a rollout that is paused or suspended can be resumed; this one is ${spoken(state)}.`);
}

function mayRollBack({ state, newest, hasPrevious }: RolloutStanding): Permission {
  if (!hasPrevious) return refused('The fleet ran the same before: there is nothing to go back to.');
  if (state === 'RollingBack' || state === 'RolledBack' || state === 'Superseded') return refused(`It is ${spoken(state)}.`);
  if (!newest) return refused('A later deployment of this fleet exists; roll that one back, or deploy again.');
  return allowed;
}

function mayRetry({ state, failed }: RolloutStanding): Permission {
  if (failed === 0) return refused('No node failed.');
  return isUnderWay(state) ? allowed : refused('It is over; make a new deployment for the nodes that failed.');
}

function spoken(state: RolloutState): string {
  const words: Record<RolloutState, string> = {
    Progressing: 'in progress',
    Paused: 'paused',
    Suspended: 'suspended',
    RollingBack: 'going back already',
    RolledBack: 'rolled back',
    Succeeded: 'done',
    Cancelled: 'cancelled',
    Superseded: 'superseded by a later one',
  };
  return words[state];
}
