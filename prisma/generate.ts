import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Writes the database client to prisma/generated. Generating needs no schema engine, but the command insists that one
 * exists; /bin/true stands in for it, so that this works where the engine cannot be downloaded.
 */
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
const schema = fileURLToPath(new URL('./schema', import.meta.url));
const result = spawnSync(process.execPath, [prisma, 'generate', '--schema', schema, '--no-hints'], {
  stdio: 'inherit',
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
});
process.exitCode = result.status ?? 1;
