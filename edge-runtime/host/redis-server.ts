import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { backOffMs, type Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { connectRedis } from '../kernel/redis.ts';
import { AppendOnlyDisk } from './append-only-disk.ts';

export interface RedisServerOptions {
  /** Where its append-only file is. */
  readonly folder: string;
  readonly socketPath: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

const STOP_MS = 10_000;
const STEADY_MS = 30_000;
/** What a power cut may take. */
const FLUSH_MS = 1000;

/**
 * The node's own Redis: a child process that only this agent reaches (a Unix socket in the node's folder, no TCP port),
 * with its append-only file on, restarted with back-off whenever it dies. When memory is full it refuses writes and
 * evicts nothing: what was acknowledged stays.
 */
export class RedisServer {
  readonly #options: RedisServerOptions;
  #child: ChildProcess | undefined;

  constructor(options: RedisServerOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts Redis, ending first one that an agent killed here left behind, and keeps it running until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const options = this.#options;
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    await this.#endLeftover();
    await Promise.all([this.#keepAlive(signal), this.#keepOnDisk(signal)]);
  }

  async #keepAlive(signal: AbortSignal): Promise<void> {
    const options = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = options.clock.now();
      const how = await this.#once(signal);
      if (signal.aborted) return;
      failures = options.clock.now() - startedAt > STEADY_MS ? 0 : failures + 1;
      options.logger.error('Redis ended and is started again', { how, failures });
      await options.clock.sleep(failures === 0 ? 0 : backOffMs(failures - 1, 50, 10_000, options.random), signal);
    }
  }

  /** What Redis answered is written, and so outlives Redis; here the disk is made to keep it. Redis does so itself when it ends in order. */
  async #keepOnDisk(signal: AbortSignal): Promise<void> {
    const { clock, folder, logger } = this.#options;
    const disk = new AppendOnlyDisk(folder);
    let isFailing = false;
    for (;;) {
      await clock.sleep(FLUSH_MS, signal);
      if (signal.aborted) return;
      try {
        await disk.flush();
        isFailing = false;
      } catch (error) {
        if (!isFailing) logger.error('the disk does not keep what Redis wrote: a power cut would take it', { problem: messageOf(error) });
        isFailing = true;
      }
    }
  }

  /** Resolves with how it ended. */
  #once(signal: AbortSignal): Promise<string> {
    const { folder, socketPath } = this.#options;
    const memoryMax = Math.floor(Math.min(totalmem() / 2, 4 * 1024 ** 3));
    const network = ['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700'];
    // Never to wait for the disk, so that every answer comes after its write: see `AppendOnlyDisk`.
    const disk = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'no', '--save', '', '--auto-aof-rewrite-min-size', '128mb'];
    const memory = ['--maxmemory', String(memoryMax), '--maxmemory-policy', 'noeviction'];
    return new Promise((resolve) => {
      const child = spawn('redis-server', [...network, ...disk, ...memory, '--daemonize', 'no', '--loglevel', 'warning', '--logfile', ''], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      this.#child = child;
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => this.#log(String(data)));
      const stop = (): void => void this.#end(child);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      const ended = (how: string): void => {
        signal.removeEventListener('abort', stop);
        this.#child = undefined;
        resolve(how);
      };
      child.once('error', (error) => ended('code' in error && error.code === 'ENOENT' ? 'redis-server is not on the PATH: install it, or name another Redis with REDIS_URL' : error.message));
      child.once('exit', (code, by) => ended(`exit ${by ?? code}`));
    });
  }

  /** Redis writes what it has to the disk on SIGTERM; one that hangs is killed, its append-only file holds what it answered. */
  async #end(child: ChildProcess): Promise<void> {
    child.kill('SIGTERM');
    const cancel = this.#options.clock.after(STOP_MS, () => child.kill('SIGKILL'));
    child.once('exit', cancel);
  }

  /** The agent was killed and its Redis lived on: two on one append-only file would ruin it. */
  async #endLeftover(): Promise<void> {
    let leftover: Awaited<ReturnType<typeof connectRedis>>;
    try {
      leftover = await connectRedis({ socketPath: this.#options.socketPath }, 'agent-leftover');
    } catch {
      return;
    }
    this.#options.logger.warn('ending a Redis that an earlier agent left running');
    const gone = new Promise((resolve) => leftover.once('end', resolve));
    // SHUTDOWN never answers: the connection ends.
    leftover.shutdown('NOSAVE').catch(() => undefined);
    await gone;
  }

  #log(text: string): void {
    for (const line of text.split('\n')) {
      const message = line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ [#*.-] /, '').trim();
      if (message !== '') this.#options.logger.info(message.slice(0, 500), { program: 'redis-server' });
    }
  }
}
