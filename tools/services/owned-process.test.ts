import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/index.ts';
import { endLeftover, startProcess, startTime, whenReady } from './owned-process.ts';
import { freePort, requirePort } from './port.ts';

const forEver = ['-e', 'setInterval(() => undefined, 1000)'];
const never = () => Promise.reject(new Error('not yet'));

test('what an earlier start left running is ended', async () => {
  const folder = await temporaryFolder();
  const left = spawn(process.execPath, forEver, { detached: true, stdio: 'ignore' });
  writeFileSync(path.join(folder, 'process.json'), JSON.stringify({ pid: left.pid, startedAt: startTime(left.pid ?? 0) }));
  const gone = once(left, 'exit');
  await endLeftover(folder);
  expect((await gone)[1]).toBe('SIGKILL');
  expect(existsSync(path.join(folder, 'process.json'))).toBe(false);
});

test('a process that merely has the recorded id by now is left alone', async () => {
  const folder = await temporaryFolder();
  const stranger = spawn(process.execPath, forEver, { detached: true, stdio: 'ignore' });
  writeFileSync(path.join(folder, 'process.json'), JSON.stringify({ pid: stranger.pid, startedAt: '1' }));
  await endLeftover(folder);
  expect(startTime(stranger.pid ?? 0)).toBeDefined();
  stranger.kill('SIGKILL');
});

test('a record that cannot be read does not keep a service from starting', async () => {
  const folder = await temporaryFolder();
  writeFileSync(path.join(folder, 'process.json'), '{"pid": 12');
  await endLeftover(folder);
  expect(existsSync(path.join(folder, 'process.json'))).toBe(false);
});

test('a process that does not heed the signal is ended with its children', async () => {
  const folder = await temporaryFolder();
  const script = `const { spawn } = require('node:child_process');
    process.on('SIGTERM', () => undefined);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    console.log(child.pid); setInterval(() => undefined, 1000);`;
  let childPid = 0;
  const child = startProcess({ name: 'A stubborn one', command: process.execPath, args: ['-e', script], folder, graceMs: 50, onLine: (line) => (childPid = Number(line)) });
  await whenReady(child, 'A stubborn one', async () => (childPid === 0 ? never() : undefined));
  await child.stop();
  expect(await child.exited).toBe('signal SIGKILL');
  await expect.poll(() => startTime(childPid)).toBeUndefined();
});

test.each([
  ['the disk is full', 'could not write: No space left on device', /disk full: free some space/],
  ['the port is taken', 'could not bind: Address already in use', /port in use by another program: stop that program/],
  ['anything else', 'a reason of its own', /ended at once \(exit code 3\).*a reason of its own/],
])('a server that does not come up since %s says so in one sentence', async (_, log, expected) => {
  const folder = await temporaryFolder();
  const child = startProcess({ name: 'The server', command: process.execPath, args: ['-e', `console.error(${JSON.stringify(log)}); process.exit(3)`], folder });
  await expect(whenReady(child, 'The server', never)).rejects.toThrow(expected);
});

test('the log of the start before stays beside the new one', async () => {
  const folder = await temporaryFolder();
  for (const word of ['first', 'second']) await startProcess({ name: 'It', command: process.execPath, args: ['-e', `console.log('${word}')`], folder }).exited;
  expect(readFileSync(path.join(folder, 'log'), 'utf8')).toContain('second');
  expect(readFileSync(path.join(folder, 'log.before'), 'utf8')).toContain('first');
});

test('a port in use is refused with the remedy', async () => {
  const port = await freePort();
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  await expect(requirePort(port, 'the console', 'stop that program')).rejects.toThrow(`Port ${port}, which the console needs, is in use by another program: stop that program.`);
  holder.close();
});
