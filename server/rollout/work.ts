import type { RolloutState } from '../deployments/schema.ts';
import type { Look } from '../gates/index.ts';
import { failuresOf } from './failures.ts';
import { untilItAnswers } from './observe.ts';
import type { Hand, Seen } from './hand.ts';
import type { NewDecision, RolloutSnapshot, RolloutStep, RolloutWave } from './snapshot.ts';
import { limitOf } from './waves.ts';

/** At most this many nodes are told in one step, so that a step stays one short transaction; the next follows at once. */
export const requestsPerStepMax = 1_000;

/** A step as far as it has come. */
export interface Work {
  now: number;
  snapshot: RolloutSnapshot;
  hand: Hand;
  state: RolloutState;
  wave: number;
  waves: RolloutWave[];
  requests: RolloutStep['requests'];
  decisions: NewDecision[];
  failures: RolloutStep['failures'];
  looks: Look[];
  wakes: number[];
}

/** Takes note of what was found of nodes that came in hand: who failed, whose failure counts, and who goes into quarantine for it. */
export function takeNote(work: Work, found: readonly Seen[]): void {
  noteFailed(work, found);
  const counted = failuresOf(work.snapshot, found, work.hand.count(['Running'], ({ told }) => told === 'bundle') > 0);
  work.failures.push(...counted);
  quarantine(work, found, new Map(counted.flatMap(({ node, quarantined }) => (quarantined === null ? [] : [[node, quarantined] as const]))));
}

function noteFailed(work: Work, found: readonly Seen[]): void {
  const failed = found.filter(({ node, state }) => state === 'Failed' && node.state !== 'Failed');
  // Ten by name, the rest as a number: a thousand failures are one fact.
  for (const { node, message } of failed.slice(0, 10)) {
    work.decisions.push({ kind: 'NodeFailed', tone: 'critical', message: `${node.name} failed: ${message}`, evidence: { node: node.name, wave: node.wave + 1, generation: node.told?.generation ?? null } });
  }
  if (failed.length > 10) work.decisions.push({ kind: 'NodeFailed', tone: 'critical', message: `${failed.length - 10} more nodes failed.`, evidence: { nodes: failed.length } });
}

/** Takes nodes that failed too often out of the rollout, before their failures count in it. */
function quarantine(work: Work, found: readonly Seen[], because: ReadonlyMap<string, string>): void {
  for (const seen of found) {
    const reason = because.get(seen.node.node);
    if (reason === undefined) continue;
    work.hand.become(seen, 'Skipped', `It is in quarantine. ${reason}`);
    work.decisions.push({ kind: 'NodeQuarantined', tone: 'critical', message: `${seen.node.name} is in quarantine: ${reason}`, evidence: { node: seen.node.name, wave: seen.node.wave + 1, after: work.snapshot.policy.quarantineAfter } });
  }
}

/** How many more may be told by `maxUnavailable`. */
export function freePlaces({ hand, snapshot }: Work): number {
  return Math.max(0, limitOf(snapshot.policy.maxUnavailable, hand.all.count()) - hand.inFlight());
}

/** Tells these nodes to run the bundle. */
export function tell(work: Work, nodes: readonly Seen[], bundle: string): void {
  for (const seen of nodes) {
    work.requests.push({ node: seen.node.node, bundle });
    work.hand.become(seen, 'Requested', untilItAnswers);
  }
}

/** States that no step leaves. */
export function isOver(state: RolloutState): boolean {
  return state === 'RolledBack' || state === 'Succeeded' || state === 'Cancelled' || state === 'Superseded';
}
