import { createHash } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { machineDisk } from '../kernel/disk.ts';

/** Linux takes 107 bytes for the path of a Unix socket; other systems fewer. */
const SOCKET_PATH_BYTES_MAX = 100;

/** One node's folder, held by one agent. */
export interface NodeFolder {
  readonly path: string;
  /** A path for a Unix socket of this node: in its folder, or, where that is too long for the system, in a folder of its owner's. */
  socket(name: string): string;
  release(): Promise<void>;
}

/**
 * Makes the folder (for its owner alone) and takes it. Two agents on one folder would be one node twice and two Redis on
 * one file; whoever comes second is refused. The lock is a listening socket: it ends with the process, however that ends.
 */
export async function takeNodeFolder(path: string): Promise<NodeFolder> {
  await machineDisk.makeFolder(path);
  await chmod(path, 0o700);
  const short = join(tmpdir(), `selvedge-${userInfo().uid}`, createHash('sha256').update(path).digest('hex').slice(0, 16));
  const isLong = Buffer.byteLength(join(path, 'agent.sock')) > SOCKET_PATH_BYTES_MAX;
  if (isLong) await mkdir(short, { recursive: true, mode: 0o700 });
  const socket = (name: string): string => join(isLong ? short : path, `${name}.sock`);
  const lock = await takeLock(socket('agent'));
  if (lock === undefined) throw new Error(`another agent works in ${path}; stop it, or give this one a folder of its own with --folder`);
  return { path, socket, release: () => new Promise((resolve) => lock.close(() => resolve())) };
}

async function takeLock(path: string): Promise<Server | undefined> {
  const lock = await listen(path);
  if (lock !== undefined) return lock;
  if (await answers(path)) return undefined;
  await machineDisk.remove(path);
  return listen(path);
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(path, () => resolve(server.unref()));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
