import type { Deps } from '../kernel/deps.ts';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import type { GitNetwork } from './git-command.ts';
import { makeDue, nextDueAt } from './repository.ts';
import { workOnDue } from './work.ts';

/** So many repositories are worked on at one time in a process. */
const hands = 2;
/** However little is heard, what is due is looked for this often. */
const sweepMs = 15_000;
/** Changes that come within this time are looked at together; so a busy organization is compared no more often than this. */
const gatherMs = 1_000;

/** What is about things that documents are about. */
const topics: ReadonlySet<string> = new Set(['rule', 'model', 'fleet', 'deployment']);

export interface RepositoryLoop {
  /** Resolves when the loop has ended, after its signal aborted. */
  finished: Promise<void>;
}

/**
 * Asks branches, compares and applies, in processes with the role `worker`. Each repository is in one process' hands at a time,
 * by a lease in the database; one that dies leaves what it had to the others. A change here is compared within a second or so.
 */
export function startRepositoryLoop(deps: Deps, signal: AbortSignal, network: GitNetwork = {}): RepositoryLoop {
  const changed = new Set<string>();
  let wake = new AbortController();

  deps.liveBus.listen((event: OutboxEvent) => {
    if (topics.has(event.topic) && event.kind !== 'progress' && event.kind !== 'members') changed.add(event.organizationId);
    else if (event.topic !== 'repository' || event.kind !== 'due') return;
    wake.abort();
  }, signal);

  const round = async (): Promise<void> => {
    if (changed.size > 0) {
      const organizations = [...changed];
      changed.clear();
      await makeDue(deps.db, organizations, new Date(deps.clock.now()));
    }
    const hand = async (): Promise<void> => {
      while (!signal.aborted && (await workOnDue(deps, signal, network)));
    };
    const worked = await Promise.allSettled(Array.from({ length: hands }, hand));
    for (const one of worked) if (one.status === 'rejected') throw one.reason;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      wake = new AbortController();
      let next: number | null = null;
      try {
        await round();
        next = await nextDueAt(deps.db);
      } catch (error) {
        if (!signal.aborted) deps.logger.error({ err: error }, 'a round of the repositories failed; the next follows');
      }
      const waitMs = Math.max(0, Math.min(sweepMs, (next ?? Number.POSITIVE_INFINITY) - deps.clock.now()));
      if (changed.size === 0) await deps.clock.sleep(waitMs, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
      await deps.clock.sleep(gatherMs, signal).catch(() => undefined);
    }
  };
  return { finished: run() };
}
