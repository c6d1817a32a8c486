import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Redis's own name for the folder beside its working files. */
const folderName = 'appendonlydir';

/**
 * Has the disk keep what Redis appended. Redis itself is told to write before it answers and never to wait for the disk
 * (`appendfsync no`): with its own second-by-second flush it holds a write back while a flush is slow, answers all the same,
 * and loses up to two seconds of answers when it is killed.
 */
export class AppendOnlyDisk {
  readonly #folder: string;
  /** By file, what it looked like when it was last flushed. */
  #flushed = new Map<string, string>();

  /** `folder` is the working folder of Redis. */
  constructor(folder: string) {
    this.#folder = join(folder, folderName);
  }

  /** Flushes the files that changed since the last call; how many. Rejects when the disk does not take them: they are due again then. */
  async flush(): Promise<number> {
    const known = new Map<string, string>();
    let count = 0;
    for (const name of await this.#files()) {
      const file = await open(join(this.#folder, name), 'r').catch(ignoreGone);
      if (file === undefined) continue;
      try {
        // Looked at before the flush: what is appended meanwhile is due at the next.
        const { size, mtimeMs } = await file.stat();
        const state = `${size} ${mtimeMs}`;
        if (this.#flushed.get(name) !== state) {
          await file.datasync();
          count += 1;
        }
        known.set(name, state);
      } finally {
        await file.close();
      }
    }
    this.#flushed = known;
    return count;
  }

  async #files(): Promise<string[]> {
    return (await readdir(this.#folder).catch(ignoreGone)) ?? [];
  }
}

/** Redis has not made its folder yet, or a rewrite has just replaced the file. */
function ignoreGone(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
