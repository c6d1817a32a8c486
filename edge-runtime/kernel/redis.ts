import { Redis } from 'ioredis';
import { messageOf } from './path-error.ts';

export type RedisTarget = { url: string } | { socketPath: string };
export type RedisClient = Redis;

/** A Redis that is there answers at once; one that does not within this time is tried again. */
const answerMs = 5_000;

/**
 * One connection to the node's Redis. It is never repaired behind its user's back: a write that was under way when the
 * connection broke may or may not have happened, so its commands fail and the user decides, from what Redis holds.
 * Rejects when Redis cannot be reached or is still loading its data.
 */
export async function connectRedis(target: RedisTarget, name: string): Promise<RedisClient> {
  const options = { connectionName: name, lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, connectTimeout: answerMs, retryStrategy: () => null };
  const client = 'url' in target ? new Redis(target.url, options) : new Redis({ ...options, path: target.socketPath });
  // Every command reports its own failure; without a listener the same failure would also end the process.
  client.on('error', () => undefined);
  // One that takes the connection and answers nothing, as while it dies or starts, is not waited for: ending it makes what is asked fail.
  const overdue = setTimeout(() => client.disconnect(), answerMs);
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw error;
  } finally {
    clearTimeout(overdue);
  }
}

const troubles: readonly (readonly [pattern: RegExp, trouble: string])[] = [
  [/^MISCONF.*No space left on device/, 'the disk of the node’s store is full; nothing more is taken until there is room on it'],
  [/^MISCONF/, 'the node’s store cannot write to its disk; nothing more is taken until it can'],
  [/^OOM /, 'the memory of the node’s store is full; nothing more is taken until there is room in it'],
];

/** What can be mended at the node, in a sentence for a person, where that is why Redis refuses; undefined for anything else. */
export function storeTrouble(error: unknown): string | undefined {
  // A transaction that was given up carries the refusals of its commands.
  const causes: unknown[] = error instanceof Error && 'previousErrors' in error && Array.isArray(error.previousErrors) ? [...error.previousErrors, error] : [error];
  const messages = causes.map(messageOf);
  return troubles.find(([pattern]) => messages.some((message) => pattern.test(message)))?.[1];
}
