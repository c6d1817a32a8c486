import type { Database } from './db.ts';
import type { Logger } from './logger.ts';
import { PgBoss } from 'pg-boss';
import type { Jobs } from './deps.ts';
import type { Deps } from './deps.ts';

/** A piece of work done apart from any request, by whichever process has the role `worker`. */
export interface JobDefinition {
  name: string;
  /** When it runs by itself, as cron in UTC; one run at a time over all processes. */
  cron?: string;
  /** Seconds after which a run counts as failed and is tried again. */
  expireSeconds?: number;
  /** Must be safe to run again: a run that is cut off is repeated. `payload` is what `send` was given. */
  run(deps: Deps, payload: unknown, signal: AbortSignal): Promise<void>;
}

export interface JobRunner extends Jobs {
  /** Begins to work on the definitions' queues; called only in processes with the role `worker`. */
  work(deps: Deps): Promise<void>;
  ready(): boolean;
  stop(): Promise<void>;
}

/** Opens the job queues in the schema `jobs` of the same database. Every role may send; only workers run. */
export async function startJobs(options: { databaseUrl: string; definitions: readonly JobDefinition[]; logger: Logger; worker: boolean; drainMs: number }): Promise<JobRunner> {
  const boss = new PgBoss({
    connectionString: options.databaseUrl,
    schema: 'jobs',
    max: 4,
    application_name: 'selvedge jobs',
    supervise: options.worker,
    schedule: options.worker,
  });
  boss.on('error', (error) => options.logger.warn({ err: error }, 'the job queues reported an error'));
  await boss.start();
  for (const { name, expireSeconds } of options.definitions) {
    await boss.createQueue(name, { policy: 'short', expireInSeconds: expireSeconds ?? 300, retryLimit: 3, retryBackoff: true, deleteAfterSeconds: 86_400 });
  }
  let running = true;
  return {
    send: async (name, payload, { key, afterSeconds } = {}) => {
      await boss.send(name, payload, { ...(key === undefined ? {} : { singletonKey: key }), ...(afterSeconds === undefined ? {} : { startAfter: afterSeconds }) });
    },
    work: async (deps) => {
      for (const definition of options.definitions) {
        await boss.work(definition.name, { pollingIntervalSeconds: 2 }, async (jobs) => {
          for (const job of jobs) await definition.run(deps, job.data, job.signal);
        });
        if (definition.cron !== undefined) await boss.schedule(definition.name, definition.cron);
      }
    },
    ready: () => running,
    stop: async () => {
      running = false;
      await boss.stop({ graceful: true, timeout: options.drainMs });
    },
  };
}

/** Removes outbox rows that no relay and no reconnecting browser asks for any more. */
export const outboxRetention: JobDefinition = {
  name: 'outbox-retention',
  cron: '17 * * * *',
  run: async ({ db, clock }) => {
    await removeOutboxBefore(db, new Date(clock.now() - OUTBOX_KEPT_MS));
  },
};

const OUTBOX_KEPT_MS = 24 * 3_600_000;

async function removeOutboxBefore(db: Database, before: Date): Promise<number> {
  return (await db.outboxEvent.deleteMany({ where: { at: { lt: before } } })).count;
}
