import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestSchema } from '@selvedge/edge-runtime/protocol';
import type { Digest } from '@selvedge/edge-runtime/protocol';

/**
 * Artefacts as files under their digest, in `<state>/artefacts/<first two digits>/<digest>`, and uploads under way in
 * `<state>/artefacts/uploads/<id>`. The one driver: an object store takes its place by doing the same seven things.
 *
 * 1. A file under a digest has that content from its first moment: it is written elsewhere, synced, and renamed.
 * 2. What is there is never written again.
 */
export class FolderStore {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'artefacts');
  }

  path(digest: string): string {
    const hex = digestSchema.parse(digest).slice('sha256:'.length);
    return join(this.#folder, hex.slice(0, 2), hex);
  }

  /** Size in bytes; null when it is not there. */
  async size(digest: string): Promise<number | null> {
    return sizeOf(this.path(digest));
  }

  /** The bytes from `start` to `end`, both inclusive. */
  read(digest: string, start: number, end: number): Readable {
    return createReadStream(this.path(digest), { start, end });
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(createHash('sha256').update(bytes).digest('hex'));
    if ((await this.size(digest)) === bytes.length) return digest;
    const id = `put-${randomUUID()}`;
    await this.append(id, 0, bytes);
    await this.#moveIntoPlace(this.#uploadPath(id), digest);
    return digest;
  }

  /** Writes a chunk at `offset`, dropping whatever a broken attempt left behind it. Synced before it returns the new size. */
  async append(upload: string, offset: number, chunk: Uint8Array): Promise<number> {
    await mkdir(join(this.#folder, 'uploads'), { recursive: true });
    const file = await open(this.#uploadPath(upload), 'a+', 0o600);
    try {
      await file.truncate(offset);
      await file.appendFile(chunk);
      await file.datasync();
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  /** Computes the digest of a finished upload. */
  async digest(upload: string): Promise<Digest> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(this.#uploadPath(upload))) hash.update(chunk);
    return digestOf(hash.digest('hex'));
  }

  /** Makes a finished upload an artefact. */
  async keep(upload: string, digest: Digest): Promise<void> {
    if ((await this.size(digest)) !== null) return this.drop(upload);
    await this.#moveIntoPlace(this.#uploadPath(upload), digest);
  }

  async drop(upload: string): Promise<void> {
    await rm(this.#uploadPath(upload), { force: true });
  }

  /** Ids of the files of uploads, finished or not. */
  async uploads(): Promise<string[]> {
    return readdir(join(this.#folder, 'uploads')).catch(() => []);
  }

  #uploadPath(upload: string): string {
    if (!/^[\w-]{1,64}$/.test(upload)) throw new RangeError('that is no id of an upload');
    return join(this.#folder, 'uploads', upload);
  }

  async #moveIntoPlace(from: string, digest: Digest): Promise<void> {
    const path = this.path(digest);
    await mkdir(join(path, '..'), { recursive: true });
    await rename(from, path);
    const folder = await open(join(path, '..'), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

function digestOf(hex: string): Digest {
  return digestSchema.parse(`sha256:${hex}`);
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
