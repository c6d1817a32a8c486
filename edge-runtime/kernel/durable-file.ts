import { dirname } from 'node:path';
import { type Disk, machineDisk } from './disk.ts';

/**
 * Replaces a file as one step: a reader, also one after a crash, sees the old content or the new, never a part.
 * The new content is on the disk when the promise resolves. `between` is done when the new content is on the disk and
 * before it has the file's name: what it does is not begun when the disk has no room.
 */
export async function writeFileDurably(path: string, content: string | Uint8Array, { mode = 0o600, between, disk = machineDisk }: { mode?: number; between?: () => Promise<void>; disk?: Disk } = {}): Promise<void> {
  const staged = `${path}.next`;
  const file = await disk.open(staged, 'anew', mode);
  try {
    await file.write(typeof content === 'string' ? Buffer.from(content) : content);
    await file.sync();
  } finally {
    await file.close();
  }
  await between?.();
  await renameDurably(staged, path, disk);
}

/** Gives a file another name, in the same folder: it has it for good when the promise resolves. */
export async function renameDurably(from: string, to: string, disk: Disk = machineDisk): Promise<void> {
  await disk.rename(from, to);
  await disk.syncFolder(dirname(to));
}

/**
 * A file's text, or undefined when there is none. Any other failure is thrown. Whoever ended between giving it its name and flushing
 * that left it to be read and lost again: what is read here is there for good.
 */
export async function readFileIfThere(path: string, disk: Disk = machineDisk): Promise<string | undefined> {
  await disk.syncFolder(dirname(path));
  const bytes = await disk.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
