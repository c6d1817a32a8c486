import type { Change } from '../audit/index.ts';
import { assignBundle } from '../bundles/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { tellBeforeTurn } from './decided.ts';
import { findPlace } from './repository.ts';
import type { LockedRollout } from './repository.ts';
import { recordDecisions } from './service.ts';

/**
 * Tells one node what the rollout brings, before its turn, because a person takes it there: recorded as every telling is. Nothing is done
 * when it was told that already. Throws `Conflict` while the rollout may tell nobody, or when the node has no part in it.
 */
export async function tellByHand(deps: Deps, change: Change, actor: Actor, rollout: LockedRollout, node: { id: string; name: string }): Promise<void> {
  const place = await findPlace(change.tx, rollout, node.id);
  if (place === null) throw new DomainError('Conflict', `${node.name} has no part in this deployment: it was not in the fleet, or is in quarantine.`);
  if (place.told === 'bundle') return;
  if (rollout.state !== 'Progressing' && rollout.state !== 'Succeeded') throw new DomainError('Conflict', `The deployment is ${rollout.state}: it tells no node what to run.`, { details: { state: rollout.state } });
  const at = new Date(deps.clock.now());
  const generations = await assignBundle(deps, change, { organizationId: rollout.organizationId, fleetId: rollout.fleetId, deploymentId: rollout.id, bundle: rollout.bundle, nodeIds: [node.id] });
  const generation = generations.get(node.id);
  if (generation === undefined) throw new DomainError('Conflict', `${node.name} was revoked.`);
  await tellBeforeTurn(change.tx, rollout, { id: node.id, generation, place }, at);
  await recordDecisions(deps, change, rollout.id, actor.name, [{ kind: 'ToldByHand', tone: 'info', message: `${actor.name} takes the bundle to ${node.name} in a file.`, evidence: { node: node.name, generation } }]);
  change.publish({ topic: 'deployment', subjectId: rollout.id, kind: 'state', payload: { state: rollout.state } });
}
