import type pg from 'pg';
import type { Clock } from './clock.ts';
import type { Database } from './db.ts';
import type { Ids } from './ids.ts';
import type { LiveBus } from './live-bus.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { Outbox } from './outbox.ts';
import type { Proxies } from './proxies.ts';
import type { Replicas } from './replicas.ts';
import type { Vault } from './vault.ts';

/**
 * What services are given, made once in main.ts (and by testing/ in tests). Small on purpose: what belongs to one noun is
 * made by that noun's own factory and passed to its router there.
 */
export interface Deps {
  db: Database;
  pool: pg.Pool;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  outbox: Outbox;
  liveBus: LiveBus;
  jobs: Jobs;
  metrics: Metrics;
  /** From where a request comes. */
  proxies: Proxies;
  /** What the processes of this control plane ask each other. */
  replicas: Replicas;
  /** Seals secrets at rest and keys the digests of tokens. */
  vault: Vault;
  /** Where artefacts and keys are kept, absolute. */
  stateFolder: string;
  /** The address by which people and nodes reach this control plane, without a trailing slash. */
  publicUrl: string;
}

export interface Jobs {
  /** Asks for a run. With `key`, one that waits under the same key already is enough. */
  send(name: string, payload: object, options?: { key?: string; afterSeconds?: number }): Promise<void>;
}
