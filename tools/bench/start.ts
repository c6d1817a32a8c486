import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkout } from '../environment.ts';
import { runCommand } from '../services/command.ts';
import { makeFolder, startProcess, whenReady } from '../services/owned-process.ts';
import { type Table, seconds } from './table.ts';

interface Session {
  startMs: number;
  stopMs: number;
}

/** `npm start` on a clean clone of what is committed, and again on what the first start left. */
export async function measureStarts(): Promise<Table[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-bench-start-'));
  try {
    await runCommand('git', ['clone', '--quiet', checkout, folder], { doing: 'cloning the checkout' });
    const [first, second] = [await session(folder), await session(folder)];
    return [
      {
        title: 'npm start',
        about: 'A clean clone; npm, Maven and apt find in their caches what this machine has fetched before. The aim for the second start is 15 s.',
        columns: ['what', 'until it says its address', 'Ctrl-C until all of it has ended'],
        rows: [
          ['first start: packages, console built, example published and deployed', seconds(first.startMs), seconds(first.stopMs)],
          ['second start', seconds(second.startMs), seconds(second.stopMs)],
        ],
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function session(folder: string): Promise<Session> {
  const log = await makeFolder(path.join(folder, '.selvedge/bench'));
  const from = performance.now();
  let up: number | undefined;
  const onLine = (line: string) => (up ??= line.startsWith('Selvedge is at') ? performance.now() : undefined);
  const child = startProcess({ name: 'npm start', command: 'npm', args: ['start'], folder: log, cwd: folder, stopSignal: 'SIGINT', graceMs: 60_000, onLine });
  await whenReady(child, 'npm start', async () => up ?? Promise.reject(new Error('it has not said its address')), 900_000);
  const pressed = performance.now();
  // As a terminal does it: to npm, its shell and what runs in it alike.
  process.kill(-child.pid, 'SIGINT');
  await child.stop();
  return { startMs: (up ?? pressed) - from, stopMs: performance.now() - pressed };
}
