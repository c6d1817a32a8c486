import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keyBytes, writeKey } from './key-file.ts';

const named = /^\d{4}\.key$/;

export interface SealingKey {
  /** It only grows, and is in the name of its file. */
  number: number;
  key: Uint8Array;
}

/** Keys that secrets are sealed under, newest first; empty before the first change of them. Read when asked, so that every process seals under the newest. */
export function readSealingKeys(stateFolder: string): SealingKey[] {
  return namesIn(folderOf(stateFolder)).map((name) => {
    const key = readFileSync(join(folderOf(stateFolder), name));
    if (key.length !== keyBytes) throw new Error(`${join(folderOf(stateFolder), name)} has ${key.length} bytes, not ${keyBytes}: restore it from the backup`);
    return { number: Number(name.slice(0, 4)), key };
  });
}

/** Adds a key, under which every process seals from now on. */
export async function addSealingKey(stateFolder: string): Promise<void> {
  const folder = folderOf(stateFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const newest = namesIn(folder)[0] ?? '0000.key';
  await writeKey(folder, `${String(Number(newest.slice(0, 4)) + 1).padStart(4, '0')}.key`, randomBytes(keyBytes));
}

/** Removes all but the newest `kept`; nothing may be sealed under the others any more. */
export async function removeSealingKeys(stateFolder: string, kept: number): Promise<void> {
  const folder = folderOf(stateFolder);
  for (const name of namesIn(folder).slice(kept)) await rm(join(folder, name));
}

function folderOf(stateFolder: string): string {
  return join(stateFolder, 'keys', 'sealing');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => named.test(name)).sort().reverse();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
