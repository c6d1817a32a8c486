import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** How long each key of the state folder is. */
export const keyBytes = 32;

/** Writes a key (0600) that gets its name when it is whole, and only if no other process was first: then that one's stays. */
export async function writeKey(folder: string, name: string, key: Uint8Array): Promise<void> {
  const own = join(folder, `${name}.${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(own, 'wx', 0o600);
    try {
      await file.writeFile(key);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(own, join(folder, name));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(own, { force: true });
  }
}
