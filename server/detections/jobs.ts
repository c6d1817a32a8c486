import type { JobDefinition } from '../kernel/jobs.ts';
import { deleteDetectionsBefore } from './repository.ts';

const keptMs = 365 * 86_400_000;
const batchMax = 10_000;

/** Detections are kept for a year from when they arrived. */
export const detectionRetention: JobDefinition = {
  name: 'detection-retention',
  cron: '11 3 * * *',
  run: async ({ db, clock }, _payload, signal) => {
    while (!signal.aborted && (await deleteDetectionsBefore(db, new Date(clock.now() - keptMs), batchMax)) === batchMax);
  },
};
