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
import { createReplicaCalls, createReplicaTokens } from './kernel/replica-calls.ts';
import type { ReplicaTokens } from './kernel/replica-calls.ts';
import { createReplicaRegistry } from './kernel/replica-registry.ts';
import type { ReplicaRegistry } from './kernel/replica-registry.ts';
import { createReplicas } from './kernel/replicas.ts';
import { openVault } from './kernel/vault.ts';

export interface Composition {
  deps: Deps;
  jobs: JobRunner;
  /** This process among those of the control plane: how it is known, and how what the others send is told from anything else. */
  replica: { id: string; registry: ReplicaRegistry; tokens: ReplicaTokens };
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
  const ids = createIds(systemClock);
  const vault = await openVault(environment.stateFolder);
  const id = ids.next();
  const registry = createReplicaRegistry({ id, pool: connection.pool, clock: systemClock, logger });
  const tokens = createReplicaTokens(vault, systemClock);
  const deps: Deps = {
    db: connection.db,
    pool: connection.pool,
    clock: systemClock,
    ids,
    logger,
    outbox: createOutbox(),
    liveBus: createLiveBus(),
    jobs,
    metrics: createMetrics(),
    proxies: createProxies(environment.trustedProxies),
    replicas: createReplicas({ peers: registry, calls: createReplicaCalls(tokens), logger }),
    vault,
    stateFolder: environment.stateFolder,
    publicUrl,
  };
  return {
    deps,
    jobs,
    replica: { id, registry, tokens },
    close: async () => {
      await jobs.stop();
      await connection.close();
    },
  };
}
