import { nodeRolloutStateSchema } from '../deployments/schema.ts';
import { placesByGroup, withinGroups } from './groups.ts';
import { inTurn } from './hand.ts';
import type { Planning } from './question.ts';
import { freePlaces, requestsPerStepMax, takeNote, tell } from './work.ts';
import type { Work } from './work.ts';

const minuteMs = 60_000;

/** Tells nodes of this wave and of those before it that wait, now or again, as many as may be. Connected ones only: one that is told counts as under way. */
export function* tellWaiting(work: Work): Planning<void> {
  const { hand, snapshot: { bundle, policy: { perMinute, maxUnavailablePer } } } = work;
  const inReach = (wave: number): boolean => wave <= work.wave;
  const waiting = () => hand.seen.filter(({ node, state }) => inReach(node.wave) && node.facts.connected && (state === 'ToCome' || (state === 'Failed' && node.afterFailure === 'retry')));
  const further = () => hand.others.count(({ state, wave }) => state === 'ToCome' && inReach(wave));
  const wanted = waiting().length + further();
  const free = Math.min(freePlaces(work), yield* leftThisMinute(work, perMinute, wanted));
  const places = Math.min(free, requestsPerStepMax);
  const within = yield* placesByGroup(hand, maxUnavailablePer);
  // Those in hand may come before others of their group, who then take none of its places.
  const fetched = yield* hand.fetchWhere({ states: ['ToCome'], through: work.wave }, within === null || places === 0 ? places : places + waiting().length, within);
  takeNote(work, fetched);
  const next = withinGroups(waiting().sort(inTurn), within).slice(0, places);
  tell(work, next, bundle);
  if (free > requestsPerStepMax && (within === null ? wanted : next.length) >= requestsPerStepMax && wanted > requestsPerStepMax) work.wakes.push(work.now);
  // Some of those that were next have gone away unheard: there are others. Where it is their group that is full, news of it comes first.
  else if (next.length < places && further() > 0 && (within === null || fetched.some(({ state }) => state !== 'ToCome' && state !== 'Requested'))) work.wakes.push(work.now);
}

/** How many more may be told in the minute that ends now; looks again when the first of them is a minute ago. */
function* leftThisMinute(work: Work, perMinute: number | null, wanted: number): Planning<number> {
  if (perMinute === null) return Number.POSITIVE_INFINITY;
  const { hand, now } = work;
  const since = now - minuteMs;
  const told = hand.seen.flatMap(({ node }) => (node.told !== null && node.told.at > since ? [{ nodes: 1, firstAt: node.told.at }] : []));
  if (hand.others.count((standing) => standing.told !== 'nothing') > 0) told.push(...(yield* hand.ask({ ask: 'toldAfter', states: nodeRolloutStateSchema.options, at: since })).counts);
  const left = Math.max(0, perMinute - told.reduce((sum, { nodes }) => sum + nodes, 0));
  if (wanted > left) work.wakes.push(told.reduce((least, { firstAt }) => Math.min(least, firstAt), now) + minuteMs);
  return left;
}
