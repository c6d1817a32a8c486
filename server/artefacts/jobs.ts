import type { JobDefinition } from '../kernel/jobs.ts';
import { removeExpiredUploads } from './service.ts';

/** Uploads that nobody finished give their room back. */
export const uploadExpiry: JobDefinition = {
  name: 'upload-expiry',
  cron: '23 * * * *',
  run: async (deps) => {
    const removed = await removeExpiredUploads(deps);
    if (removed > 0) deps.logger.info({ removed }, 'removed uploads that were not finished');
  },
};
