import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFile, syncFolder } from '../kernel/durable-file.ts';
import type { Digest } from '../protocol/index.ts';

const PART = '.part';

/**
 * Artefacts on this node's disk, by content. A file under its final name was whole and right when it was put there;
 * `intact` reads it again, because disks forget.
 */
export class ArtefactStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<ArtefactStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new ArtefactStore(folder);
  }

  /** Where an artefact is, or would be. */
  path(digest: Digest): string {
    return join(this.#folder, digest.slice('sha256:'.length));
  }

  async has(digest: Digest, bytes: number): Promise<boolean> {
    return (await sizeOf(this.path(digest))) === bytes;
  }

  /** Reads the artefact and compares its digest; one that does not match is removed, so that it is fetched again. */
  async intact(digest: Digest, bytes: number): Promise<boolean> {
    const path = this.path(digest);
    const size = await sizeOf(path);
    if (size === undefined) return false;
    if (size === bytes && (await hashFile(path)) === digest) return true;
    await removeFile(path);
    return false;
  }

  async text(digest: Digest): Promise<string> {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(this.path(digest)));
  }

  /** How much of an artefact an earlier, broken transfer left. */
  async partialBytes(digest: Digest): Promise<number> {
    return (await sizeOf(this.path(digest) + PART)) ?? 0;
  }

  async dropPartial(digest: Digest): Promise<void> {
    await removeFile(this.path(digest) + PART);
  }

  /**
   * Appends to what is there of an artefact, chunk by chunk, never past `bytes`. Resolves when the source ends; what
   * was written stays when it fails, for the next attempt to go on from.
   */
  async append(digest: Digest, bytes: number, source: AsyncIterable<Uint8Array>, onProgress: (bytesDone: number) => void): Promise<void> {
    let done = await this.partialBytes(digest);
    const handle = await open(this.path(digest) + PART, 'a', 0o600);
    try {
      for await (const chunk of source) {
        if (done + chunk.length > bytes) throw new RangeError(`more than the ${bytes} bytes that were announced`);
        await handle.write(chunk);
        done += chunk.length;
        onProgress(done);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Gives a complete, right artefact its name, for good; false, and nothing kept, when its content is not what was asked for. */
  async seal(digest: Digest, bytes: number): Promise<boolean> {
    const part = this.path(digest) + PART;
    if ((await sizeOf(part)) !== bytes || (await hashFile(part)) !== digest) {
      await removeFile(part);
      return false;
    }
    await rename(part, this.path(digest));
    await syncFolder(this.#folder);
    return true;
  }

  /** Free bytes on the disk that holds the artefacts. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  /** Removes everything, also what is half fetched, but these. */
  async keepOnly(digests: ReadonlySet<Digest>): Promise<number> {
    const kept = new Set([...digests].map((digest) => digest.slice('sha256:'.length)));
    let removed = 0;
    for (const file of await readdir(this.#folder)) {
      if (kept.has(file.replace(PART, ''))) continue;
      await removeFile(join(this.#folder, file));
      removed += 1;
    }
    return removed;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

async function hashFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
