import type { JobDefinition } from '../kernel/jobs.ts';
import { askWhoIsDue } from './service.ts';

/** Every five minutes, so that ten thousand nodes that are due together are asked within two hours. */
export const nodeKeySchedule: JobDefinition = {
  name: 'node-key-schedule',
  cron: '*/5 * * * *',
  run: async (deps) => void (await askWhoIsDue(deps)),
};
