import { fileURLToPath } from 'node:url';
import { compileCacheIn } from './config.ts';

/**
 * The agent as `npm run build --workspace=edge-runtime` makes it: it starts in half the processor time of `host/main.ts`, and is the same
 * otherwise. Of all packages it needs ONNX Runtime alone.
 */
export const agentProgram = fileURLToPath(new URL('../dist/main.js', import.meta.url));

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
    // From the first module on, so that what was compiled once is taken from the cache from then on.
    NODE_COMPILE_CACHE: compileCacheIn(folder),
  };
}
