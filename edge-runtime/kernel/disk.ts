import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat, statfs, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that is written from its beginning, or from its end on. */
export interface WrittenFile {
  /** All of it, or it rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** What was written outlasts a power cut from now on. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** How the agent keeps files: the only way it writes any, so that a simulator can own the disk. Paths are absolute. */
export interface Disk {
  /** `anew` empties what is there. The mode is what a file has that this makes. */
  open(path: string, how: 'anew' | 'append', mode: number): Promise<WrittenFile>;
  /** Undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  chunks(path: string): AsyncIterable<Uint8Array>;
  /** Undefined when there is none. */
  facts(path: string): Promise<{ readonly bytes: number; readonly mode: number } | undefined>;
  list(folder: string): Promise<string[]>;
  /** For its owner alone, with all above it, for good; one that is there is fine. */
  makeFolder(folder: string): Promise<void>;
  /** As one step: under the new name is what was there, or what takes its place. */
  rename(from: string, to: string): Promise<void>;
  /** One that is not there is fine. */
  remove(path: string): Promise<void>;
  /** The names in it outlast a power cut from now on. */
  syncFolder(folder: string): Promise<void>;
  freeBytes(folder: string): Promise<number>;
}

/** The machine's own disk. */
export const machineDisk: Disk = {
  async open(path, how, mode) {
    const handle = await open(path, how === 'anew' ? 'w' : 'a', mode);
    if (how === 'anew') await handle.chmod(mode);
    // `write` may write less than it is given; `writeFile` goes on.
    return { write: (bytes) => handle.writeFile(bytes), sync: () => handle.sync(), close: () => handle.close() };
  },
  read: (path) => unlessMissing(readFile(path)),
  chunks: (path) => createReadStream(path),
  async facts(path) {
    const found = await unlessMissing(stat(path));
    return found === undefined ? undefined : { bytes: found.size, mode: found.mode & 0o777 };
  },
  list: (folder) => readdir(folder),
  async makeFolder(folder) {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    // A folder is in the one above it, which has to keep its name.
    for (let made = folder; first !== undefined && made.length >= first.length; made = dirname(made)) await machineDisk.syncFolder(dirname(made));
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => unlessMissing(unlink(path)),
  async syncFolder(folder) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

async function unlessMissing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
