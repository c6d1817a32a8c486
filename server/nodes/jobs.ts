import type { JobDefinition } from '../kernel/jobs.ts';
import { deleteTimelineBefore } from './repository.ts';

const keptMs = 90 * 86_400_000;
const batchMax = 10_000;

/** Timelines keep 90 days; the audit chain keeps what people did for ever. */
export const timelineRetention: JobDefinition = {
  name: 'timeline-retention',
  cron: '41 3 * * *',
  run: async ({ db, clock }, _payload, signal) => {
    while (!signal.aborted && (await deleteTimelineBefore(db, new Date(clock.now() - keptMs), batchMax)) === batchMax);
  },
};
