import path from 'node:path';
import { Redis } from 'ioredis';
import { type NeededProgram, ensureDebianPackages } from './debian.ts';
import { endLeftover, makeFolder, serve, startProcess, whenReady } from './owned-process.ts';
import { freePort, requirePort } from './port.ts';
import type { Service, ServiceOptions } from './service.ts';

export const redisProgram: NeededProgram = { command: 'redis-server', debianPackage: 'redis-server', neededBy: 'the edge store' };

export interface RedisService extends Service {
  /** The same server over a Unix socket. */
  readonly socket: string;
}

/**
 * Starts redis-server from PATH with its append-only file in the folder, so that what it answered survives `kill9()`: it
 * writes before it answers and never holds a write back for the disk, as `everysec` does while a flush is slow.
 */
export async function startRedis(options: ServiceOptions): Promise<RedisService> {
  await ensureDebianPackages([redisProgram]);
  const folder = await makeFolder(options.folder);
  await endLeftover(folder);
  const port = options.port === undefined ? await freePort() : await requirePort(options.port, 'Redis', 'stop that program');
  const socket = path.join(folder, 'redis.sock');
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket];
  const disk = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'no', '--save', ''];
  const child = startProcess({ name: 'Redis', command: 'redis-server', args: [...network, ...disk], folder });
  const url = `redis://127.0.0.1:${port}`;
  await whenReady(child, 'Redis', () => ping(url));
  return { ...serve(url, child), socket };
}

/** Succeeds once the append-only file is read back: until then the server answers every command with LOADING. */
async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
