import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface TrackedFile {
  /** Path from the checkout, with forward slashes. */
  path: string;
  /** Undefined for what is not text. */
  text: string | undefined;
}

/** What a commit of this tree would hold: files that git knows or would add, ignored ones left out. */
export function readTrackedFiles(root: string): TrackedFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
  return listed
    .split('\0')
    .filter((file) => file !== '' && existsSync(path.join(root, file)))
    .map((file) => ({ path: file, text: readText(path.join(root, file)) }));
}

function readText(file: string): string | undefined {
  const bytes = readFileSync(file);
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
}
