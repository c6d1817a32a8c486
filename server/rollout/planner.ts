import { openingOf } from '@selvedge/edge-runtime/protocol';
import { figure, quantity } from '../kernel/quantity.ts';
import { goBack, skipWhatIsLeft } from './going-back.ts';
import { Hand, inTurn, underWay } from './hand.ts';
import { outcome } from './outcome.ts';
import { settle } from './question.ts';
import type { Answer, Asked, Planning } from './question.ts';
import type { RolloutSnapshot, RolloutStep } from './snapshot.ts';
import { standingOf } from './tally.ts';
import type { Standing } from './tally.ts';
import { tellWaiting } from './telling.ts';
import { exceedsThreshold, settles, startWave } from './wave-under-way.ts';
import { isOver, requestsPerStepMax, takeNote } from './work.ts';
import type { Work } from './work.ts';

/**
 * One step of a rollout: takes note of what nodes reported, then does the next thing that the policy allows. Pure: the caller
 * applies the whole step in one transaction and calls again when something was heard or `nextWakeAt` has come. Being killed
 * between two steps, or applying one twice, changes nothing in where it ends.
 *
 * It begins with the nodes that may have changed and a tally of the others, and asks for those it needs besides: whoever is late, and
 * whoever is next to be told. So it costs what changed, whatever the rollout's size; begun with all nodes it asks for none, and
 * gives the same step.
 *
 * What it keeps, whatever is reported and whenever it is called:
 * - never more than `maxUnavailable` nodes between request and report;
 * - no node of a wave is asked before the wave before it passed;
 * - nothing is asked before as many have signed the bundle as have to, nor while it is paused, suspended or over;
 * - a wave passes only on what nodes reported, and at least one has;
 * - a wave that bakes is looked at by the gates, and passes only when they let it or a person lifts them.
 */
export function* planStep(snapshot: RolloutSnapshot, now: number): Planning<RolloutStep> {
  const hand = new Hand(snapshot, now);
  const work: Work = { now, snapshot, hand, state: snapshot.state, wave: snapshot.wave, waves: snapshot.waves.map((wave) => ({ ...wave })), requests: [], decisions: [], failures: [], looks: [], wakes: [] };
  yield* lookAround(work);
  if (work.state === 'Progressing') yield* advance(work);
  if (work.state === 'RollingBack') yield* goBack(work);
  if (isOver(work.state)) yield* skipWhatIsLeft(work);
  return yield* outcome(work);
}

/** A step whose questions `answer` knows at once; without it the snapshot has to hold all nodes. */
export function step(snapshot: RolloutSnapshot, now: number, answer: (asked: Asked) => Answer = noOthers): RolloutStep {
  return settle(planStep(snapshot, now), answer);
}

function noOthers({ ask }: Asked): Answer {
  throw new Error(`a step that has all nodes asked for ${ask}`);
}

/** Takes in hand whoever may have changed: by what was heard, and by the time. */
function* lookAround(work: Work): Planning<void> {
  const { hand, snapshot } = work;
  for (const node of snapshot.nodes) hand.take(node);
  yield* fetchDue(work);
  hand.seen.sort(inTurn);
  yield* hand.learnAway();
  takeNote(work, hand.seen);
  const runsIt = ({ state, told }: ReturnType<typeof standingOf>): boolean => state === 'Running' && told === 'bundle';
  const ranBefore = hand.others.count(runsIt) > 0 || hand.seen.some(({ node }) => runsIt(standingOf(node, snapshot.bundle)));
  // What failed while nobody ran the bundle counts from when somebody does.
  if (!ranBefore && hand.all.count(runsIt) > 0) takeNote(work, yield* hand.fetchWhere({ states: ['Failed'], told: ['bundle'] }));
}

/** Nodes of which nothing was heard, and that are late by now, or no longer are. */
function* fetchDue({ hand, snapshot: { policy, waves, wakeAt }, now }: Work): Planning<void> {
  if (hand.nobodyIsLate) {
    yield* hand.fetchWhere({ states: ['Failed'], told: ['bundle', 'previous'] });
  } else if (wakeAt === null || wakeAt <= now) {
    const states = policy.whenDisconnected === 'error' ? ([...underWay, 'Offline'] as const) : underWay;
    if (hand.others.count(({ state, told }) => states.includes(state) && told !== 'nothing') > 0) yield* hand.fetch({ ask: 'toldBefore', states, at: now - hand.timeoutMs });
  }
  if (policy.whenDisconnected !== 'error') return;
  const missed = waves.filter(({ startedAt }) => startedAt !== null && now - startedAt >= hand.timeoutMs).at(-1);
  if (missed !== undefined) yield* hand.fetchWhere({ states: ['Offline'], told: ['nothing'], through: missed.index });
}

/** Goes on with the wave under way, and through as many waves as have passed by now. */
function* advance(work: Work): Planning<void> {
  for (;;) {
    const wave = work.waves[work.wave];
    const may = mayAsk(work);
    if (wave === undefined) return may ? yield* succeed(work) : undefined;
    if (wave.startedAt === null) {
      if (!may) return;
      startWave(work, wave);
    }
    // Whether they are connected does not stand in their rows.
    takeNote(work, yield* work.hand.fetchWhere({ states: ['Failed'], afterFailure: 'retry', through: wave.index }));
    if (exceedsThreshold(work, wave)) return;
    if (may) yield* tellWaiting(work);
    if (!settles(work, wave)) return;
    work.wave += 1;
    if (work.snapshot.policy.approval === 'eachWave' && work.waves[work.wave] !== undefined) return waitForApproval(work);
  }
}

/** Whether nodes may be told at this time; else it is looked again when they may, or when the bundle has been signed. */
function mayAsk(work: Work): boolean {
  if (!work.snapshot.signed) return false;
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

/**
 * Every wave passed. Nodes that were not connected are told now, and converge when they are; those too that count as failed for that alone, unless a
 * person left them behind: it is what their fleet runs from now on.
 */
function* succeed(work: Work): Planning<void> {
  const { hand, snapshot: { bundle } } = work;
  takeNote(work, yield* hand.fetchWhere({ states: ['Offline', 'ToCome'], told: ['nothing'] }, requestsPerStepMax));
  takeNote(work, yield* hand.fetchWhere({ states: ['Failed'], told: ['nothing'], afterFailure: 'undecided' }, requestsPerStepMax));
  const waits = ({ state, told, afterFailure }: Standing): boolean => told === 'nothing' && (state === 'Offline' || state === 'ToCome' || (state === 'Failed' && afterFailure !== 'goOn'));
  const late = hand.seen.filter(({ node, state }) => waits({ ...standingOf(node, bundle), state })).sort(inTurn);
  for (const { node } of late.slice(0, requestsPerStepMax)) work.requests.push({ node: node.node, bundle });
  if (hand.all.count(waits) > requestsPerStepMax) {
    work.wakes.push(work.now);
    return;
  }
  work.state = 'Succeeded';
  const [running, nodes] = [hand.count(['Running']), hand.all.count()];
  work.decisions.push({ kind: 'Succeeded', tone: 'positive', message: `Done: ${figure(running)} of ${quantity(nodes, 'node')} report the bundle as running.`, evidence: { running, nodes, offline: late.length } });
}
