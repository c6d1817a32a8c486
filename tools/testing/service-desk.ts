import { cp, mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { environment, stateFolder } from '../environment.ts';
import { startKafka } from '../services/kafka.ts';
import { freePort } from '../services/port.ts';
import { startPostgres } from '../services/postgres.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';

/** Where a run leaves the logs of its servers, for whoever has to say why a test failed. */
export const keptLogs = path.join(stateFolder, 'test/servers');

/** What a test worker may ask for, by path, and what it is answered with. */
export interface DeskAnswers {
  /** A database of its own with every migration applied. */
  '/database': { url: string };
  /** A database of its own with nothing in it. */
  '/empty-database': { url: string };
  /** The broker that all tests of a run share. */
  '/kafka': { brokers: string[] };
  /** A Redis of its own; asked again with a port, the same one started anew on its files. */
  '/redis': { port: number; url: string; socket: string; pid: number };
}

export interface ServiceDesk {
  url: string;
  close(): Promise<void>;
}

/**
 * One process of a test run owns the servers that its tests use; the workers ask it over HTTP. A server starts when it is
 * first asked for, so that a run of pure tests starts none, and all of them end with the run, whatever became of a worker.
 */
export async function openServiceDesk(): Promise<ServiceDesk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-test-'));
  const services: Service[] = [];
  const own = <S extends Service>(service: S): S => {
    services.push(service);
    return service;
  };
  const kafka = once(async () => environment.kafkaBrokers?.split(',') ?? [own(await startKafka({ folder: path.join(folder, 'kafka') })).url]);
  const postgres = once(async () => own(await startPostgres({ folder: path.join(folder, 'postgres'), throwaway: true })).url);
  const migrated = once(async () => createTemplate(await postgres()));
  let databases = 0;

  const answer = async (route: string, port: number | undefined): Promise<DeskAnswers[keyof DeskAnswers]> => {
    switch (route) {
      case '/database':
        return { url: await createDatabase(await postgres(), `test_${++databases}`, await migrated()) };
      case '/empty-database':
        return { url: await createDatabase(await postgres(), `test_${++databases}`, 'template0') };
      case '/kafka':
        return { brokers: await kafka() };
      case '/redis': {
        const chosen = port ?? (await freePort());
        const redis = own(await startRedis({ folder: path.join(folder, `redis-${chosen}`), port: chosen }));
        return { port: chosen, url: redis.url, socket: redis.socket, pid: redis.pid };
      }
      default:
        throw new Error(`nothing answers ${route}`);
    }
  };

  const server = createServer((request, response) => {
    const { route, port } = parse(request);
    answer(route, port).then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      // Nobody misses what they hold, so there is no need to let them end in order.
      await Promise.all(services.map((service) => service.kill9()));
      await keepLogs(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Of the two servers that all tests share; each Redis belongs to one test, which knows what it did to it. */
async function keepLogs(folder: string): Promise<void> {
  await rm(keptLogs, { recursive: true, force: true });
  for (const name of ['kafka', 'postgres']) await cp(path.join(folder, name, 'log'), path.join(keptLogs, name, 'log')).catch(() => undefined);
}

function parse(request: IncomingMessage): { route: string; port: number | undefined } {
  const url = new URL(request.url ?? '/', 'http://desk');
  const port = url.searchParams.get('port');
  return { route: url.pathname, port: port === null ? undefined : Number(port) };
}

/** Applies the migrations once; every database of the run is then a copy, which takes a fraction of the time. */
async function createTemplate(serverUrl: string): Promise<string> {
  const { migrate } = await import('../../prisma/migrate.ts');
  await migrate(await createDatabase(serverUrl, 'migrated', 'template0'));
  return 'migrated';
}

async function createDatabase(serverUrl: string, name: string, template: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE ${client.escapeIdentifier(template)}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
}
