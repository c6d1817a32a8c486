import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { standingOf, storeBundle } from '../bundles/index.ts';
import { inFleet, permission } from '../identity/policy.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import { refusePlainSecrets } from '../kernel/plain-secrets.ts';
import { advanceLocked, groupOf, leaveUntold, lockRollout, recordDecisions } from '../rollout/index.ts';
import { readActivations } from './activations.ts';
import { expectedDuration } from './expected.ts';
import { makePlan } from './plan.ts';
import { findPlan, findUnderWay, insertDeployment, lockFleetDeployments, savePlan, writeState } from './repository.ts';
import { planNodeSchema } from './schema.ts';
import type { createDeploymentInput, deploymentReferenceOutput, MadePlan, Plan, planInput } from './schema.ts';
import { readSubject } from './subject.ts';

type Reference = z.infer<typeof deploymentReferenceOutput>;

/** What a rollout needs of a plan's nodes. */
const placesSchema = planNodeSchema.pick({ node: true, name: true, wave: true }).array();

/** What a deployment would do. Changes nothing but that the plan is kept for an hour. */
export async function planDeployment(deps: Deps, actor: Actor, input: z.infer<typeof planInput>): Promise<MadePlan> {
  refusePlainSecrets(input.settings, ['settings']);
  const subject = await readSubject(deps.db, actor, input, deps.clock.now());
  const { plan, nodes } = makePlan(subject);
  await savePlan(deps.db, actor.organizationId, input, plan, nodes);
  const role = permission(inFleet(actor, plan.fleet.id), 'deployments:write');
  const start = role.allowed && !plan.startable ? { allowed: false, reason: plan.violations.find((violation) => violation.blocks)?.message ?? 'A violation blocks it.' } : role;
  const [signatures, known] = await Promise.all([standingOf(deps.db, actor.organizationId, plan.to.digest), readActivations(deps.db, someOf(nodes.map(({ node }) => node)))]);
  const labels = new Map(subject.nodes.map((node) => [node.id, node.labels]));
  const grouped = nodes.map((node) => ({ ...node, group: groupOf(labels.get(node.node) ?? {}, plan.policy.maxUnavailablePer) }));
  const expected = expectedDuration({ policy: plan.policy, inFlightMax: plan.inFlightMax, nodes: grouped, known, signaturesMissing: signatures?.missing ?? 0, startsAt: plan.madeAt });
  return { ...plan, can: { start }, signatures, expected };
}

/** So many nodes at most, evenly taken, as tell how long the nodes of a plan take. */
const measuredMax = 1_000;

function someOf(nodes: readonly string[]): string[] {
  const each = Math.max(1, nodes.length / measuredMax);
  return Array.from({ length: Math.min(measuredMax, nodes.length) }, (_, index) => nodes[Math.floor(index * each)] ?? '');
}

/** Starts what was planned, if making the plan again at this moment gives the same hash; a rollout of the fleet under way is superseded. */
export async function createDeployment(deps: Deps, actor: Actor, input: z.infer<typeof createDeploymentInput>): Promise<Reference> {
  const saved = await findPlan(deps.db, actor, input.planHash, deps.clock.now());
  if (saved === null) throw new DomainError('PlanChanged', 'There is no such plan any more: plans are kept for an hour. Make it again.');
  return performChange(deps, actor, async (change) => {
    await lockFleetDeployments(change.tx, saved.plan.fleet.id);
    const subject = await readSubject(change.tx, actor, saved.input, deps.clock.now());
    const { plan } = makePlan(subject);
    if (plan.hash !== input.planHash) throw planChanged(saved.plan, plan);
    if (!plan.startable) {
      const blocking = plan.violations.filter((violation) => violation.blocks);
      throw new DomainError('PlanBlocked', blocking[0]?.message ?? 'A violation blocks the plan.', { details: { violations: blocking } });
    }
    await storeBundle(deps, change, actor, subject.to);
    // Waves as they were shown and approved, even where nodes have come or gone from the link since.
    return startPlanned(deps, change, actor, { note: input.note, plan: { ...plan, waves: saved.plan.waves }, nodes: placesSchema.parse(saved.nodes) });
  });
}

function planChanged(before: Omit<Plan, 'can'>, now: Omit<Plan, 'can'>): DomainError {
  const reasons = [
    before.from?.digest !== now.from?.digest && 'the fleet runs another bundle',
    before.to.digest !== now.to.digest && 'an alias or a setting means something else',
    before.nodes.total !== now.nodes.total && `the fleet has ${quantity(now.nodes.total, 'node')} and had ${figure(before.nodes.total)}`,
    before.supersedes?.id !== now.supersedes?.id && 'another rollout began or ended',
  ].filter((reason) => reason !== false);
  const byLabel = now.policy.waves.some(({ selector }) => selector !== undefined);
  const why = reasons.length === 0 ? `what nodes report${byLabel ? ', or the labels that put them into waves,' : ''} is not what it was` : reasons.join('; ');
  return new DomainError('PlanChanged', `The plan no longer holds: ${why}. Make it again and look at it.`, { details: { reasons, hash: now.hash } });
}

interface Starting {
  note: string;
  plan: Omit<Plan, 'can'>;
  nodes: Parameters<typeof insertDeployment>[1]['nodes'];
  /** What nodes go back to: what the plan has the fleet run before, where nothing is said. */
  previousBundle?: string;
  /** What is said of its beginning. */
  message?: string;
}

/** Begins the rollout of a plan; one of the same fleet that is under way is superseded. Whoever calls holds the fleet's deployments. */
export async function startPlanned(deps: Deps, change: Change, actor: Actor, { note, plan, nodes, previousBundle, message }: Starting): Promise<Reference> {
  const { organizationId } = actor;
  const startedAt = new Date(deps.clock.now());
  const id = deps.ids.next();
  await supersede(deps, change, actor, plan.fleet.id, id);
  const { nodes: _sample, ...kept } = plan;
  await insertDeployment(change.tx, { id, organizationId, fleetId: plan.fleet.id, fleetName: plan.fleet.name, note, previousBundle: previousBundle ?? plan.from?.digest ?? null, createdBy: actor.name, startedAt, plan: kept, nodes });
  await recordDecisions(deps, change, id, actor.name, [
    {
      kind: 'Started',
      tone: 'info',
      message: message ?? `Started for ${quantity(plan.nodes.total, 'node')} in ${quantity(plan.waves.length, 'wave')}.`,
      evidence: { plan: plan.hash, nodes: plan.nodes.total, waves: plan.waves.length, bytes: plan.bytesTotal, stateLost: plan.stateLost.length },
    },
  ]);
  change.record({ action: 'deployment.create', object: { kind: 'deployment', id, name: plan.fleet.name }, after: { plan: plan.hash, bundle: plan.to.digest, nodes: plan.nodes.total, note } });
  change.publish({ topic: 'deployment', subjectId: id, kind: 'created' });
  const rollout = await lockRollout(change.tx, id, true);
  if (rollout === null) throw new Error('a deployment vanished while it was being made');
  // The first step at once: whoever started it sees wave 1 asked for.
  const { state } = await advanceLocked(deps, change, actor, rollout);
  return { id, state };
}

async function supersede(deps: Deps, change: Change, actor: Actor, fleetId: string, by: string): Promise<void> {
  const current = await findUnderWay(change.tx, fleetId);
  if (current === null) return;
  const locked = await lockRollout(change.tx, current.id, true);
  // It may have ended while this waited for it.
  if (locked === null || (await findUnderWay(change.tx, fleetId)) === null) return;
  const at = new Date(deps.clock.now());
  await writeState(change.tx, current.id, 'Superseded', at, true);
  await leaveUntold(change.tx, locked, at);
  await recordDecisions(deps, change, current.id, actor.name, [{ kind: 'Superseded', tone: 'notice', message: 'A later deployment took its place.', evidence: { by } }]);
  change.record({ action: 'deployment.state', object: { kind: 'deployment', id: current.id, name: locked.fleetName }, before: { state: current.state }, after: { state: 'Superseded', by } });
  change.publish({ topic: 'deployment', subjectId: current.id, kind: 'state' });
}
