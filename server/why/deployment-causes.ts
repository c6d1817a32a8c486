import { opensAt } from '@selvedge/edge-runtime/protocol';
import type { Decision, DeploymentDetail } from '../deployments/schema.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import type { Cause, Explanation } from './schema.ts';
import { signatureCause } from './signature-cause.ts';
import { timeCause, windowsText } from './time-cause.ts';
import { causeOf, durationOf } from './words.ts';

export interface DeploymentFacts {
  deployment: Omit<DeploymentDetail, 'can'>;
  /** The newest decision of each kind that stopped it, the newest first. */
  stops: readonly Decision[];
  /** Why nodes failed, in their own words, the commonest first. */
  failures: readonly { message: string; nodes: number; example: string }[];
  /** Nodes of its fleet that are in quarantine now; the first of them by name. */
  quarantined: { nodes: number; example: string };
  now: number;
}

/**
 * Why a deployment is not done, or did not get done, the cause that the others wait for first. In order:
 *
 * | code | holds when |
 * |---|---|
 * | `RolloutEnded` | it was cancelled, superseded or rolled back |
 * | `NoNodes` | the fleet had no node when it began, and none has joined |
 * | `RolloutSuspended`, `RolloutPaused` | it stopped itself, or a person stopped it |
 * | `GateStopped`, `GateUndecided` | a gate found that the wave breaks its bound, or could not say when the bake was over |
 * | `ApprovalNeeded` | a wave passed, and its policy wants a person before the next |
 * | `SignaturesMissing` | too few of those who hold keys have signed its bundle, so that it tells nobody |
 * | `Scheduled`, `WindowClosed` | its policy lets it tell nobody at this time |
 * | `NodesFailed` | nodes failed that nobody has decided about; by what they said |
 * | `WaveBaking` | the wave under way has to go on running for a while |
 * | `WaitsForReports` | fewer nodes of the wave report the bundle than its policy wants, and the others are not connected |
 * | `NodesActivating` | nodes were told and have not reported |
 * | `NodesStaged` | nodes have all but switched, and wait for their window |
 * | `NodesToCome` | nodes wait for their wave or turn |
 * | `NodesQuarantined` | nodes of the fleet are in quarantine and have no part in it |
 * | `NodesOffline` | nodes are not connected; a rollout succeeds without them and they follow |
 */
export function deploymentCauses(facts: DeploymentFacts): Explanation {
  const { deployment } = facts;
  const causes = listCauses(facts);
  const { running, total } = deployment.nodes;
  const far = `${figure(running)} of ${quantity(total, 'node')} ${total === 1 ? 'runs' : 'run'} it`;
  if (deployment.state === 'Succeeded' && causes.length === 0) return { settled: true, headline: `Done: ${far}.`, causes };
  if (deployment.finishedAt !== null && deployment.state !== 'Succeeded') return { settled: true, headline: `Over: ${far}.`, causes };
  return { settled: false, headline: `${far}: ${causes[0]?.title.toLowerCase() ?? 'it goes on'}`, causes };
}

function listCauses(facts: DeploymentFacts): Cause[] {
  const { deployment } = facts;
  const { state, nodes } = deployment;
  if (state === 'Cancelled' || state === 'Superseded' || state === 'RolledBack') return [ended(facts), ...failed(facts)];
  const causes: Cause[] = [];
  if (nodes.total === 0 && state === 'Progressing') causes.push(causeOf('NoNodes', 'notice', 'The fleet has no node', `${deployment.fleet.name} selects none.`, { evidence: { fleet: deployment.fleet.name }, byItself: ['A node that joins gets it.', null], canDo: ['Look at the selector of the fleet.'] }));
  if (state === 'Suspended' || state === 'Paused') causes.push(stopped(facts));
  causes.push(...failed(facts));
  const unsigned = state === 'Progressing' ? signatureCause(deployment.signatures, deployment.bundle) : null;
  if (unsigned !== null) causes.push(unsigned);
  const held = state === 'Progressing' && nodes.toCome > 0 ? timeCause(deployment.plan.policy, facts.now) : null;
  if (held !== null) causes.push(held);
  if (state === 'Progressing') causes.push(...moving(facts));
  causes.push(...quarantined(facts));
  if (nodes.offline > 0) {
    causes.push(causeOf('NodesOffline', 'notice', `${quantity(nodes.offline, 'node')} ${are(nodes.offline)} not connected`, 'Waves pass without them, as long as others report.', { evidence: { nodes: nodes.offline }, byItself: ['Each gets the bundle when it connects.', null], canDo: ['Look at the nodes listed as offline.'] }));
  }
  return causes;
}

function decisionOf({ stops }: DeploymentFacts, ...kinds: readonly Decision['kind'][]): Decision | undefined {
  return stops.find((one) => kinds.includes(one.kind));
}

function ended(facts: DeploymentFacts): Cause {
  const { deployment, now } = facts;
  const decision = decisionOf(facts, 'Cancelled', 'Superseded', 'RolledBack', 'RollingBack');
  const at = deployment.finishedAt ?? now;
  return causeOf('RolloutEnded', 'notice', `It was ${deployment.state === 'RolledBack' ? 'rolled back' : deployment.state.toLowerCase()}`, decision === undefined ? '' : `${decision.message} (${decision.by}, ${durationOf(now - at)} ago)`, {
    evidence: { state: deployment.state, ended: deployment.finishedAt },
    canDo: ['Plan it again when the reason is gone.'],
  });
}

function stopped(facts: DeploymentFacts): Cause {
  const { deployment, now } = facts;
  if (deployment.state === 'Paused') {
    const decision = decisionOf(facts, 'Paused', 'ApprovalNeeded', 'GateUndecided');
    if (decision?.kind === 'GateUndecided') return causeOf('GateUndecided', 'notice', 'A wave could not be judged', decision.message, { evidence: whenAndWhere(decision), canDo: ['Look at the wave yourself, then resume it.', 'Roll back all that were told.'] });
    if (decision?.kind === 'ApprovalNeeded') return causeOf('ApprovalNeeded', 'notice', 'The next wave waits for a person', decision.message, { evidence: whenAndWhere(decision), canDo: ['Look at the waves that passed, then resume it.'] });
    return causeOf('RolloutPaused', 'notice', 'It is paused', decision === undefined ? '' : `${decision.by}, ${durationOf(now - decision.at)} ago: ${decision.message}`, { evidence: { since: decision?.at ?? null, by: decision?.by ?? null }, canDo: ['Resume it.'] });
  }
  const decision = decisionOf(facts, 'ThresholdExceeded', 'GateStopped');
  const byGate = decision?.kind === 'GateStopped';
  return causeOf(byGate ? 'GateStopped' : 'RolloutSuspended', 'critical', byGate ? 'A gate stopped it' : 'It stopped itself', decision?.message ?? '', {
    evidence: decision === undefined ? {} : whenAndWhere(decision),
    byItself: ['Nothing more is asked until a person decides.', null],
    canDo: byGate ? ['Roll back all that were told.', 'Look at the evidence; resume it when the change is wanted.'] : ['Mend what failed and retry those nodes.', 'Resume: go on without them.', 'Roll back all that were told.'],
  });
}

function failed({ failures }: DeploymentFacts): Cause[] {
  return failures.map(({ message, nodes, example }) => causeOf('NodesFailed', 'critical', nodes === 1 ? `${example} failed` : `${quantity(nodes, 'node')} failed`, message, { evidence: { nodes, 'for example': example }, byItself: ['They go on with what they ran before.', null], canDo: ['Mend the cause, then retry only what failed.'] }));
}

function quarantined({ deployment, quarantined: { nodes, example } }: DeploymentFacts): Cause[] {
  if (nodes === 0 || deployment.finishedAt !== null) return [];
  return [causeOf('NodesQuarantined', 'notice', nodes === 1 ? `${example} is in quarantine` : `${quantity(nodes, 'node')} are in quarantine`, 'It goes on without them.', { evidence: { nodes, 'for example': example }, canDo: ['Look at those nodes; lift the quarantine when they are mended.'] })];
}

function moving({ deployment, now }: DeploymentFacts): Cause[] {
  const { nodes, waves, wave, eta } = deployment;
  const current = waves[wave.index];
  const causes: Cause[] = [];
  if (current?.state === 'Baking' && current.bakesUntil !== null) {
    causes.push(causeOf('WaveBaking', 'info', `Wave ${wave.index + 1} is baking`, `All of it has to go on running for ${durationOf(current.bakesUntil - now)} more.`, { evidence: { wave: wave.index + 1, until: current.bakesUntil, running: current.nodes.running }, byItself: [wave.index + 1 < wave.of ? 'Then the next wave begins.' : 'Then it is done.', current.bakesUntil], canDo: [] }));
  }
  if (current?.state === 'Progressing' && current.nodes.applying + current.nodes.staged + current.nodes.toCome === 0 && current.nodes.offline > 0) {
    const { successThresholdPercent, minSamples } = deployment.plan.policy;
    causes.push(causeOf('WaitsForReports', 'notice', `Wave ${wave.index + 1} waits for nodes that are away`, `${figure(current.nodes.running)} of ${figure(current.nodes.total)} report the bundle, and its policy wants more before it passes.`, { evidence: { wave: wave.index + 1, running: current.nodes.running, offline: current.nodes.offline, 'wanted, percent': successThresholdPercent, 'wanted, nodes': minSamples }, byItself: ['It goes on when they connect and report.', null], canDo: ['Look at power and network of those nodes.', 'Cancel it, and deploy with a policy that does not wait for them.'] }));
  }
  if (nodes.applying > 0) {
    causes.push(causeOf('NodesActivating', 'info', `${quantity(nodes.applying, 'node')} ${are(nodes.applying)} at it`, 'They were told and have not reported the bundle as running.', { evidence: { nodes: nodes.applying, 'at most': deployment.plan.inFlightMax }, byItself: [`One that needs longer than ${durationOf(deployment.plan.policy.updateTimeoutSeconds * 1000)} counts as failed.`, null], canDo: [] }));
  }
  if (nodes.staged > 0) {
    const { activateWindows } = deployment.plan.policy;
    causes.push(causeOf('NodesStaged', 'info', `${quantity(nodes.staged, 'node')} ${are(nodes.staged)} staged`, 'They have fetched, verified and tried it, and switch when their window opens, each by its own clock.', { evidence: { nodes: nodes.staged, windows: windowsText(activateWindows) }, byItself: ['They switch when it opens, also those that are cut off until then.', opensAt(activateWindows, now)], canDo: ['Roll back, or deploy without windows, if it cannot wait.'] }));
  }
  if (nodes.toCome > 0) {
    causes.push(causeOf('NodesToCome', 'info', `${quantity(nodes.toCome, 'node')} ${are(nodes.toCome)} still to come`, `Wave ${wave.index + 1} of ${wave.of} is under way, and at most ${figure(deployment.plan.inFlightMax)} change at a time.`, { evidence: { nodes: nodes.toCome, wave: wave.index + 1, waves: wave.of }, byItself: [eta === null ? 'They are told in their turn.' : `At the pace so far it is done in ${durationOf(eta - now)}.`, eta], canDo: [] }));
  }
  return causes;
}

const are = (nodes: number): string => (nodes === 1 ? 'is' : 'are');

/** Its figures stand in its message, and exact beside the decision. */
function whenAndWhere({ at, evidence: { wave } }: Decision): Record<string, string | number | null> {
  return { since: at, ...(typeof wave === 'number' && { wave }) };
}
