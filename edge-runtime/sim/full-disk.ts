import { access, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pace } from 'node:timers/promises';
import type { RedisClient } from '../kernel/redis.ts';

/*
 * A disk that is full, without filling one: what is written goes to /dev/full, where the kernel answers every write as it
 * does on a disk without room.
 */

const PACE_MS = 20;

/** Leads everything that is written to this path to a full disk, until it is removed. Throws where the system has no such device. */
export async function fillFile(path: string): Promise<() => Promise<void>> {
  await access('/dev/full').catch((cause: unknown) => {
    throw new Error('a full disk cannot be shown on this machine: it has no /dev/full', { cause });
  });
  await symlink('/dev/full', path);
  return () => unlink(path);
}

/**
 * The disk under a running Redis becomes full: the append-only file that it begins next is led there. Resolves when Redis
 * refuses writes for it. The returned function makes room again, and resolves when Redis takes writes.
 */
export async function fillDiskOf(redis: RedisClient): Promise<() => Promise<void>> {
  const [, folder = ''] = await redis.config('GET', 'dir');
  const next = await nextFile(join(folder, 'appendonlydir'));
  await fillFile(next);
  await redis.bgrewriteaof();
  while (await takesWrites(redis)) await pace(PACE_MS);
  return async () => {
    await redis.bgrewriteaof();
    while (!(await takesWrites(redis))) await pace(PACE_MS);
  };
}

async function nextFile(folder: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = (of: number): string => join(folder, `appendonly.aof.${of}.incr.aof`);
    if ((await isThere(path(number))) && !(await isThere(path(number + 1)))) return path(number + 1);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function takesWrites(redis: RedisClient): Promise<boolean> {
  try {
    await redis.set('full-disk-probe', '1');
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('MISCONF')) return false;
    throw error;
  }
}
