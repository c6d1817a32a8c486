import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { agentProgram } from './launch.ts';

/**
 * Makes a few files of the agent's six hundred modules: what a start costs is reading each of them, in every thread anew. One file
 * is what each thread begins with, named as its source is. The folder is replaced as a whole, so that nobody starts half of it.
 */
async function buildAgent(): Promise<void> {
  const folder = dirname(agentProgram);
  const made = `${folder}.${process.pid}`;
  const source = (module: string): string => fileURLToPath(new URL(module, import.meta.url));
  const bundle = await rolldown({
    input: { main: source('main.ts'), thread: source('path/thread.ts'), 'serving-thread': source('../infer/serving-thread.ts') },
    platform: 'node',
    // Native code, found by where its package is.
    external: /^onnxruntime-/,
    logLevel: 'warn',
  });
  await bundle.write({ dir: made, format: 'esm' });
  await bundle.close();
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
}

await buildAgent();
