import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { connectRedis, type RedisClient } from '../kernel/redis.ts';
import { AppendOnlyDisk } from './append-only-disk.ts';
import { takeNodeFolder } from './node-folder.ts';
import { RedisServer } from './redis-server.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
const running: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-redis-'));
});
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
  await rm(folder, { recursive: true });
});

function start(): { server: RedisServer; stop: () => Promise<void> } {
  const server = new RedisServer({ folder: join(folder, 'redis'), socketPath: join(folder, 'redis.sock'), clock: systemClock(), random: Math.random, logger: silent });
  const stopping = new AbortController();
  const run = server.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await run;
  };
  running.push(stop);
  return { server, stop };
}

/** The first connection that works: the fact that is waited for is that Redis answers. */
async function connection(): Promise<RedisClient> {
  for (;;) {
    try {
      return await connectRedis({ socketPath: join(folder, 'redis.sock') }, 'test');
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('the Redis of a node', () => {
  test('is on a socket of its owner alone, on no port, with its append-only file on, and evicts nothing', async () => {
    start();
    const redis = await connection();
    const settings = Object.fromEntries(chunk(await redis.config('GET', 'port', 'appendonly', 'appendfsync', 'maxmemory-policy')));
    expect(settings).toEqual({ port: '0', appendonly: 'yes', appendfsync: 'no', 'maxmemory-policy': 'noeviction' });
    expect(Number((await redis.config('GET', 'maxmemory'))[1])).toBeGreaterThan(0);
    expect((await stat(join(folder, 'redis.sock'))).mode & 0o077).toBe(0);
    redis.disconnect();
  });

  test('killed with -9 it comes back with what it answered', async () => {
    const { server } = start();
    const redis = await connection();
    await redis.set('kept', 'yes');
    const ended = new Promise((resolve) => redis.once('end', resolve));
    process.kill(server.pid ?? 0, 'SIGKILL');
    await ended;
    const again = await connection();
    expect(await again.get('kept')).toBe('yes');
    again.disconnect();
  });

  test('the disk is made to keep what changed since the last time, also in the file that a rewrite begins', async () => {
    const disk = new AppendOnlyDisk(join(folder, 'redis'));
    expect(await disk.flush()).toBe(0);
    start();
    const redis = await connection();
    await redis.set('kept', 'yes');
    expect(await disk.flush()).toBeGreaterThan(0);
    expect(await disk.flush()).toBe(0);
    await redis.set('kept', 'still');
    expect(await disk.flush()).toBe(1);
    await redis.bgrewriteaof();
    while (!(await redis.info('persistence')).includes('aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0')) await new Promise((resolve) => setImmediate(resolve));
    await disk.flush();
    await redis.set('kept', 'rewritten');
    expect(await disk.flush()).toBe(1);
    redis.disconnect();
  });

  test('one that an agent killed with -9 left behind is ended before another opens its file', async () => {
    await mkdir(join(folder, 'redis'));
    const leftover = spawn('redis-server', ['--port', '0', '--unixsocket', join(folder, 'redis.sock'), '--dir', join(folder, 'redis'), '--appendonly', 'yes', '--save', ''], { stdio: 'ignore' });
    const exited = new Promise((resolve) => leftover.once('exit', resolve));
    const before = await connection();
    await before.set('kept', 'yes');
    before.disconnect();
    const { server } = start();
    await exited;
    const redis = await connection();
    expect(await redis.get('kept')).toBe('yes');
    expect(server.pid).not.toBe(leftover.pid);
    redis.disconnect();
  });

  test('ends with its agent', async () => {
    const { server, stop } = start();
    (await connection()).disconnect();
    const { pid } = server;
    await stop();
    expect(() => process.kill(pid ?? 0, 0)).toThrow();
  });
});

describe('the folder of a node', () => {
  test('is taken by one agent at a time, and free again when that one ended', async () => {
    const path = join(folder, 'node');
    const first = await takeNodeFolder(path);
    await expect(takeNodeFolder(path)).rejects.toThrow(/another agent works in/);
    await first.release();
    const second = await takeNodeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await second.release();
  });

  test('a path too long for a socket gets one elsewhere, of its owner alone', async () => {
    const path = join(folder, 'n'.repeat(120));
    const taken = await takeNodeFolder(path);
    expect(Buffer.byteLength(taken.socket('redis'))).toBeLessThan(108);
    await expect(takeNodeFolder(path)).rejects.toThrow(/another agent/);
    await taken.release();
  });
});

function chunk(list: string[]): [string, string][] {
  return Array.from({ length: list.length / 2 }, (_, index) => [list[index * 2] ?? '', list[index * 2 + 1] ?? '']);
}
