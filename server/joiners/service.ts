import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { assignBundle, findThreshold, readManifest } from '../bundles/index.ts';
import { changesBetween, findUnderWay, lockFleetDeployments, makePlan, readPlannedNodes, startPlanned } from '../deployments/index.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { findFleet, joinAtOnce, joinedLatelyMs, joiningPercent } from '../fleets/index.ts';
import { comparesWithControl } from '../gates/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import { wholeOf } from '../kernel/reach.ts';
import { countJoined, findJoiners, findJoinersOf, policyOfBundle } from './repository.ts';

/**
 * Gives nodes that came into a fleet what that fleet runs, of these or, with null, of all that were missed; returns how many it found. Those that
 * enrolled into it are told at once, and so is a tenth of the fleet that labels or selectors brought in. Where they brought more, a rollout
 * takes them there, and one that is under way takes them into its last wave.
 */
export async function welcomeJoiners(deps: Deps, nodeIds: readonly string[] | null): Promise<number> {
  const joiners = await findJoiners(deps.db, nodeIds);
  for (const [fleetId, members] of Map.groupBy(joiners, (joiner) => joiner.fleetId)) {
    const [first] = members;
    if (first === undefined) continue;
    const { organizationId } = first;
    const actor = systemActor(organizationId, deps.ids.next(), 'rollout');
    await performChange(deps, actor, async (change) => {
      await lockFleetDeployments(change.tx, fleetId);
      // Read again: another process may have been quicker.
      const still = await findJoinersOf(change.tx, fleetId);
      const [enrolled, moved] = [still.filter((joiner) => !joiner.moved), still.filter((joiner) => joiner.moved)];
      await tellAtOnce(deps, change, enrolled);
      if (moved.length > 0 && (await findUnderWay(change.tx, fleetId)) === null) await welcomeMoved(deps, change, actor, moved);
    });
  }
  return joiners.length;
}

type Joiners = Awaited<ReturnType<typeof findJoinersOf>>;

async function tellAtOnce(deps: Deps, change: Change, joiners: Joiners): Promise<void> {
  const [first] = joiners;
  if (first === undefined) return;
  const { organizationId, fleetId, bundle } = first;
  await assignBundle(deps, change, { organizationId, fleetId, deploymentId: null, bundle, nodeIds: joiners.map(({ nodeId }) => nodeId) });
}

async function welcomeMoved(deps: Deps, change: Change, actor: Actor, joiners: Joiners): Promise<void> {
  const [one] = joiners;
  if (one === undefined) return;
  const { organizationId, fleetId, bundle } = one;
  const now = deps.clock.now();
  const ids = new Set(joiners.map(({ nodeId }) => nodeId));
  const { members, lately } = await countJoined(change.tx, fleetId, new Date(now - joinedLatelyMs), [...ids]);
  if (joinAtOnce({ nodes: ids.size, lately, members })) return tellAtOnce(deps, change, joiners);
  const fleet = await findFleet(change.tx, wholeOf(organizationId), fleetId);
  const manifest = await readManifest(change.tx, organizationId, bundle);
  if (fleet === null || manifest === null) throw new Error(`fleet ${fleetId} runs ${bundle}, of which nothing is known`);
  const nodes = (await readPlannedNodes(change.tx, organizationId, fleetId)).filter(({ id }) => ids.has(id));
  const { plan, nodes: places } = makePlan({
    organizationId,
    fleet: { id: fleet.id, name: fleet.name },
    from: null,
    to: { digest: bundle, manifest },
    manifests: new Map(),
    stateBefore: [],
    stateAfter: [],
    nodes,
    quarantined: [],
    policy: policyFor(await policyOfBundle(change.tx, fleetId, bundle)),
    threshold: await findThreshold(change.tx, organizationId),
    supersedes: null,
    violations: [],
    madeAt: now,
  });
  const [first, ...rest] = plan.waves.map((wave) => wave.nodes);
  const message = `${quantity(ids.size, 'node')} joined ${fleet.name} by labels or a selector, more than a tenth of it at once: ${figure(first ?? 0)} ${first === 1 ? 'is' : 'are'} told first${rest.length === 0 ? '' : `, then ${rest.map(figure).join(', ')}`}.`;
  await startPlanned(deps, change, actor, { note: '', plan: { ...plan, changes: changesBetween(null, manifest) }, nodes: places, previousBundle: bundle, message });
}

/**
 * How those who joined come to what their fleet runs: as it came there, but a tenth of them first whatever its waves were, and when it may. There is nothing
 * that they would all go back to, nor anybody who still runs what the fleet ran before, for gates to compare them with.
 */
function policyFor(policy: RolloutPolicy): RolloutPolicy {
  return {
    ...policy,
    waves: [{ limit: { unit: 'percent', value: joiningPercent } }],
    notBefore: null,
    onFailure: policy.onFailure === 'rollback' ? 'pause' : policy.onFailure,
    gates: policy.gates.filter((gate) => !comparesWithControl(gate)),
  };
}
