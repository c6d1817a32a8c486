import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Disk, machineDisk } from '../kernel/disk.ts';
import { renameDurably } from '../kernel/durable-file.ts';
import type { Digest } from '../protocol/index.ts';

const PART = '.part';

/**
 * Artefacts on this node's disk, by content. A file under its final name was whole and right when it was put there;
 * `intact` reads it again, because disks forget.
 */
export class ArtefactStore {
  readonly #folder: string;
  readonly #disk: Disk;

  private constructor(folder: string, disk: Disk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  static async open(folder: string, disk: Disk = machineDisk): Promise<ArtefactStore> {
    await disk.makeFolder(folder);
    // What an agent that was killed named and did not flush is seen now, and relied on from here.
    await disk.syncFolder(folder);
    return new ArtefactStore(folder, disk);
  }

  /** Where an artefact is, or would be. */
  path(digest: Digest): string {
    return join(this.#folder, digest.slice('sha256:'.length));
  }

  async has(digest: Digest, bytes: number): Promise<boolean> {
    return (await this.#sizeOf(this.path(digest))) === bytes;
  }

  /** Reads the artefact and compares its digest; one that does not match is removed, so that it is fetched again. */
  async intact(digest: Digest, bytes: number): Promise<boolean> {
    const path = this.path(digest);
    const size = await this.#sizeOf(path);
    if (size === undefined) return false;
    if (size === bytes && (await this.#hash(path)) === digest) return true;
    await this.#disk.remove(path);
    return false;
  }

  async text(digest: Digest): Promise<string> {
    const bytes = await this.#disk.read(this.path(digest));
    if (bytes === undefined) throw new Error(`${digest} is not on the disk`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  }

  /** How much of an artefact an earlier, broken transfer left. */
  async partialBytes(digest: Digest): Promise<number> {
    return (await this.#sizeOf(this.path(digest) + PART)) ?? 0;
  }

  async dropPartial(digest: Digest): Promise<void> {
    await this.#disk.remove(this.path(digest) + PART);
  }

  /**
   * Appends to what is there of an artefact, chunk by chunk, never past `bytes`. Resolves when the source ends; what
   * was written stays when it fails, for the next attempt to go on from.
   */
  async append(digest: Digest, bytes: number, source: AsyncIterable<Uint8Array>, onProgress: (bytesDone: number) => void): Promise<void> {
    let done = await this.partialBytes(digest);
    const file = await this.#disk.open(this.path(digest) + PART, 'append', 0o600);
    try {
      for await (const chunk of source) {
        if (done + chunk.length > bytes) throw new RangeError(`more than the ${bytes} bytes that were announced`);
        await file.write(chunk);
        done += chunk.length;
        onProgress(done);
      }
    } finally {
      await file.close();
    }
  }

  /** Gives a complete, right artefact its name, for good; false, and nothing kept, when its content is not what was asked for. */
  async seal(digest: Digest, bytes: number): Promise<boolean> {
    const part = this.path(digest) + PART;
    if ((await this.#sizeOf(part)) !== bytes || (await this.#hash(part)) !== digest) {
      await this.#disk.remove(part);
      return false;
    }
    // It may be whole since an agent that did not live to flush it.
    await this.#flush(part);
    await renameDurably(part, this.path(digest), this.#disk);
    return true;
  }

  /** Free bytes on the disk that holds the artefacts. */
  async freeBytes(): Promise<number> {
    return this.#disk.freeBytes(this.#folder);
  }

  /** Removes everything, also what is half fetched, but these. */
  async keepOnly(digests: ReadonlySet<Digest>): Promise<number> {
    const kept = new Set([...digests].map((digest) => digest.slice('sha256:'.length)));
    let removed = 0;
    for (const file of await this.#disk.list(this.#folder)) {
      if (kept.has(file.replace(PART, ''))) continue;
      await this.#disk.remove(join(this.#folder, file));
      removed += 1;
    }
    return removed;
  }

  async #flush(path: string): Promise<void> {
    const file = await this.#disk.open(path, 'append', 0o600);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #sizeOf(path: string): Promise<number | undefined> {
    return (await this.#disk.facts(path))?.bytes;
  }

  async #hash(path: string): Promise<Digest> {
    const hash = createHash('sha256');
    for await (const chunk of this.#disk.chunks(path)) hash.update(chunk);
    return `sha256:${hash.digest('hex')}`;
  }
}
