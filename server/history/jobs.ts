import type { JobDefinition } from '../kernel/jobs.ts';
import { deleteHistoryBefore } from './repository.ts';

/** As long as timelines. */
export const historyKeptMs = 90 * 86_400_000;
const batchMax = 10_000;

/** What stood when is kept for 90 days. */
export const historyRetention: JobDefinition = {
  name: 'history-retention',
  cron: '11 4 * * *',
  run: async ({ db, clock }, _payload, signal) => {
    const before = new Date(clock.now() - historyKeptMs);
    while (!signal.aborted && (await deleteHistoryBefore(db, before, batchMax)) > 0);
  },
};
