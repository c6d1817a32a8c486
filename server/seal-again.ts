import { compose } from './compose.ts';
import { readEnvironment } from './kernel/env.ts';
import type { Environment } from './kernel/env.ts';
import { startFailure } from './kernel/start-failure.ts';
import { sealAgain } from './sealing/index.ts';

/** `node server/seal-again.ts`: every secret of the database under a new key, for whoever owns it and the state folder. */
async function run(): Promise<number> {
  let environment: Environment | undefined;
  try {
    environment = readEnvironment();
    const { deps, close } = await compose({ ...environment, roles: ['console'], logLevel: 'error' }, environment.publicUrl ?? `http://localhost:${environment.port}`, []);
    try {
      process.stdout.write(`${JSON.stringify({ secrets: await sealAgain(deps) })}\n`);
    } finally {
      await close();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`Not all is sealed again; run it once more when this is mended: ${startFailure(error, environment?.databaseUrl)}\n`);
    return 1;
  }
}

process.exitCode = await run();
