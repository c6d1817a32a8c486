import { systemClock } from './kernel/clock.ts';
import { connectDatabase } from './kernel/db.ts';
import type { Deps } from './kernel/deps.ts';
import type { Environment } from './kernel/env.ts';
import { createIds } from './kernel/ids.ts';
import { startJobs } from './kernel/jobs.ts';
import type { JobDefinition, JobRunner } from './kernel/jobs.ts';
import { limits } from './kernel/limits.ts';
import { createLiveBus } from './kernel/live-bus.ts';
import { createLogger } from './kernel/logger.ts';
import { createMetrics } from './kernel/metrics.ts';
import { createOutbox } from './kernel/outbox.ts';
import { createProxies } from './kernel/proxies.ts';
import { openVault } from './kernel/vault.ts';

export interface Composition {
  deps: Deps;
  jobs: JobRunner;
  close(): Promise<void>;
}

/** Makes what every service is given, for a migrated database. `publicUrl` is known before the server listens, unless the port is 0. */
export async function compose(environment: Environment, publicUrl: string, definitions: readonly JobDefinition[]): Promise<Composition> {
  const logger = createLogger(environment.logLevel);
  const connection = connectDatabase(environment.databaseUrl, {
    poolMax: environment.databasePoolMax,
    onError: (error) => logger.warn({ err: error }, 'a database connection broke; the pool opens another'),
  });
  const jobs = await startJobs({ databaseUrl: environment.databaseUrl, definitions, logger, worker: environment.roles.includes('worker'), drainMs: limits.drainMs });
  const deps: Deps = {
    db: connection.db,
    pool: connection.pool,
    clock: systemClock,
    ids: createIds(systemClock),
    logger,
    outbox: createOutbox(),
    liveBus: createLiveBus(),
    jobs,
    metrics: createMetrics(),
    proxies: createProxies(environment.trustedProxies),
    vault: await openVault(environment.stateFolder),
    stateFolder: environment.stateFolder,
    publicUrl,
  };
  return {
    deps,
    jobs,
    close: async () => {
      await jobs.stop();
      await connection.close();
    },
  };
}
