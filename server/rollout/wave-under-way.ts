import { figure, quantity } from '../kernel/quantity.ts';
import { lookAt } from './gating.ts';
import type { RolloutWave } from './snapshot.ts';
import type { Standing } from './tally.ts';
import type { Work } from './work.ts';
import { limitOf } from './waves.ts';

export function startWave(work: Work, wave: RolloutWave): void {
  wave.startedAt = work.now;
  const { hand, snapshot } = work;
  const ofWave = ({ wave: index }: Standing): boolean => index === wave.index;
  const [nodes, offline] = [hand.all.count(ofWave), hand.count(['Offline'], ofWave)];
  const atOnce = limitOf(snapshot.policy.maxUnavailable, hand.all.count());
  work.decisions.push({
    kind: 'WaveStarted',
    tone: 'info',
    message: `Wave ${wave.index + 1} of ${work.waves.length} began: ${quantity(nodes, 'node')}, at most ${figure(atOnce)} at once${offline === 0 ? '' : `; ${figure(offline)} not connected`}.`,
    evidence: { wave: wave.index + 1, nodes, offline, atOnce },
  });
}

/** More of a wave failed than the policy allows: stop, or go back. Waves that passed are held to it as well. */
export function exceedsThreshold(work: Work, wave: RolloutWave): boolean {
  const { failureThresholdPercent } = work.snapshot.policy;
  for (let index = 0; index <= wave.index; index += 1) {
    const ofWave = (standing: Standing): boolean => standing.wave === index;
    const nodes = work.hand.all.count(ofWave);
    const failed = work.hand.count(['Failed'], (standing) => ofWave(standing) && standing.afterFailure === 'undecided');
    if (failed === 0 || (failed / nodes) * 100 <= failureThresholdPercent) continue;
    wave.bakingSince = null;
    work.decisions.push({
      kind: 'ThresholdExceeded',
      tone: 'critical',
      message: `${figure(failed)} of ${quantity(nodes, 'node')} in wave ${index + 1} failed, and ${failureThresholdPercent} % may. ${fail(work)}`,
      evidence: { wave: index + 1, failed, nodes, thresholdPercent: failureThresholdPercent },
    });
    return true;
  }
  return false;
}

/** Stops, ends or begins to go back, as the policy says; returns which. */
function fail(work: Work): string {
  const { policy, previousBundle, bundle, previousSigned } = work.snapshot;
  if (policy.onFailure === 'abort') {
    work.state = 'Cancelled';
    return 'It ends here: nodes that were told keep what they were told.';
  }
  const goesBack = policy.onFailure === 'rollback' && previousBundle !== bundle && previousSigned;
  work.state = goesBack ? 'RollingBack' : 'Suspended';
  return goesBack ? 'All go back.' : 'Nothing more is asked until a person decides.';
}

/** Whether as many report the bundle as the policy wants before a wave passes. Nodes that failed are the failure threshold's to judge. */
function hasEvidence({ hand, snapshot: { policy } }: Work, wave: number): boolean {
  const ofWave = (standing: Standing): boolean => standing.wave === wave;
  const soFar = (standing: Standing): boolean => standing.wave <= wave;
  const counting = (of: (standing: Standing) => boolean): number => hand.all.count((standing) => of(standing) && standing.state !== 'Skipped' && standing.state !== 'Failed');
  if (hand.all.count((standing) => soFar(standing) && isExpected(standing)) === 0) return true;
  return hand.count(['Running'], soFar) >= Math.max(1, Math.min(policy.minSamples, counting(soFar))) && hand.count(['Running'], ofWave) >= Math.ceil((policy.successThresholdPercent / 100) * counting(ofWave));
}

/** Whether the rollout still wants something of who stands so: not of nodes that were left out, or that a person left behind. */
function isExpected({ state, afterFailure }: Standing): boolean {
  return state !== 'Skipped' && !(state === 'Failed' && afterFailure === 'goOn');
}

/** All of the waves so far failed: whatever may fail, nobody is left by whose report a wave could pass. */
function failedWholly(work: Work, wave: RolloutWave): boolean {
  const soFar = (standing: Standing): boolean => standing.wave <= wave.index;
  const failed = work.hand.count(['Failed'], (standing) => soFar(standing) && standing.afterFailure === 'undecided');
  if (failed === 0 || failed < work.hand.all.count((standing) => soFar(standing) && isExpected(standing))) return false;
  work.decisions.push({ kind: 'ThresholdExceeded', tone: 'critical', message: `${failed === 1 ? 'The only node' : `All ${quantity(failed, 'node')}`} so far failed, and a wave passes only when one reports the bundle. ${fail(work)}`, evidence: { wave: wave.index + 1, failed } });
  return true;
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

/** Whether the wave has passed: all that can have reported it, as many as the policy wants have, and it has baked. */
export function settles(work: Work, wave: RolloutWave): boolean {
  const { hand } = work;
  const ofWave = (standing: Standing): boolean => standing.wave === wave.index;
  const soFar = (standing: Standing): boolean => standing.wave <= wave.index;
  const awaited = work.snapshot.policy.whenDisconnected === 'error' ? (['ToCome', 'Offline'] as const) : (['ToCome'] as const);
  const waiting = hand.inFlight(soFar) + hand.count(awaited, soFar) > 0 || hand.seen.some(({ node, state }) => node.wave <= wave.index && state === 'Failed' && node.afterFailure === 'retry' && node.facts.connected);
  if (waiting || failedWholly(work, wave) || !hasEvidence(work, wave.index)) {
    wave.bakingSince = null;
    return false;
  }
  const bakeMs = work.snapshot.policy.bakeSeconds * 1000;
  const figures = { wave: wave.index + 1, running: hand.count(['Running'], ofWave), nodes: hand.all.count(ofWave), offline: hand.count(['Offline'], ofWave) };
  if (bakeMs > 0 && wave.bakingSince === null) {
    wave.bakingSince = work.now;
    work.decisions.push({ kind: 'WaveBaking', tone: 'info', message: `Wave ${figures.wave} runs on ${figure(figures.running)} of ${quantity(figures.nodes, 'node')} and bakes for ${bakeMs / 1000} s.`, evidence: { ...figures, bakeSeconds: bakeMs / 1000 } });
  }
  const bakesUntil = (wave.bakingSince ?? work.now) + bakeMs;
  if (!keepsToGates(work, wave)) return false;
  if (work.now < bakesUntil) {
    work.wakes.push(bakesUntil);
    return false;
  }
  wave.passedAt = work.now;
  const left = figures.offline === 0 ? '' : ` ${quantity(figures.offline, 'node')} not connected will follow.`;
  work.decisions.push({ kind: 'WavePassed', tone: 'positive', message: `Wave ${figures.wave} passed: ${figure(figures.running)} of ${quantity(figures.nodes, 'node')} report the bundle as running.${left}`, evidence: figures });
  return true;
}
