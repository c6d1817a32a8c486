import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Flushes a folder's entries, so that a file made or renamed in it is still there after a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file as one step: a reader, also one after a crash, sees the old content or the new, never a part.
 * The new content is on the disk when the promise resolves. `between` is done when the new content is on the disk and
 * before it has the file's name: what it does is not begun when the disk has no room.
 */
export async function writeFileDurably(path: string, content: string | Uint8Array, { mode = 0o600, between }: { mode?: number; between?: () => Promise<void> } = {}): Promise<void> {
  const staged = `${path}.next`;
  const handle = await open(staged, 'w', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await between?.();
  await rename(staged, path);
  await syncFolder(dirname(path));
}

/** A file's text, or undefined when there is none. Any other failure is thrown. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Removes a file; one that is not there is fine. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
