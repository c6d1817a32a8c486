import { opensAt } from '@selvedge/edge-runtime/protocol';
import type { SignatureStanding } from '../bundles/schema.ts';
import type { Decision, NodeRolloutState, RolloutPolicy, RolloutState, WaveView } from '../deployments/schema.ts';
import { figure } from '../kernel/quantity.ts';
import type { NodeDetail } from '../nodes/schema.ts';
import type { Cause, Explanation } from './schema.ts';
import type { AgentNeed } from '../deployments/index.ts';
import { refusalCause } from './refusal-cause.ts';
import { signatureCause } from './signature-cause.ts';
import { timeCause, windowsText } from './time-cause.ts';
import { causeOf, durationOf, shareOf } from './words.ts';

/** The newest rollout of a node's fleet, and where the node is in it. */
export interface NodeRollout {
  id: string;
  state: RolloutState;
  bundle: string;
  /** The wave under way, from 0. */
  wave: number;
  /** How many nodes of a wave stood where is not known of the past. */
  waves: readonly (Omit<WaveView, 'nodes' | 'looks'> & { nodes: WaveView['nodes'] | null })[];
  /** Nodes between request and report now, and how many may be; null of the past. */
  inFlight: number | null;
  inFlightMax: number | null;
  /** Who has signed its bundle; null where nobody but the control plane has to. */
  signatures: SignatureStanding | null;
  policy: RolloutPolicy;
  /** The newest decision of a person or of the rollout that stopped it. */
  stopped: Pick<Decision, 'kind' | 'by' | 'message' | 'at'> | null;
  /** Null when the node has no part in it. */
  node: { wave: number; state: NodeRolloutState; message: string; requestedAt: number | null } | null;
}

export interface NodeFacts {
  node: NodeDetail;
  rollout: NodeRollout | null;
  /** Who has signed what it was told; null where nobody but the control plane has to, or it runs that. */
  signatures: SignatureStanding | null;
  /** What of what it was told its agent is too old for. */
  unmet: readonly AgentNeed[];
  now: number;
}

/**
 * Why a node does not run what it should, the cause that the others wait for first. In order:
 *
 * | code | holds when |
 * |---|---|
 * | `Revoked` | its key was revoked; then nothing else is said |
 * | `KeyRevoked` | its key is refused until it enrols again, so that it cannot connect |
 * | `NeverConnected`, `Offline` | it has no connection, and never had one or had |
 * | `MultipleOwners`, `NoFleet` | several selectors match its labels, or none does |
 * | `Quarantined` | rollouts leave it out, after repeated failure or by a person's word |
 * | `NothingDeployed` | its fleet has had no deployment, so no bundle is desired |
 * | `AgentTooOld` | its agent does not know what it was told asks for, or failed and has an engine older than the one that checked its rules |
 * | `ClockWrong`, `Refused` | it refused what it was told: by its clock that is over, or it is not for it, or not signed as it has to be |
 * | `ActivationFailed` | it reports that the desired generation failed |
 * | `Drifted` | it reports another bundle than it was told, or a newer generation |
 * | `SignaturesMissing` | too few of those who hold keys have signed what it was told, or is to be told |
 * | `RolloutPaused`, `ApprovalNeeded`, `GateUndecided`, `RolloutSuspended`, `GateStopped` | the rollout under way holds, and has not told this node |
 * | `Scheduled`, `WindowClosed` | its policy lets it tell nobody at this time |
 * | `WaveBaking`, `WaitsForWave`, `WaitsForTurn` | the wave before its own bakes, or goes on; or as many change as may |
 * | `LeftBehind` | the last rollout ended without this node having been told |
 * | `Staged`, `WaitsForWindow` | it was told, and waits for the window to switch in, or to fetch in |
 * | `Held` | it was told, and a person at its site forbids changes for now |
 * | `NoRoom` | its disk or memory has no room for what it was told, or its disk does not take it down |
 * | `TransferBroken` | what it fetches does not come through |
 * | `Activating`, `Requested` | it is at it, or was told and has not answered |
 * | `ConditionFalse` | it reports a condition as false, whatever it runs |
 * | `KeyRotationDue` | it was asked for another key and has not shown one, whatever it runs |
 */
export function nodeCauses(facts: NodeFacts): Explanation {
  const causes = listCauses(facts);
  const { node } = facts;
  if (causes.length > 0) return { settled: false, headline: `${node.name}: ${causes[0]?.title.toLowerCase() ?? ''}`, causes };
  return { settled: true, headline: `${node.name} runs what is desired, generation ${node.generation.observed}.`, causes };
}

function listCauses(facts: NodeFacts): Cause[] {
  const { node } = facts;
  if (node.revokedAt !== null) {
    return [causeOf('Revoked', 'critical', 'It was revoked', 'Its key is not accepted any more. It goes on with the bundle it has until someone stops it at its site.', {
      evidence: { revoked: node.revokedAt },
      canDo: ['Enrol it anew with another key if it is to come back.'],
    })];
  }
  // Whether its bundle is applied is what the causes before these are about.
  const conditions = node.conditions.filter((one) => one.status === 'False' && one.type !== 'BundleApplied').map((one) =>
    causeOf('ConditionFalse', 'notice', `${one.type} is false`, one.message || one.reason, { evidence: { reason: one.reason, since: one.lastTransitionTime }, byItself: ['It reports again when that changes.', null], canDo: ['See what changed at that time in its timeline.'] }));
  const synced = node.sync.status === 'Synced';
  const ownership = [...ownershipCauses(node), ...quarantineCauses(facts)];
  const asIs = [...conditions, ...rotationCauses(facts)];
  if (synced) return [...connectionCauses(facts), ...ownership, ...stillToCome(facts), ...asIs];
  return [...connectionCauses(facts), ...ownership, ...syncCauses(facts), ...asIs];
}

function rotationCauses({ node, now }: NodeFacts): Cause[] {
  const { rotationRequestedAt, since } = node.key;
  if (rotationRequestedAt === null) return [];
  const connected = node.connectedSince !== null;
  return [causeOf('KeyRotationDue', 'info', 'It is to have another key', `It was asked ${durationOf(now - rotationRequestedAt)} ago; until then the one it has goes on being good.`, {
    evidence: { asked: rotationRequestedAt, 'key since': since, agent: node.agentVersion },
    ...(!connected && { byItself: ['It is asked again when it connects.', null] as [string, null] }),
    canDo: [connected ? 'An agent that connected and shows none is too old to know how: update it.' : 'Bring it back; if its key is suspect, have it enrol again instead.'],
  })];
}

function connectionCauses({ node, now }: NodeFacts): Cause[] {
  if (node.key.revokedAt !== null) {
    return [causeOf('KeyRevoked', 'critical', 'It has to enrol again', `Its key is refused since ${durationOf(now - node.key.revokedAt)} ago. It goes on with what it has, and nothing reaches it.`, {
      evidence: { refused: node.key.revokedAt, key: node.fingerprint },
      canDo: ['At the machine, delete `identity.pem` in the folder of the node, if it is there, and start the agent with the token that was made for it.', 'Let it enrol again anew, if that token was lost or is over: this makes another.'],
    })];
  }
  const wanted = node.generation.desired > node.generation.observed ? `it is given generation ${node.generation.desired}` : 'it delivers what it holds';
  if (node.health.status === 'NeverSeen') {
    return [causeOf('NeverConnected', 'notice', 'It has not connected yet', 'It was approved and its agent has never connected.', {
      evidence: { approved: node.enrolledAt },
      byItself: [`When it connects, ${wanted}.`, null],
      canDo: ['Look whether the agent runs and reaches this address from its site.'],
    })];
  }
  if (node.health.status !== 'Offline') return [];
  const away = node.lastSeenAt === null ? '' : ` It was last seen ${durationOf(now - node.lastSeenAt)} ago.`;
  return [causeOf('Offline', 'notice', 'It is not connected', `It goes on with what it has.${away}`, {
    evidence: { 'last seen': node.lastSeenAt, 'records it held': node.buffered },
    byItself: [`When it is back, ${wanted}.`, null],
    canDo: ['Look at power and network at its site; the agent connects by itself.'],
  })];
}

function ownershipCauses(node: NodeDetail): Cause[] {
  const names = node.claimedBy.fleets.map((fleet) => fleet.name);
  if (node.claimedBy.multiple) {
    return [causeOf('MultipleOwners', 'notice', 'Several fleets claim it', `${names.join(' and ')} match its labels, so it keeps what it has until only one does.`, {
      evidence: { fleets: names.join(', '), 'stays in': node.fleet?.name ?? null },
      canDo: ['Change its labels, or the selector of all fleets but one.'],
    })];
  }
  if (node.fleet !== null) return [];
  return [causeOf('NoFleet', 'notice', 'No fleet claims it', 'No selector matches its labels, so nothing is desired of it.', {
    evidence: { labels: Object.entries(node.labels).map(([key, value]) => `${key}=${value}`).join(', ') || null },
    canDo: ['Give it labels that a fleet selects, or make a fleet that selects these.'],
  })];
}

function quarantineCauses({ node, now }: NodeFacts): Cause[] {
  const { quarantine } = node;
  if (quarantine === null) return [];
  const { since, by, because } = quarantine;
  const recovery: [string, null] = ['It is let back when it has run what is desired of it, and been well, for 10 min.', null];
  return [causeOf('Quarantined', 'critical', 'It is in quarantine', by === null ? `Rollouts leave it out. ${because}` : `Rollouts leave it out. ${by} put it there ${durationOf(now - since)} ago: ${because}`, {
    evidence: { since, by: by ?? 'the rollout' },
    ...(by === null && { byItself: recovery }),
    canDo: [...(node.can.retry.allowed ? ['Mend what it reports and let it try again: it comes back by itself when that holds.'] : []), 'Lift the quarantine: it gets what its fleet runs.', 'Replace the machine, and revoke this one.'],
  })];
}

function syncCauses(facts: NodeFacts): Cause[] {
  const { node, rollout } = facts;
  const unsigned = signatureCause(facts.signatures, node.desired?.bundle ?? '');
  if (unsigned !== null) return [unsigned];
  const old = agentCause(facts);
  if (old !== null) return [old];
  const refused = refusalCause(node) ?? (node.sync.status === 'Failed' && node.sync.reason === 'DiskFailed' ? waitingCause(facts) : null);
  if (refused !== null) return [refused];
  if (node.sync.status === 'Failed') {
    const message = node.activation?.message ?? node.sync.message;
    return [causeOf('ActivationFailed', 'critical', 'It tried and could not', message || node.sync.reason, {
      evidence: { generation: node.activation?.generation ?? node.generation.desired, reason: node.sync.reason, since: node.sync.since },
      byItself: ['It goes on with the bundle that it ran before.', null],
      canDo: [node.can.retry.allowed ? 'Mend the cause and let it try again.' : 'Mend the cause, then deploy again.', 'Roll the deployment back if other nodes fail for the same reason.'],
    })];
  }
  if (node.sync.status === 'Drifted') {
    return [causeOf('Drifted', 'critical', 'It drifted', node.sync.message, { evidence: { reported: node.reported?.bundle ?? null, desired: node.desired?.bundle ?? null }, canDo: ['Let it try again: it is told anew what it is to run, by a generation above its own. Look in its timeline for who changed it at its site, or whether this database was restored.'] })];
  }
  const held = rollout === null ? [] : rolloutCauses(rollout, facts);
  if (held.length > 0) return held;
  if (node.desired === null || node.desired.bundle === null) {
    if (node.fleet === null || rollout !== null) return [];
    return [causeOf('NothingDeployed', 'notice', 'Nothing was deployed to its fleet', `${node.fleet.name} has no bundle yet.`, { evidence: { fleet: node.fleet.name }, canDo: ['Plan a deployment for the fleet.'] })];
  }
  return movingCauses(facts);
}

/** An agent that cannot do what it is told, and one that failed at rules which a newer engine checked. */
function agentCause({ node, unmet }: NodeFacts): Cause | null {
  const [need] = unmet.filter(({ blocks }) => blocks || node.sync.status === 'Failed');
  if (need === undefined || node.desired?.bundle == null) return null;
  return causeOf('AgentTooOld', 'critical', 'Its agent is too old', `It has agent ${node.agentVersion}, older than ${need.since}, ${need.older}.`, {
    evidence: { agent: node.agentVersion, 'wanted from': need.since, reason: node.sync.reason },
    byItself: ['It goes on with the bundle that it ran before.', null],
    canDo: ['Update the agent on the machine, then let it try again.'],
  });
}

/** A node that runs what it was told, and that a rollout under way has not told yet. */
function stillToCome(facts: NodeFacts): Cause[] {
  const { rollout } = facts;
  const underWay = rollout?.state === 'Progressing' || rollout?.state === 'Paused' || rollout?.state === 'Suspended';
  return rollout === null || !underWay ? [] : rolloutCauses(rollout, facts);
}

/** What keeps a rollout from telling the node, for as long as it has not. */
function rolloutCauses(rollout: NodeRollout, { node, now }: NodeFacts): Cause[] {
  if (node.quarantine !== null) return [];
  const place = rollout.node;
  const told = place !== null && place.requestedAt !== null;
  const evidence = { deployment: rollout.id, 'its wave': place === null ? null : place.wave + 1, 'wave under way': rollout.wave + 1, waves: rollout.waves.length };
  if (told && place.state !== 'Skipped') return [];
  if (rollout.state === 'Paused' && rollout.stopped?.kind === 'ApprovalNeeded') {
    return [causeOf('ApprovalNeeded', 'notice', 'The next wave waits for a person', rollout.stopped.message, { evidence, canDo: ['Look at the waves that passed, then resume the rollout.'] })];
  }
  if (rollout.state === 'Paused' && rollout.stopped?.kind === 'GateUndecided') {
    return [causeOf('GateUndecided', 'notice', 'A wave before its own could not be judged', rollout.stopped.message, { evidence, canDo: ['Look at that wave, then resume the rollout, or roll it back.'] })];
  }
  if (rollout.state === 'Paused') {
    const by = rollout.stopped === null ? 'It was paused.' : `${rollout.stopped.by} paused it ${durationOf(now - rollout.stopped.at)} ago.`;
    return [causeOf('RolloutPaused', 'notice', 'The rollout is paused', `${by} No further node is told.`, { evidence, canDo: ['Resume the rollout.'] })];
  }
  if (rollout.state === 'Suspended' && rollout.stopped?.kind === 'GateStopped') {
    return [causeOf('GateStopped', 'critical', 'A gate stopped the rollout', rollout.stopped.message, { evidence, canDo: ['Look at the evidence: roll back, or resume when the change is wanted.'] })];
  }
  if (rollout.state === 'Suspended') {
    return [causeOf('RolloutSuspended', 'critical', 'The rollout stopped itself', rollout.stopped?.message ?? 'More nodes failed than its policy allows.', { evidence, canDo: ['Mend what failed and retry it, go on without those nodes, or roll back.'] })];
  }
  // One that is not connected waits for that, and is asked when it is.
  if (rollout.state === 'Progressing' && place?.state === 'Offline') return [];
  const unsigned = rollout.state === 'Progressing' ? signatureCause(rollout.signatures, rollout.bundle) : null;
  if (unsigned !== null) return [unsigned];
  const held = rollout.state === 'Progressing' ? timeCause(rollout.policy, now) : null;
  if (held !== null) return [held];
  if (rollout.state === 'Progressing' && place !== null) return [waiting(rollout, place.wave, evidence, now)].flatMap((one) => one ?? []);
  if (rollout.state === 'Progressing' || node.desired?.bundle === rollout.bundle || place?.state !== 'Skipped') return [];
  return [causeOf('LeftBehind', 'notice', 'The last rollout ended without it', place.message, { evidence: { ...evidence, state: rollout.state }, canDo: ['Deploy again; it takes part while it belongs to the fleet.'] })];
}

/** Which of the limits of its policy keeps a node of the wave under way from being told. */
function turnOf({ inFlight, inFlightMax, policy: { maxUnavailablePer: per, perMinute } }: NodeRollout): string {
  if (inFlight === null || inFlightMax === null) return 'Its wave was under way, and it had not been told.';
  const changing = `${figure(inFlight)} of at most ${figure(inFlightMax)} are between request and report.`;
  if (inFlight >= inFlightMax) return changing;
  if (per !== null) return `${changing} Of those with the same ${per.labels.join(' and ')}, at most ${figure(per.nodes)} may be.`;
  return perMinute === null ? changing : `${changing} At most ${figure(perMinute)} are told in a minute.`;
}

function waiting(rollout: NodeRollout, wave: number, evidence: Record<string, string | number | null>, now: number): Cause | null {
  const current = rollout.waves[rollout.wave];
  if (current === undefined) return null;
  if (wave <= rollout.wave) {
    return causeOf('WaitsForTurn', 'info', 'As many nodes change as may at a time', turnOf(rollout), {
      evidence: { ...evidence, changing: rollout.inFlight, 'at most': rollout.inFlightMax },
      byItself: ['It is told as soon as one of them reports.', null],
      canDo: ['Allow more at a time in the next deployment.'],
    });
  }
  const bakes = current.state === 'Baking' && current.bakesUntil !== null;
  return causeOf(bakes ? 'WaveBaking' : 'WaitsForWave', 'info', bakes ? `Wave ${rollout.wave + 1} is baking` : `Wave ${rollout.wave + 1} is not through`, `It is in wave ${wave + 1} of ${rollout.waves.length}.${current.nodes === null ? '' : ` Of wave ${rollout.wave + 1}, ${shareOf(current.nodes.running, current.nodes.total)} run the bundle.`}`, {
    evidence: { ...evidence, ...(current.nodes !== null && { 'running in that wave': current.nodes.running, 'failed in that wave': current.nodes.failed }) },
    byItself: [bakes ? `The next wave begins in ${durationOf((current.bakesUntil ?? now) - now)} if all of it goes on running.` : 'Its wave begins when the waves before it have passed.', bakes ? current.bakesUntil : null],
    canDo: ['Wait, or look at the nodes of the wave under way.'],
  });
}

/** It was told, and what keeps it from beginning is on its side. */
function waitingCause({ node, rollout, now }: NodeFacts): Cause | null {
  const { reason, message, since } = node.sync;
  const { activateWindows, downloadWindows } = rollout?.policy ?? { activateWindows: [], downloadWindows: [] };
  switch (reason) {
    case 'Staged':
      return causeOf('Staged', 'info', 'It is staged and waits for its window', message, { evidence: { since, windows: windowsText(activateWindows) }, byItself: ['It switches when its window opens, also when it is cut off until then.', opensAt(activateWindows, now)], canDo: ['Roll back, or deploy without windows, if it cannot wait.'] });
    case 'WaitsForWindow':
      return causeOf('WaitsForWindow', 'info', 'It waits for the window to fetch in', message, { evidence: { since, windows: windowsText(downloadWindows) }, byItself: ['It fetches when that window opens.', opensAt(downloadWindows, now)], canDo: ['Deploy with another window, if it cannot wait.'] });
    case 'Held':
      return causeOf('Held', 'notice', 'It is held at its site', message, { evidence: { since }, byItself: ['It goes on when the hold ends.', node.hold?.until ?? null], canDo: ['Ask whoever is at its site; `release` on the node ends the hold.'] });
    case 'TransferBroken':
    case 'TransferRefused':
      return causeOf('TransferBroken', 'notice', 'What it fetches does not come through', message, { evidence: { reason, since }, byItself: ['It tries again and goes on from where it broke off.', null], canDo: ['Look at the way between its site and this address: a proxy that cuts long answers, a link that drops.'] });
    case 'DiskFailed':
    case 'DiskFull':
    case 'MemoryFull':
      return causeOf('NoRoom', 'critical', reason === 'MemoryFull' ? 'Its memory has no room for it' : reason === 'DiskFull' ? 'Its disk has no room for it' : 'Its disk does not take it down', message, { evidence: { since }, byItself: ['It tries again until there is room; what it runs goes on.', null], canDo: [reason === 'MemoryFull' ? 'Deploy smaller models, or give the machine more memory.' : 'Make room on its disk, or lower store.maxBytes of its fleet; look whether the disk is well.'] });
    default:
      return null;
  }
}

/** It was told: where it is. */
function movingCauses(facts: NodeFacts): Cause[] {
  const { node, rollout, now } = facts;
  const waits = waitingCause(facts);
  if (waits !== null) return [waits];
  if (node.health.status === 'Offline' || node.health.status === 'NeverSeen') return [];
  const requestedAt = rollout?.node?.requestedAt ?? node.desired?.since ?? null;
  const deadline = requestedAt === null || rollout === null || rollout.state !== 'Progressing' ? null : requestedAt + rollout.policy.updateTimeoutSeconds * 1000;
  const late: [string, number | null] | undefined = deadline === null || deadline < now ? undefined : [`The rollout counts it as failed in ${durationOf(deadline - now)} if it has not reported by then.`, deadline];
  const { activation } = node;
  if (activation !== null && activation.generation === node.generation.desired) {
    const { step, bytesDone, bytesTotal, message } = activation;
    const share = step === 'Fetching' && bytesTotal > 0 ? ` ${shareOf(bytesDone, bytesTotal)} of the bytes are there.` : '';
    return [causeOf('Activating', 'info', `It is at it: ${step.toLowerCase()}`, `On the way to generation ${activation.generation}.${share}${message === null ? '' : ` ${message}`}`, {
      evidence: { step, 'bytes fetched': bytesDone, 'bytes in all': bytesTotal },
      byItself: late ?? ['It reports each step.', null],
      canDo: [],
    })];
  }
  return [causeOf('Requested', 'info', 'It was told and has not answered', node.sync.message, {
    evidence: { generation: node.generation.desired, reported: node.generation.observed, told: requestedAt },
    ...(late !== undefined && { byItself: late }),
    canDo: ['Look at the log of its agent.'],
  })];
}
