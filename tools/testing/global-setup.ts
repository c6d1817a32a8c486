import type { TestProject } from 'vitest/node';
import { openServiceDesk } from './service-desk.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the run's service desk; tests go through the fixtures of tools/testing. */
    serviceDesk: string;
  }
}

/** Vitest calls it once for each run, in the process that outlives the workers. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const desk = await openServiceDesk();
  // Whoever ends the run by a signal leaves no time for a teardown; ending by exit() takes the servers along.
  for (const [signal, code] of [['SIGTERM', 143], ['SIGHUP', 129]] as const) process.once(signal, () => process.exit(code));
  project.provide('serviceDesk', desk.url);
  return desk.close;
}
