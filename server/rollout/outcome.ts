import { underWay } from './hand.ts';
import type { Seen } from './hand.ts';
import { restartsClock } from './observe.ts';
import type { Planning } from './question.ts';
import type { NodeChange, RolloutStep, RolloutWave } from './snapshot.ts';
import { standingOf, Tally, toldBy } from './tally.ts';
import { isOver, takeNote } from './work.ts';
import type { Work } from './work.ts';

/** What the step wants done, and when to look again. */
export function* outcome(work: Work): Planning<RolloutStep> {
  const { snapshot, hand, waves, state, wave, requests, decisions, failures, looks } = work;
  const proven = yield* provenNodes(work);
  const changes = hand.seen.filter((seen) => seen.state !== seen.node.state || seen.message !== seen.node.message).map(({ node, state: now, message }): NodeChange => ({
    node: node.node,
    state: now,
    message,
    clockRestarts: restartsClock(node) && (now === 'Requested' || now === 'Applying'),
  }));
  const nextWakeAt = isOver(state) ? null : yield* wakeOf(work);
  const wavesChanged = waves.some((one, index) => differs(one, snapshot.waves[index]));
  const changed = changes.length + failures.length + proven.length + requests.length + decisions.length > 0 || state !== snapshot.state || wave !== snapshot.wave || wavesChanged;
  return { state, wave, waves, requests, changes, decisions, failures, proven, looks, nextWakeAt, tally: tallyAfter(work), changed };
}

/** Whether what is kept of a wave differs; `before` is missing of a wave that was not there. */
export function differs(wave: RolloutWave, before: RolloutWave | undefined): boolean {
  return before === undefined || before.startedAt !== wave.startedAt || before.bakingSince !== wave.bakingSince || before.passedAt !== wave.passedAt || before.gate !== wave.gate || before.looks !== wave.looks;
}

/** Nodes whose failures are forgotten: they went on running what they were told until their wave had passed. */
function* provenNodes(work: Work): Planning<string[]> {
  const { hand, snapshot, waves } = work;
  for (const { index, passedAt } of waves) {
    const passedNow = passedAt !== null && snapshot.waves[index]?.passedAt == null;
    if (passedNow && hand.others.count(({ wave, state, told }) => wave === index && state === 'Running' && told === 'bundle') > 0) takeNote(work, yield* hand.fetch({ ask: 'withFailures', wave: index }));
  }
  const passed = new Set(waves.flatMap(({ index, passedAt }) => (passedAt === null ? [] : [index])));
  return hand.seen.filter(({ node, state }) => state === 'Running' && node.facts.failuresInARow > 0 && node.told?.bundle === snapshot.bundle && passed.has(node.wave)).map(({ node }) => node.node);
}

/** When to look again though nothing is heard: when the first node that is under way is late, or whatever the step noted. */
function* wakeOf(work: Work): Planning<number | null> {
  const { hand, now, wakes, waves, snapshot } = work;
  const asked = new Set(work.requests.map(({ node }) => node));
  const lateAt = (toldAt: number): number => Math.max(now + 1, Math.max(toldAt, hand.clockFrom) + hand.timeoutMs);
  for (const seen of hand.seen) {
    if (asked.has(seen.node.node) || restartsNow(seen)) wakes.push(now + hand.timeoutMs);
    else if (seen.inFlight && seen.node.told !== null) wakes.push(lateAt(seen.node.told.at));
  }
  if (hand.others.count((standing) => underWay.includes(standing.state)) > 0) for (const { firstAt } of (yield* hand.ask({ ask: 'firstTold', states: underWay })).counts) wakes.push(lateAt(firstAt));
  if (hand.awayFirstAt !== null) wakes.push(lateAt(hand.awayFirstAt));
  if (snapshot.policy.whenDisconnected === 'error') {
    for (const { startedAt } of waves) if (startedAt !== null && startedAt + hand.timeoutMs > now) wakes.push(startedAt + hand.timeoutMs);
  }
  return wakes.length === 0 ? null : wakes.reduce((least, at) => Math.min(least, at));
}

function restartsNow({ node, state, inFlight }: Seen): boolean {
  return inFlight && state !== 'Offline' && restartsClock(node);
}

function tallyAfter({ hand, requests, snapshot: { bundle } }: Work): Tally {
  const tally = new Tally(hand.others.counts);
  const told = new Map(requests.map((request) => [request.node, request.bundle]));
  for (const { node, state } of hand.seen) {
    const standing = { ...standingOf(node, bundle), state };
    const now = told.get(node.node);
    tally.add(now === undefined ? standing : { ...standing, told: toldBy(now, bundle), afterFailure: 'undecided' });
  }
  return tally;
}
