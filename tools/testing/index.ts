import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { DeskAnswers } from './service-desk.ts';
import { makeTopic } from './topic.ts';

export { freePort } from '../services/port.ts';
export { makeTopic } from './topic.ts';

/*
 * Real servers for tests. Each is started when the first test of the run asks for it, and ends with the run: nothing here
 * needs to be closed, except connections that the test itself opened. Ask in a beforeAll (its limit is two minutes; a cold
 * broker takes about ten seconds). To test what happens when Postgres or Kafka itself is killed, start one of your own with
 * tools/services/{postgres,kafka}.ts, on a temporaryFolder(), and end it in the same test.
 */

/** A Postgres database of its own, with every migration of prisma/migrations applied. About 50 ms after the first. */
export async function freshDatabase(): Promise<{ url: string }> {
  return ask('/database');
}

/** A Postgres database of its own, with nothing in it. */
export async function emptyDatabase(): Promise<{ url: string }> {
  return ask('/empty-database');
}

export interface FreshRedis {
  readonly url: string;
  /** The same server as a Unix socket's path. */
  readonly socket: string;
  /** Ends the server at once, and waits until it is gone. */
  kill9(): Promise<void>;
  /** Starts it again on the same port, socket and append-only file. */
  start(): Promise<void>;
}

/** A redis-server of its own, empty, append-only file on. About 60 ms. */
export async function freshRedis(): Promise<FreshRedis> {
  let server = await ask('/redis');
  const { url, socket, port } = server;
  return {
    url,
    socket,
    async kill9() {
      process.kill(server.pid, 'SIGKILL');
      while (isAlive(server.pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async start() {
      server = await ask('/redis', `?port=${port}`);
    },
  };
}

/** Addresses (`host:port`) of the one Kafka broker that the whole run shares. Use topics and groups of your own: freshTopic(). */
export async function kafkaBrokers(): Promise<string[]> {
  return (await ask('/kafka')).brokers;
}

/** Makes a topic that no other test knows, on the shared broker; its name starts with the prefix. */
export async function freshTopic(prefix: string, partitions = 1): Promise<string> {
  const topic = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  await makeTopic(await kafkaBrokers(), topic, partitions);
  return topic;
}

/** An empty folder of the test's own below the system's temporary folder. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'selvedge-'));
}

async function ask<Route extends keyof DeskAnswers>(route: Route, query = ''): Promise<DeskAnswers[Route]> {
  const response = await fetch(`${inject('serviceDesk')}${route}${query}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
