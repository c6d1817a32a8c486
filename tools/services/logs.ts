import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Everything that our services write: of this run, and of the one before when a service was started again. */
const logNames = ['log.before', 'log'];
const depthMax = 3;

/** The end of every log below a folder, each under its path, so that a failure far from here can be understood from what is printed. */
export function endsOfLogs(folder: string, lines = 40): string {
  return logsBelow(folder, depthMax)
    .map((file) => ({ file, text: endOf(file, lines) }))
    .filter(({ text }) => text !== '')
    .map(({ file, text }) => `── ${path.relative(folder, file)}\n${text}`)
    .join('\n');
}

function logsBelow(folder: string, depth: number): string[] {
  if (!existsSync(folder)) return [];
  const here = logNames.map((name) => path.join(folder, name)).filter((file) => existsSync(file));
  if (depth === 0) return here;
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...here, ...folders.flatMap(({ name }) => logsBelow(path.join(folder, name), depth - 1))];
}

/** The last lines of a file; nothing when there is no file. */
export function endOf(file: string, lines: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
