import { compileCacheIn } from './config.ts';

/**
 * How a process that is to be an agent is started where memory counts; without it the agent works the same and takes a third
 * more. Young generations of 4 MiB: the agent's threads hold little between two collections. The images and units under
 * `deploy/` say the same.
 */
export const agentFlags: readonly string[] = ['--max-semi-space-size=4', '--disable-warning=TimeoutNegativeWarning'];

/** What belongs into the environment of that process, beside the agent's own settings. `folder` is the node's. */
export function agentEnvironment(folder: string): Readonly<Record<string, string>> {
  return {
    // A few threads of native code each with a heap of their own keep what they freed.
    MALLOC_ARENA_MAX: '2',
    // From the first module on, so that the compiler that removes types is not loaded at all once the cache is filled.
    NODE_COMPILE_CACHE: compileCacheIn(folder),
  };
}
