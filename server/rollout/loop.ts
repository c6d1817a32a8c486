import type { Deps } from '../kernel/deps.ts';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import { outboxEnd, readSubjects } from '../kernel/outbox-relay.ts';
import type { OutboxPosition } from '../kernel/outbox.ts';
import { liftRecovered } from './letting-back.ts';
import { News, newsTopics } from './news.ts';
import { nextWakeAt, rolloutsUnderWay } from './repository.ts';
import { advanceRollout } from './service.ts';
import type { Advance } from './service.ts';

/** News that comes within this time is looked at together, unless somebody moved a rollout; longer where a round takes long, so that news of a large fleet comes in few rounds. */
const gatherMs = { min: 100, max: 1_000 } as const;
/** However little is heard, everything under way is looked at this often, by what was heard of it. */
const sweepMs = 15_000;
/** And this often what the outbox told since the last time is heard again: losing news on the way costs time, never the rollout. */
const againMs = 5 * 60_000;
/** After an error, for example a database that is away, and while a rollout of which there is news could not be moved. */
const retryMs = 1_000;

export interface RolloutLoop {
  /** Resolves when the loop has ended, after its signal aborted. */
  finished: Promise<void>;
}

/** Sees to nodes that came into a fleet, of these or, with null, of all that were missed: it may begin a rollout for them. */
export type Welcome = (deps: Deps, nodeIds: readonly string[] | null) => Promise<unknown>;

/**
 * Moves every rollout of every organization, in processes with the role `worker`. Several may run: each rollout is moved by
 * whoever holds its row. Nothing is kept in memory but what was heard and not yet looked at; a process that does not know what it
 * missed looks at all nodes once, so being killed loses nothing.
 */
export function startRolloutLoop(deps: Deps, signal: AbortSignal, welcome: Welcome): RolloutLoop {
  const news = new News();
  let wake = new AbortController();
  let sure: { at: number; until: OutboxPosition } | undefined;

  deps.liveBus.listen((event: OutboxEvent) => {
    // Each abort makes an error, of which a step of a large rollout would make thousands.
    if (news.hear(event) && !wake.signal.aborted) wake.abort();
  }, signal);

  const round = async (sweep: boolean): Promise<void> => {
    await makeSure();
    const joined = news.takeJoined();
    if (sweep) {
      await liftRecovered(deps);
      await welcome(deps, null);
    } else if (joined.length > 0) await welcome(deps, joined);
    const due = await rolloutsUnderWay(deps.db, sweep ? null : new Date(deps.clock.now()));
    // Those with more to do come again after the others: a large fleet holds up no small one.
    const waiting = new Set([...due, ...(await news.gather(deps.db))]);
    for (const id of waiting) {
      if (signal.aborted) return;
      waiting.delete(id);
      if ((await advance(id)) === 'more') waiting.add(id);
    }
  };

  /** Hears again what was told since it last made sure: from where this process began, before which it looks at everything once. */
  const makeSure = async (): Promise<void> => {
    const at = deps.clock.now();
    if (sure === undefined) {
      sure = { at, until: await outboxEnd(deps.pool) };
      // What was heard before would not be heard again.
      news.forget();
    }
    if (at - sure.at < againMs) return;
    const { told, end } = await readSubjects(deps.pool, sure.until, newsTopics);
    for (const event of told) news.hear(event);
    sure = { at, until: end };
  };

  /** One that fails is tried again, and holds up no other. */
  const advance = async (id: string): Promise<Advance> => {
    const look = news.take(id);
    let outcome: Advance = 'held';
    try {
      outcome = await advanceRollout(deps, id, look);
    } catch (error) {
      if (!signal.aborted) deps.logger.error({ err: error, deployment: id }, 'a step of a rollout failed and is repeated');
    }
    if (outcome === 'held') news.giveBack(id, look);
    else news.looked(id);
    return outcome;
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
        if (!news.held) waitMs = Math.max(0, Math.min(sweptAt + sweepMs, next ?? Number.POSITIVE_INFINITY) - deps.clock.now());
      } catch (error) {
        // What was taken of the news is lost with the round.
        news.forget();
        if (!signal.aborted) deps.logger.error({ err: error }, 'a round of the rollout loop failed and is repeated');
      }
      const tookMs = deps.clock.now() - from;
      if (!news.fresh) await deps.clock.sleep(waitMs, AbortSignal.any([signal, wake.signal]));
      if (!news.urgent) await deps.clock.sleep(Math.min(gatherMs.max, Math.max(gatherMs.min, tookMs)), signal);
    }
  };
  return { finished: run() };
}
