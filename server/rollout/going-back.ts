import { nodeRolloutStateSchema } from '../deployments/schema.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import { placesByGroup, withinGroups } from './groups.ts';
import { inTurn, underWay } from './hand.ts';
import type { Seen } from './hand.ts';
import type { Planning } from './question.ts';
import type { Told } from './tally.ts';
import { freePlaces, requestsPerStepMax, takeNote, tell } from './work.ts';
import type { Work } from './work.ts';

const inIt = nodeRolloutStateSchema.options.filter((state) => state !== 'Skipped');

/** Takes every node that was told the bundle back to what the fleet ran; all waves at once, under the same `maxUnavailable`. */
export function* goBack(work: Work): Planning<void> {
  const { hand, snapshot: { bundle, previousBundle, policy } } = work;
  yield* skipUntold(work, 'The rollout went back before its turn.');
  const isForward = (told: Told): boolean => told === 'bundle' && bundle !== previousBundle;
  const isBack = (told: Told): boolean => told !== 'nothing' && !isForward(told);
  const forward = (): Seen[] => hand.seen.filter(({ node, state }) => node.told?.bundle === bundle && bundle !== previousBundle && state !== 'Skipped').sort(inTurn);
  for (const states of [underWay, ['Offline'] as const]) takeNote(work, yield* hand.fetchWhere({ states, told: ['bundle'] }, requestsPerStepMax));
  takeNote(work, yield* hand.fetchWhere({ states: ['Failed'], afterFailure: 'retry' }));
  // A node under way is turned round where it stands: it is unavailable already and takes no further place.
  tell(work, forward().filter((seen) => seen.inFlight).slice(0, requestsPerStepMax), previousBundle);
  const turned = work.requests.length;
  const free = freePlaces(work);
  const places = Math.min(free, requestsPerStepMax);
  const within = yield* placesByGroup(hand, policy.maxUnavailablePer);
  const inHand = forward().filter((seen) => !seen.inFlight).length;
  takeNote(work, yield* hand.fetchWhere({ states: ['Running', 'Failed'], told: ['bundle'] }, within === null || places === 0 ? places : places + inHand, within));
  const standing = forward().filter((seen) => !seen.inFlight);
  const again = hand.seen.filter(({ node, state }) => node.told?.bundle === previousBundle && state === 'Failed' && node.afterFailure === 'retry' && node.facts.connected).sort(inTurn);
  const next = withinGroups([...standing, ...again], within).slice(0, places);
  tell(work, next, previousBundle);
  const asked = work.requests.length;
  const left = hand.count(inIt, ({ told }) => isForward(told)) - turned - next.filter(({ node }) => node.told?.bundle === bundle && bundle !== previousBundle).length;
  const returning = hand.inFlight(({ told }) => isBack(told)) + hand.count(['Failed'], ({ told, afterFailure }) => isBack(told) && afterFailure !== 'goOn');
  if (left > 0 && asked >= requestsPerStepMax) work.wakes.push(work.now);
  if (asked > 0 || left > 0 || returning > 0) return;
  work.state = 'RolledBack';
  const [back, nodes] = [hand.count(['Running'], ({ told }) => told !== 'nothing'), hand.count(inIt, ({ told }) => told !== 'nothing')];
  work.decisions.push({ kind: 'RolledBack', tone: 'notice', message: `Gone back: ${figure(back)} of ${quantity(nodes, 'node')} that were told the bundle report the one before.`, evidence: { running: back, nodes } });
}

/** Nodes that nothing was asked of, once nothing will be. A rollout that succeeded has asked all of them. */
export function* skipWhatIsLeft(work: Work): Planning<void> {
  if (work.state !== 'Succeeded') yield* skipUntold(work, 'The rollout ended before its turn.');
}

function* skipUntold({ hand }: Work, message: string): Planning<void> {
  yield* hand.fetchWhere({ states: inIt, told: ['nothing'] });
  for (const seen of hand.seen) if (seen.node.told === null && seen.state !== 'Skipped') hand.become(seen, 'Skipped', message);
}
