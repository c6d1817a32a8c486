import { openingOf, openSince } from '@selvedge/edge-runtime/protocol';
import type { NodeRolloutState, RolloutState } from '../deployments/schema.ts';
import type { Look } from '../gates/index.ts';
import { failuresOf, provenNodes } from './failures.ts';
import { lookAt } from './gating.ts';
import { isInFlight, observe, restartsClock } from './observe.ts';
import type { NewDecision, NodeChange, RolloutNode, RolloutSnapshot, RolloutStep, RolloutWave } from './snapshot.ts';
import { limitOf } from './waves.ts';

/** At most this many nodes are told in one step, so that a step stays one short transaction; the next follows at once. */
export const requestsPerStepMax = 2_500;
const minuteMs = 60_000;

/** A node with what this step found about it. */
interface Seen {
  node: RolloutNode;
  state: NodeRolloutState;
  message: string;
  fault: boolean;
  inFlight: boolean;
}

interface Work {
  now: number;
  snapshot: RolloutSnapshot;
  seen: Seen[];
  ofWave: (index: number) => readonly Seen[];
  state: RolloutState;
  wave: number;
  waves: RolloutWave[];
  requests: RolloutStep['requests'];
  decisions: NewDecision[];
  failures: RolloutStep['failures'];
  looks: Look[];
  wakes: number[];
}

/**
 * One step of a rollout: takes note of what nodes reported, then does the next thing that the policy allows. Pure: the caller
 * applies the whole step in one transaction and calls again when something was heard or `nextWakeAt` has come. Being killed
 * between two steps, or applying one twice, changes nothing in where it ends.
 *
 * What it keeps, whatever is reported and whenever it is called:
 * - never more than `maxUnavailable` nodes between request and report;
 * - no node of a wave is asked before the wave before it passed;
 * - nothing is asked while it is paused, suspended or over;
 * - a wave passes only on what nodes reported, and at least one has;
 * - a wave that bakes is looked at by the gates, and passes only when they let it or a person lifts them.
 */
export function step(snapshot: RolloutSnapshot, now: number): RolloutStep {
  const { updateTimeoutSeconds, whenDisconnected, activateWindows } = snapshot.policy;
  const timeoutMs = updateTimeoutSeconds * 1000;
  const clockFrom = activateWindows.length === 0 ? 0 : openSince(activateWindows, now, timeoutMs);
  const patience = { updateTimeoutMs: timeoutMs, clockFrom, whenDisconnected, waveStartedAt: null };
  const patienceOf = snapshot.waves.map(({ startedAt }) => ({ ...patience, waveStartedAt: startedAt }));
  const seen = snapshot.nodes.map((node): Seen => {
    const { state, message, fault } = observe(node, now, patienceOf[node.wave] ?? patience);
    return { node, state, message, fault, inFlight: isInFlight(node, state, now, patience) };
  });
  const ofWave = Map.groupBy(seen, ({ node }) => node.wave);
  const work: Work = { now, snapshot, seen, ofWave: (index) => ofWave.get(index) ?? [], state: snapshot.state, wave: snapshot.wave, waves: snapshot.waves.map((wave) => ({ ...wave })), requests: [], decisions: [], failures: failuresOf(snapshot, seen), looks: [], wakes: [] };
  noteFailures(work);
  quarantine(work);
  if (work.state === 'Progressing') advance(work);
  if (work.state === 'RollingBack') goBack(work);
  if (isOver(work.state)) skipWhatIsLeft(work);
  return result(work, timeoutMs, clockFrom);
}

/** States that no step leaves. */
export function isOver(state: RolloutState): boolean {
  return state === 'RolledBack' || state === 'Succeeded' || state === 'Cancelled' || state === 'Superseded';
}

function noteFailures(work: Work): void {
  const failed = work.seen.filter(({ node, state }) => state === 'Failed' && node.state !== 'Failed');
  // Ten by name, the rest as a number: a thousand failures are one fact.
  for (const { node, message } of failed.slice(0, 10)) {
    work.decisions.push({ kind: 'NodeFailed', tone: 'critical', message: `${node.name} failed: ${message}`, evidence: { node: node.name, wave: node.wave + 1, generation: node.told?.generation ?? null } });
  }
  if (failed.length > 10) work.decisions.push({ kind: 'NodeFailed', tone: 'critical', message: `${failed.length - 10} more nodes failed.`, evidence: { nodes: failed.length } });
}

/** Takes nodes that failed too often out of the rollout, before their failures count in it. */
function quarantine(work: Work): void {
  const because = new Map(work.failures.flatMap(({ node, quarantined }) => (quarantined === null ? [] : [[node, quarantined] as const])));
  for (const seen of work.seen) {
    const reason = because.get(seen.node.node);
    if (reason === undefined) continue;
    skip(seen, `It is in quarantine. ${reason}`);
    work.decisions.push({ kind: 'NodeQuarantined', tone: 'critical', message: `${seen.node.name} is in quarantine: ${reason}`, evidence: { node: seen.node.name, wave: seen.node.wave + 1, after: work.snapshot.policy.quarantineAfter } });
  }
}

/** Goes on with the wave under way, and through as many waves as have passed by now. */
function advance(work: Work): void {
  for (;;) {
    const wave = work.waves[work.wave];
    const may = mayAsk(work);
    if (wave === undefined) return may ? succeed(work) : undefined;
    if (wave.startedAt === null) {
      if (!may) return;
      startWave(work, wave);
    }
    if (exceedsThreshold(work, wave)) return;
    if (may) ask(work, work.snapshot.bundle, candidates(work), work.snapshot.policy.perMinute);
    if (!settles(work, wave)) return;
    work.wave += 1;
    if (work.snapshot.policy.approval === 'eachWave' && work.waves[work.wave] !== undefined) return waitForApproval(work);
  }
}

/** Whether nodes may be told at this time; else it is looked again when they may. */
function mayAsk(work: Work): boolean {
  const { notBefore, windows } = work.snapshot.policy;
  if (notBefore !== null && work.now < notBefore) {
    work.wakes.push(notBefore);
    return false;
  }
  const opening = openingOf(windows, work.now);
  if (!opening.open) work.wakes.push(opening.checkAt);
  return opening.open;
}

function waitForApproval(work: Work): void {
  work.state = 'Paused';
  work.decisions.push({ kind: 'ApprovalNeeded', tone: 'notice', message: `Wave ${work.wave} passed; wave ${work.wave + 1} of ${work.waves.length} begins when a person resumes it.`, evidence: { wave: work.wave + 1, waves: work.waves.length } });
}

function startWave(work: Work, wave: RolloutWave): void {
  wave.startedAt = work.now;
  const nodes = work.ofWave(wave.index);
  const offline = nodes.filter(({ state }) => state === 'Offline').length;
  const atOnce = limitOf(work.snapshot.policy.maxUnavailable, work.seen.length);
  work.decisions.push({
    kind: 'WaveStarted',
    tone: 'info',
    message: `Wave ${wave.index + 1} of ${work.waves.length} began: ${count(nodes.length, 'node')}, at most ${atOnce} at once${offline === 0 ? '' : `; ${offline} not connected`}.`,
    evidence: { wave: wave.index + 1, nodes: nodes.length, offline, atOnce },
  });
}

/** More of a wave failed than the policy allows: stop, or go back. Waves that passed are held to it as well. */
function exceedsThreshold(work: Work, wave: RolloutWave): boolean {
  const { failureThresholdPercent } = work.snapshot.policy;
  for (let index = 0; index <= wave.index; index += 1) {
    const nodes = work.ofWave(index);
    const failed = nodes.filter(({ node, state }) => state === 'Failed' && node.afterFailure === 'undecided').length;
    if (failed === 0 || (failed / nodes.length) * 100 <= failureThresholdPercent) continue;
    wave.bakingSince = null;
    work.decisions.push({
      kind: 'ThresholdExceeded',
      tone: 'critical',
      message: `${failed} of ${count(nodes.length, 'node')} in wave ${index + 1} failed, and ${failureThresholdPercent} % may. ${fail(work)}`,
      evidence: { wave: index + 1, failed, nodes: nodes.length, thresholdPercent: failureThresholdPercent },
    });
    return true;
  }
  return false;
}

/** Stops, ends or begins to go back, as the policy says; returns which. */
function fail(work: Work): string {
  const { policy, previousBundle, bundle } = work.snapshot;
  if (policy.onFailure === 'abort') {
    work.state = 'Cancelled';
    return 'It ends here: nodes that were told keep what they were told.';
  }
  const goesBack = policy.onFailure === 'rollback' && previousBundle !== bundle;
  work.state = goesBack ? 'RollingBack' : 'Suspended';
  return goesBack ? 'All go back.' : 'Nothing more is asked until a person decides.';
}

/** Whether as many report the bundle as the policy wants before a wave passes. Nodes that failed are the failure threshold's to judge. */
function hasEvidence({ snapshot: { policy } }: Work, wave: readonly Seen[], before: readonly Seen[]): boolean {
  const counting = (nodes: readonly Seen[]): Seen[] => nodes.filter(({ state }) => state !== 'Skipped' && state !== 'Failed');
  const running = (nodes: readonly Seen[]): number => nodes.filter(({ state }) => state === 'Running').length;
  if (before.every(({ state }) => state === 'Skipped')) return true;
  const ofWave = counting(wave);
  return running(before) >= Math.max(1, Math.min(policy.minSamples, counting(before).length)) && running(ofWave) >= Math.ceil((policy.successThresholdPercent / 100) * ofWave.length);
}

/** Whether the gates let a wave that bakes go on. */
function keepsToGates(work: Work, wave: RolloutWave): boolean {
  const found = lookAt(work.snapshot, wave, work.now);
  work.looks.push(...found.looks);
  if (found.wakeAt !== null) work.wakes.push(found.wakeAt);
  const evidence = { wave: wave.index + 1, ...found.evidence };
  switch (found.outcome) {
    case 'goesOn':
      return true;
    case 'waits':
      return false;
    case 'undecided':
      work.state = 'Paused';
      work.decisions.push({ kind: 'GateUndecided', tone: 'notice', message: `Wave ${wave.index + 1} could not be judged: ${found.message} It goes on when a person resumes it.`, evidence });
      return false;
    case 'stops':
      wave.bakingSince = null;
      work.decisions.push({ kind: 'GateStopped', tone: 'critical', message: `Stopped in wave ${wave.index + 1}: ${found.message} ${fail(work)}`, evidence });
      return false;
  }
}

/** Nodes of this wave and of those before it that wait to be told, now or again. Connected ones only: one that is told counts as under way. */
function candidates(work: Work): Seen[] {
  return work.seen.filter(({ node, state }) => node.wave <= work.wave && node.facts.connected && (state === 'ToCome' || (state === 'Failed' && node.afterFailure === 'retry')));
}

function ask(work: Work, bundle: string, waiting: readonly Seen[], perMinute: number | null = null): void {
  const inFlight = work.seen.filter((seen) => seen.inFlight).length;
  const free = Math.min(Math.max(0, limitOf(work.snapshot.policy.maxUnavailable, work.seen.length) - inFlight), leftThisMinute(work, perMinute, waiting.length));
  for (const seen of waiting.slice(0, Math.min(free, requestsPerStepMax))) {
    work.requests.push({ node: seen.node.node, bundle });
    seen.state = 'Requested';
    seen.message = 'It was told, and has not answered yet.';
    seen.inFlight = true;
  }
  if (free > requestsPerStepMax && waiting.length > requestsPerStepMax) work.wakes.push(work.now);
}

/** How many more may be told in the minute that ends now; looks again when the first of them is a minute ago. */
function leftThisMinute(work: Work, perMinute: number | null, wanted: number): number {
  if (perMinute === null) return Number.POSITIVE_INFINITY;
  const told = work.seen.flatMap(({ node }) => (node.told !== null && node.told.at > work.now - minuteMs ? [node.told.at] : []));
  const left = Math.max(0, perMinute - told.length);
  if (wanted > left) work.wakes.push((told.length === 0 ? work.now : told.reduce((least, at) => Math.min(least, at))) + minuteMs);
  return left;
}

/** Whether the wave has passed: all that can have reported it, as many as the policy wants have, and it has baked. */
function settles(work: Work, wave: RolloutWave): boolean {
  const nodes = work.ofWave(wave.index);
  const before = work.seen.filter(({ node }) => node.wave <= wave.index);
  const awaited = work.snapshot.policy.whenDisconnected === 'error';
  const waiting = before.some((seen) => seen.state === 'ToCome' || seen.inFlight || (awaited && seen.state === 'Offline') || (seen.state === 'Failed' && seen.node.afterFailure === 'retry' && seen.node.facts.connected));
  if (waiting || !hasEvidence(work, nodes, before)) {
    wave.bakingSince = null;
    return false;
  }
  const bakeMs = work.snapshot.policy.bakeSeconds * 1000;
  const figures = { wave: wave.index + 1, running: nodes.filter(({ state }) => state === 'Running').length, nodes: nodes.length, offline: nodes.filter(({ state }) => state === 'Offline').length };
  if (bakeMs > 0 && wave.bakingSince === null) {
    wave.bakingSince = work.now;
    work.decisions.push({ kind: 'WaveBaking', tone: 'info', message: `Wave ${figures.wave} runs on ${figures.running} of ${count(figures.nodes, 'node')} and bakes for ${bakeMs / 1000} s.`, evidence: { ...figures, bakeSeconds: bakeMs / 1000 } });
  }
  const bakesUntil = (wave.bakingSince ?? work.now) + bakeMs;
  if (!keepsToGates(work, wave)) return false;
  if (work.now < bakesUntil) {
    work.wakes.push(bakesUntil);
    return false;
  }
  wave.passedAt = work.now;
  const left = figures.offline === 0 ? '' : ` ${count(figures.offline, 'node')} not connected will follow.`;
  work.decisions.push({ kind: 'WavePassed', tone: 'positive', message: `Wave ${figures.wave} passed: ${figures.running} of ${count(figures.nodes, 'node')} report the bundle as running.${left}`, evidence: figures });
  return true;
}

/** Every wave passed. Nodes that were not connected are told now, and converge when they are. */
function succeed(work: Work): void {
  const late = work.seen.filter(({ node, state }) => state === 'Offline' && node.told === null);
  for (const { node } of late.slice(0, requestsPerStepMax)) work.requests.push({ node: node.node, bundle: work.snapshot.bundle });
  if (late.length > requestsPerStepMax) {
    work.wakes.push(work.now);
    return;
  }
  work.state = 'Succeeded';
  const running = work.seen.filter(({ state }) => state === 'Running').length;
  work.decisions.push({ kind: 'Succeeded', tone: 'positive', message: `Done: ${running} of ${count(work.seen.length, 'node')} report the bundle as running.`, evidence: { running, nodes: work.seen.length, offline: late.length } });
}

/** Takes every node that was told the bundle back to what the fleet ran; all waves at once, under the same `maxUnavailable`. */
function goBack(work: Work): void {
  const { bundle, previousBundle } = work.snapshot;
  for (const seen of work.seen) if (seen.node.told === null && seen.state !== 'Skipped') skip(seen, 'The rollout went back before its turn.');
  const ours = work.seen.filter(({ node }) => node.facts.belongs && node.told !== null);
  const forward = ours.filter(({ node }) => node.told?.bundle === bundle && bundle !== previousBundle);
  const again = ours.filter(({ node, state }) => node.told?.bundle === previousBundle && state === 'Failed' && node.afterFailure === 'retry' && node.facts.connected);
  // A node under way is turned round where it stands: it is unavailable already and takes no further place.
  const underWay = forward.filter((seen) => seen.inFlight);
  for (const { node } of underWay.slice(0, requestsPerStepMax)) work.requests.push({ node: node.node, bundle: previousBundle });
  for (const seen of underWay.slice(0, requestsPerStepMax)) [seen.state, seen.message] = ['Requested', 'It was told to go back, and has not answered yet.'];
  ask(work, previousBundle, [...forward.filter((seen) => !seen.inFlight), ...again]);
  const asked = new Set(work.requests.map((request) => request.node));
  const left = forward.filter(({ node }) => !asked.has(node.node));
  const returning = ours.filter((seen) => seen.node.told?.bundle === previousBundle && (seen.inFlight || (seen.state === 'Failed' && seen.node.afterFailure !== 'goOn')));
  if (left.length > 0 && asked.size >= requestsPerStepMax) work.wakes.push(work.now);
  if (asked.size > 0 || left.length > 0 || returning.length > 0) return;
  work.state = 'RolledBack';
  const back = ours.filter(({ state }) => state === 'Running').length;
  work.decisions.push({ kind: 'RolledBack', tone: 'notice', message: `Gone back: ${back} of ${count(ours.length, 'node')} that were told the bundle report the one before.`, evidence: { running: back, nodes: ours.length } });
}

/** Nodes that nothing was asked of, once nothing will be. A rollout that succeeded has asked all of them. */
function skipWhatIsLeft(work: Work): void {
  if (work.state === 'Succeeded') return;
  for (const seen of work.seen) if (seen.node.told === null && seen.state !== 'Skipped') skip(seen, 'The rollout ended before its turn.');
}

function skip(seen: Seen, message: string): void {
  seen.state = 'Skipped';
  seen.message = message;
}

function result(work: Work, timeoutMs: number, clockFrom: number): RolloutStep {
  const { snapshot, now } = work;
  const changes = work.seen.filter(({ node, state, message }) => state !== node.state || message !== node.message).map(({ node, state, message }): NodeChange => ({
    node: node.node,
    state,
    message,
    clockRestarts: restartsClock(node) && (state === 'Requested' || state === 'Applying'),
  }));
  const asked = new Set(work.requests.map((request) => request.node));
  for (const { node, inFlight } of work.seen) {
    if (asked.has(node.node) || (inFlight && restartsClock(node))) work.wakes.push(now + timeoutMs);
    else if (inFlight && node.told !== null) work.wakes.push(Math.max(now + 1, Math.max(node.told.at, clockFrom) + timeoutMs));
  }
  if (snapshot.policy.whenDisconnected === 'error') {
    for (const { startedAt } of work.waves) if (startedAt !== null && startedAt + timeoutMs > now) work.wakes.push(startedAt + timeoutMs);
  }
  const nextWakeAt = isOver(work.state) || work.wakes.length === 0 ? null : work.wakes.reduce((least, at) => Math.min(least, at));
  const wavesChanged = work.waves.some((wave, index) => {
    const before = snapshot.waves[index];
    return before === undefined || before.startedAt !== wave.startedAt || before.bakingSince !== wave.bakingSince || before.passedAt !== wave.passedAt || before.gate !== wave.gate || before.looks !== wave.looks;
  });
  const proven = provenNodes(work.seen, work.waves, snapshot.bundle);
  const changed = changes.length + work.failures.length + proven.length > 0 || asked.size > 0 || work.decisions.length > 0 || work.state !== snapshot.state || work.wave !== snapshot.wave || wavesChanged;
  return { state: work.state, wave: work.wave, waves: work.waves, requests: work.requests, changes, decisions: work.decisions, failures: work.failures, proven, looks: work.looks, nextWakeAt, changed };
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
