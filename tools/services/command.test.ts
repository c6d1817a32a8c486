import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { checkout } from '../environment.ts';
import { temporaryFolder } from '../testing/index.ts';
import { runCommand, runInSight } from './command.ts';
import { endsOfLogs } from './logs.ts';

test('a program that fails is shown without its command line, which may hold a secret', async () => {
  const failing = runCommand(process.execPath, ['-e', 'console.error("a reason"); process.exit(3)', '--', 'a-secret'], { doing: 'failing' });
  const error: unknown = await failing.catch((cause: unknown) => cause);
  expect(inspect(error, { depth: 10, showHidden: true })).toContain('a reason');
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('a-secret');
});

test('a program reads what it is given on standard input', async () => {
  expect(await runCommand(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)'], { doing: 'reading', input: 'what was given' })).toBe('what was given');
});

test('a full disk is said as what it is', async () => {
  const failing = runCommand(process.execPath, ['-e', 'console.error("write: No space left on device"); process.exit(1)'], { doing: 'writing a page' });
  await expect(failing).rejects.toThrow('The disk is full while writing a page: free some space and start again.');
});

test('a program in sight that does not end is ended, and has failed', async () => {
  expect(await runInSight(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { cwd: checkout, limitMs: 200 })).toBe(1);
});

test('the ends of all logs below a folder are shown under their paths', async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'agents/press'), { recursive: true });
  await writeFile(path.join(folder, 'agents/press/log'), 'one\ntwo\nthree\n');
  await writeFile(path.join(folder, 'agents/press/log.before'), 'zero\n');
  expect(endsOfLogs(folder, 2)).toBe('── agents/press/log.before\nzero\n── agents/press/log\ntwo\nthree');
});
