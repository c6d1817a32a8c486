import { Redis } from 'ioredis';

export type RedisTarget = { url: string } | { socketPath: string };
export type RedisClient = Redis;

/**
 * One connection to the node's Redis. It is never repaired behind its user's back: a write that was under way when the
 * connection broke may or may not have happened, so its commands fail and the user decides, from what Redis holds.
 * Rejects when Redis cannot be reached or is still loading its data.
 */
export async function connectRedis(target: RedisTarget, name: string): Promise<RedisClient> {
  const options = { connectionName: name, lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, connectTimeout: 5000, retryStrategy: () => null };
  const client = 'url' in target ? new Redis(target.url, options) : new Redis({ ...options, path: target.socketPath });
  // Every command reports its own failure; without a listener the same failure would also end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw error;
  }
}
