import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkout } from '../environment.ts';

/**
 * Makes something anew when the files that it is made of have changed since the last time; `marker` keeps a digest of them beside it.
 * `sources` are files and folders of the checkout. Returns whether it was made.
 */
export async function unlessMadeFrom(marker: string, sources: readonly string[], make: () => Promise<void>): Promise<boolean> {
  const digest = digestOf(sources);
  if (textOf(marker) === digest) return false;
  rmSync(marker, { force: true });
  await make();
  mkdirSync(path.dirname(marker), { recursive: true });
  writeFileSync(marker, digest);
  return true;
}

function textOf(marker: string): string | undefined {
  try {
    return readFileSync(marker, 'utf8');
  } catch {
    return undefined;
  }
}

function digestOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesBelow(source)).sort()) {
    if (/\.test\.tsx?$|\/fixtures\//.test(file)) continue;
    hash.update(file).update('\0').update(readFileSync(path.join(checkout, file))).update('\0');
  }
  return hash.digest('hex');
}

/** The files of a source, which is a file, a folder, or not there. */
function filesBelow(source: string): string[] {
  const absolute = path.join(checkout, source);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isDirectory() ? readdirSync(absolute).flatMap((entry) => filesBelow(`${source}/${entry}`)) : [source];
}
