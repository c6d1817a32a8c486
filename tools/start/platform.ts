import { existsSync } from 'node:fs';
import path from 'node:path';
import { environment, stateFolder } from '../environment.ts';
import { type ControlPlaneOptions, type ControlPlaneService, startControlPlane } from '../services/control-plane.ts';
import { ensureDebianPackages } from '../services/debian.ts';
import { kafkaPrograms, startKafka } from '../services/kafka.ts';
import { startPostgres } from '../services/postgres.ts';
import { gitProgram } from '../services/git.ts';
import { redisProgram } from '../services/redis.ts';
import { ServiceError } from '../services/service.ts';
import { announce } from './announce.ts';
import { buildConsole, generateDatabaseClient } from './build.ts';
import { settledPort, usualPort } from './remembered.ts';
import type { Session } from './session.ts';

/** Postgres with the schema of this checkout; returns its address. */
export async function bringUpDatabase({ steps, keep }: Session): Promise<string> {
  const url = environment.databaseUrl ?? (await startOwnPostgres());
  await steps.run('database', async () => {
    const { migrate } = await import('../../prisma/migrate.ts');
    return migrate(url);
  }, (applied) => (applied.length === 0 ? 'no migration to apply' : `${applied.length} migrations applied`));
  return url;

  async function startOwnPostgres(): Promise<string> {
    const folder = path.join(stateFolder, 'postgres');
    const port = await usualPort('Postgres', 3001);
    const start = () => startPostgres({ folder, port });
    const postgres = await steps.run('Postgres', start, () => `port ${port}`);
    keep('Postgres', postgres, start);
    return postgres.url;
  }
}

/** Kafka's brokers, or none: everything but Kafka sources and sinks works without, and the line says why there is none. */
export async function bringUpKafka({ steps, keep, ending }: Session): Promise<string[] | undefined> {
  if (environment.kafkaBrokers !== undefined) {
    steps.note('Kafka', `${environment.kafkaBrokers}, from KAFKA_BROKERS`);
    return environment.kafkaBrokers.split(',');
  }
  try {
    const port = await settledPort('Kafka', 3002, undefined, 'stop that program, or set KAFKA_BROKERS to a Kafka of yours');
    const start = () => startKafka({ folder: path.join(stateFolder, 'kafka'), port });
    const kafka = await steps.run('Kafka', start, () => `port ${port}`);
    keep('Kafka', kafka, start);
    return [kafka.url];
  } catch (error) {
    if (!(error instanceof ServiceError) || ending()) throw error;
    steps.note('Kafka', `not available, so Kafka sources will not run; everything else does. ${error.message}`);
    return undefined;
  }
}

/** One apt run for all programs that are missing. What it cannot install is said again by the part that needs it. */
export async function bringInPrograms({ steps }: Session): Promise<void> {
  const needed = [redisProgram, gitProgram, ...(environment.kafkaBrokers === undefined ? kafkaPrograms() : [])];
  try {
    await steps.run('programs', () => ensureDebianPackages(needed), (added) => (added.length === 0 ? 'in place' : `installed ${added.join(', ')}`));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    steps.note('programs', error.message);
  }
}

export async function bringUpConsole({ steps }: Session): Promise<void> {
  await steps.run('database client', generateDatabaseClient, (made) => (made ? 'written' : 'in place'));
  await steps.run('console', buildConsole, (made) => (made ? 'built' : 'in place'));
}

export interface RunningControlPlane {
  options: ControlPlaneOptions;
  service: ControlPlaneService;
  /** Whether this is its first start in this state folder. */
  first: boolean;
}

/** The console's port. Asked for before the first step too, so that nobody waits for a build to learn that it is taken. */
export async function settleConsolePort(): Promise<number> {
  return settledPort('the console', 3000, environment.port, 'stop that program, or start with another port: PORT=8080 npm start');
}

export async function bringUpControlPlane({ steps, keep, print }: Session, databaseUrl: string): Promise<RunningControlPlane> {
  const folder = path.join(stateFolder, 'control-plane');
  const first = !existsSync(folder);
  const port = await settleConsolePort();
  const options = { folder, databaseUrl, port };
  const service = await steps.run('control plane', () => startControlPlane(options), () => `port ${port}`);
  const restart = async () => {
    const again = await startControlPlane(options);
    // Each start makes a link of its own for the first administrator.
    if (again.signInLink !== undefined) announce(print, again);
    return again;
  };
  keep('The control plane', service, restart);
  return { options, service, first };
}
