import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { emptyBundle, standingOf } from '../bundles/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { figure } from '../kernel/quantity.ts';
import { adoptFollowers, advanceLocked, decideAboutFailed, findUnderWay, leaveUntold, liftGates, lockRollout, recordDecisions, writeExcluded } from '../rollout/index.ts';
import type { Look, NewDecision } from '../rollout/index.ts';
import { rolloutPermissions } from './policy.ts';
import { lockFleetDeployments, readStanding, writeState } from './repository.ts';
import type { deploymentActionInput, DeploymentDetail, deploymentReferenceOutput, RolloutState } from './schema.ts';

type Input = z.infer<typeof deploymentActionInput>;
type Reference = z.infer<typeof deploymentReferenceOutput>;
type Locked = NonNullable<Awaited<ReturnType<typeof lockRollout>>>;

/** Asks no more nodes until it is resumed. Nodes that were asked finish. */
export async function pauseDeployment(deps: Deps, actor: Actor, input: Input): Promise<Reference> {
  return act(deps, actor, input, 'pause', (change, rollout) => moveTo(deps, change, actor, rollout, input, 'Paused', { kind: 'Paused', tone: 'notice', message: said('Paused', actor, input) }));
}

/** Goes on, or goes on going back. After it stopped itself, the nodes that failed are left behind, and what gates found in this wave no longer holds it. */
export async function resumeDeployment(deps: Deps, actor: Actor, input: Input): Promise<Reference> {
  return act(deps, actor, input, 'resume', async (change, rollout) => {
    const goesBack = rollout.state === 'RollingBack';
    const { rollout: decided, nodes: left } = goesBack || rollout.state === 'Suspended' ? await decideAboutFailed(change.tx, rollout, 'goOn') : { rollout, nodes: 0 };
    const lifted = !goesBack && (await liftGates(change.tx, rollout));
    if (!goesBack) await writeExcluded(change.tx, rollout.id, null);
    const message = said('Resumed', actor, input) + (lifted ? ` The gates of wave ${rollout.wave + 1} are lifted.` : '') + (left === 0 ? '' : ` ${left} failed ${left === 1 ? 'node is' : 'nodes are'} left behind.`);
    return moveTo(deps, change, actor, decided, input, goesBack ? 'RollingBack' : 'Progressing', { kind: 'Resumed', tone: 'info', message });
  });
}

/** Ends it where it is: nodes that were asked keep what they were told, the others keep what they run. */
export async function cancelDeployment(deps: Deps, actor: Actor, input: Input): Promise<Reference> {
  return act(deps, actor, input, 'cancel', async (change, rollout) => {
    const ended = await leaveUntold(change.tx, rollout, new Date(deps.clock.now()));
    return moveTo(deps, change, actor, ended, input, 'Cancelled', { kind: 'Cancelled', tone: 'notice', message: said('Cancelled', actor, input) }, await findUnderWay(change.tx, rollout));
  });
}

/** Takes every node that was told the bundle back to what the fleet ran before, each by a new generation; also once the rollout was done. */
export async function rollBackDeployment(deps: Deps, actor: Actor, input: Input): Promise<Reference> {
  return act(deps, actor, input, 'rollBack', async (change, rollout) => {
    const signatures = await standingOf(change.tx, rollout.organizationId, rollout.previousBundle ?? emptyBundle(rollout.organizationId).digest);
    if (signatures !== null && signatures.missing > 0) throw new DomainError('Conflict', 'Nodes would refuse what the fleet ran before: those who hold keys have not signed it. `selvedge sign list` has it.');
    await adoptFollowers(change.tx, rollout, new Date(deps.clock.now()));
    return moveTo(deps, change, actor, rollout, input, 'RollingBack', { kind: 'RollingBack', tone: 'notice', message: said('Rolled back', actor, input) }, 'all');
  });
}

/** Asks the nodes that failed again, each with a new generation, as places become free. */
export async function retryFailed(deps: Deps, actor: Actor, input: Input): Promise<Reference> {
  return act(deps, actor, input, 'retryFailed', async (change, rollout) => {
    const { rollout: decided, nodes } = await decideAboutFailed(change.tx, rollout, 'retry');
    const decision = { kind: 'Retried' as const, tone: 'info' as const, message: `${figure(nodes)} failed ${nodes === 1 ? 'node is' : 'nodes are'} asked again.` };
    return moveTo(deps, change, actor, decided, input, rollout.state === 'Suspended' ? 'Progressing' : rollout.state, decision);
  });
}

/** Its bundle, which stopped itself, may be planned for the fleet again. */
export async function allowDeployment(deps: Deps, actor: Actor, input: Input): Promise<Reference> {
  return act(deps, actor, input, 'allow', async (change, rollout) => {
    await writeExcluded(change.tx, rollout.id, null);
    await note(deps, change, actor, rollout, input, rollout.state, { kind: 'Allowed', tone: 'notice', message: said('Allowed again', actor, input) });
    return { id: rollout.id, state: rollout.state };
  });
}

/** The frame of what a person does to a rollout: it is held, the policy allows it, it is recorded, and the next step follows at once. */
async function act(deps: Deps, actor: Actor, input: Input, action: keyof DeploymentDetail['can'], work: (change: Change, rollout: Locked) => Promise<Reference>): Promise<Reference> {
  return performChange(deps, actor, async (change) => {
    const known = await readStanding(change.tx, actor, input.id);
    if (known === null) throw notFound('deployment', input.id);
    // In the same order as whoever starts a deployment: the fleet, then the rollout.
    await lockFleetDeployments(change.tx, known.fleetId);
    const rollout = await lockRollout(change.tx, input.id, true);
    const standing = await readStanding(change.tx, actor, input.id);
    if (rollout === null || standing === null) throw notFound('deployment', input.id);
    const permitted = rolloutPermissions(actor, standing)[action];
    if (!permitted.allowed) throw new DomainError('Conflict', permitted.reason ?? 'The rollout’s state does not allow this.', { details: { state: standing.state } });
    return work(change, rollout);
  });
}

/** The next step looks at the nodes of `look`: what was heard of others is looked at by whoever heard it. To go back concerns all of them. */
async function moveTo(deps: Deps, change: Change, actor: Actor, rollout: Locked, input: Input, state: RolloutState, decision: ByPerson, look: Look = new Set()): Promise<Reference> {
  await writeState(change.tx, rollout.id, state, new Date(deps.clock.now()), state === 'Cancelled');
  await note(deps, change, actor, rollout, input, state, decision);
  const after = await advanceLocked(deps, change, actor, { ...rollout, state }, look);
  return { id: rollout.id, state: after.state };
}

/** Puts on record what a person decided, and tells whoever looks. */
async function note(deps: Deps, change: Change, actor: Actor, rollout: Locked, input: Input, state: RolloutState, decision: ByPerson): Promise<void> {
  await recordDecisions(deps, change, rollout.id, actor.name, [{ ...decision, evidence: { from: rollout.state, to: state, ...(input.reason !== undefined && { reason: input.reason }) } }]);
  change.record({
    action: `deployment.${verbs[decision.kind]}`,
    object: { kind: 'deployment', id: rollout.id, name: rollout.fleetName },
    ...(input.reason !== undefined && { reason: input.reason }),
    before: { state: rollout.state },
    after: { state },
  });
  change.publish({ topic: 'deployment', subjectId: rollout.id, kind: 'state', payload: { state } });
}

/** What people decide of a rollout, and how the audit has it. */
const verbs = { Paused: 'pause', Resumed: 'resume', Cancelled: 'cancel', RollingBack: 'rollBack', Retried: 'retryFailed', Allowed: 'allow' } as const satisfies Partial<Record<NewDecision['kind'], string>>;
type ByPerson = Omit<NewDecision, 'evidence' | 'kind'> & { kind: keyof typeof verbs };

function said(verb: string, actor: Actor, input: Input): string {
  return `${verb} by ${actor.name}${input.reason === undefined ? '.' : `: ${input.reason}`}`;
}
