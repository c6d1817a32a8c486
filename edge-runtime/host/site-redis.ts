import type { Clock } from '../kernel/clock.ts';
import type { RedisClient } from '../kernel/redis.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Between two tries to reach a Redis that is not there yet. */
const TRY_MS = 5_000;

/** By setting: the values that keep what was acknowledged, and what any other may do. */
const needed: readonly { setting: string; keeps: readonly string[]; otherwise: string }[] = [
  { setting: 'appendonly', keeps: ['yes'], otherwise: 'forgets everything when it ends' },
  { setting: 'appendfsync', keeps: ['no', 'always'], otherwise: 'may lose up to two seconds of what it answered when it is killed' },
  { setting: 'maxmemory-policy', keeps: ['noeviction'], otherwise: 'may throw away what it holds when its memory is full' },
];

/**
 * What a Redis that the site runs itself may lose by its settings, in a sentence for a person; undefined when it keeps what it
 * answered, does not tell its settings, or was not reached before `signal` aborted. Never rejects.
 */
export async function riskOfSiteRedis(connection: RedisConnection, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    try {
      return await riskOf(await connection.client());
    } catch {
      await clock.sleep(TRY_MS, signal);
    }
  }
  return undefined;
}

async function riskOf(redis: RedisClient): Promise<string | undefined> {
  const risks: string[] = [];
  for (const { setting, keeps, otherwise } of needed) {
    const value = await valueOf(redis, setting);
    if (value !== undefined && !keeps.includes(value)) risks.push(`it ${otherwise} (${setting} is ${value})`);
  }
  return risks.length === 0 ? undefined : `The Redis that this node was given does not keep all that the node acknowledges: ${risks.join('; ')}.`;
}

/** Undefined where the question is not allowed, as with a hosted Redis. */
async function valueOf(redis: RedisClient, setting: string): Promise<string | undefined> {
  try {
    return (await redis.config('GET', setting))[1];
  } catch (error) {
    if (redis.status !== 'ready') throw error;
    return undefined;
  }
}
