import type { Deps } from '../kernel/deps.ts';
import { watchConditions } from './conditions.ts';
import { routeAlerts } from './notify.ts';
import { sendDue } from './send.ts';

const roundMs = 1_000;
const watchMs = 10_000;

export interface AlertLoop {
  finished: Promise<void>;
}

/**
 * Watches what the control plane knows by itself, and tells of alerts, in processes with the role `worker`. Everything is in
 * the database, and what is in hand is leased; so several may run, and one that dies leaves nothing undone.
 */
export function startAlertLoop(deps: Deps, signal: AbortSignal): AlertLoop {
  const run = async (): Promise<void> => {
    let watched = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      try {
        if (deps.clock.now() - watched >= watchMs) {
          watched = deps.clock.now();
          await tell(deps, await watchConditions(deps));
        }
        await routeAlerts(deps);
        await sendDue(deps);
      } catch (error) {
        deps.logger.error({ err: error }, 'a round of the alerts failed; the next follows');
      }
      await deps.clock.sleep(roundMs, signal).catch(() => undefined);
    }
  };
  return { finished: run() };
}

/** Browsers that show alerts read them again. */
async function tell(deps: Deps, organizations: ReadonlySet<string>): Promise<void> {
  if (organizations.size === 0) return;
  await deps.db.$transaction((tx) => deps.outbox.append(tx, [...organizations].map((organizationId) => ({ organizationId, topic: 'alert', subjectId: organizationId, kind: 'watched' }))));
}
