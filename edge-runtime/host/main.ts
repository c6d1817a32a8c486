import { enableCompileCache } from 'node:module';
import { compileCacheIn, readCommandLine, silenceModelRuntime } from './config.ts';

/*
 * The agent's first lines. Node removes the types of every module at every start, and again in every thread, with a
 * compiler that takes its time and its memory; what it made is kept in the node's folder, so that only the first start
 * pays. That must be switched on before the first import that counts, so the agent itself begins in process.ts.
 */
silenceModelRuntime();
try {
  const { folder } = readCommandLine();
  if (folder !== undefined) enableCompileCache(compileCacheIn(folder));
} catch {
  // A command line that cannot be read is explained there.
}
await import('./process.ts');
