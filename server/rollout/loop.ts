import type { Deps } from '../kernel/deps.ts';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import { liftRecovered } from '../quarantine/index.ts';
import { nextWakeAt, rolloutOfFleet, rolloutsOf, rolloutsUnderWay } from './repository.ts';
import { advanceRollout, welcomeJoiners } from './service.ts';

/** News that comes within this time is looked at together; longer where a round takes long, so that news of a large fleet comes in few rounds. */
const gatherMs = { min: 100, max: 1_000 } as const;
/** However little is heard, everything under way is looked at this often: losing news costs time, never the rollout. */
const sweepMs = 15_000;
/** After an error, for example a database that is away. */
const retryMs = 1_000;

export interface RolloutLoop {
  /** Resolves when the loop has ended, after its signal aborted. */
  finished: Promise<void>;
}

/**
 * Moves every rollout of every organization, in processes with the role `worker`. Several may run: each rollout is moved by
 * whoever holds its row. Nothing is kept in memory that is not in the database, so being killed loses nothing.
 */
export function startRolloutLoop(deps: Deps, signal: AbortSignal): RolloutLoop {
  const nodes = new Set<string>();
  const joined = new Set<string>();
  const rollouts = new Set<string>();
  const fleets = new Set<string>();
  let wake = new AbortController();

  deps.liveBus.listen((event: OutboxEvent) => {
    if (event.topic === 'node') nodes.add(event.subjectId);
    else if (event.topic === 'membership') joined.add(event.subjectId);
    else if (event.topic === 'fleet' && event.kind === 'members') fleets.add(event.subjectId);
    else if (event.topic === 'deployment' && event.kind !== 'progress') rollouts.add(event.subjectId);
    else return;
    wake.abort();
  }, signal);

  const take = (set: Set<string>): string[] => {
    const all = [...set];
    set.clear();
    return all;
  };

  const round = async (sweep: boolean): Promise<void> => {
    const [heard, came, asked, membership] = [take(nodes), take(joined), take(rollouts), take(fleets)];
    if (sweep) {
      await liftRecovered(deps);
      await welcomeJoiners(deps, null);
    } else if (came.length > 0) await welcomeJoiners(deps, came);
    const ids = new Set([...asked, ...(await rolloutsUnderWay(deps.db, sweep ? null : new Date(deps.clock.now())))]);
    if (heard.length > 0) for (const id of await rolloutsOf(deps.db, heard)) ids.add(id);
    const joinedBy = new Set<string>();
    for (const fleet of membership) {
      const id = await rolloutOfFleet(deps.db, fleet);
      if (id !== null) joinedBy.add(id);
    }
    // Those with more to do come again after the others: a large fleet holds up no small one.
    const waiting = new Set([...ids, ...joinedBy]);
    for (const id of waiting) {
      if (signal.aborted) return;
      waiting.delete(id);
      const more = await advanceRollout(deps, id, sweep || joinedBy.delete(id) ? 'changed' : 'same');
      if (more) waiting.add(id);
    }
  };

  const run = async (): Promise<void> => {
    let sweptAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      wake = new AbortController();
      const from = deps.clock.now();
      let waitMs = retryMs;
      try {
        const sweep = deps.clock.now() - sweptAt >= sweepMs;
        await round(sweep);
        if (sweep) sweptAt = deps.clock.now();
        const next = await nextWakeAt(deps.db);
        waitMs = Math.max(0, Math.min(sweptAt + sweepMs, next ?? Number.POSITIVE_INFINITY) - deps.clock.now());
      } catch (error) {
        if (!signal.aborted) deps.logger.error({ err: error }, 'a round of the rollout loop failed and is repeated');
      }
      const tookMs = deps.clock.now() - from;
      if (nodes.size + joined.size + rollouts.size + fleets.size === 0) await deps.clock.sleep(waitMs, AbortSignal.any([signal, wake.signal]));
      await deps.clock.sleep(Math.min(gatherMs.max, Math.max(gatherMs.min, tookMs)), signal);
    }
  };
  return { finished: run() };
}
