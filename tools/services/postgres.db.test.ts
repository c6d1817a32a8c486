import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/index.ts';
import { runCommand } from './command.ts';
import { runAs, serverAccount, startPostgres } from './postgres.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

test('Postgres that was killed starts again on the same address with what it had committed', async () => {
  const folder = await temporaryFolder();
  const first = await startPostgres({ folder });
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  await first.kill9();
  // As a power cut leaves it: the pid file names a process that is someone else's by now.
  await writeFile(path.join(folder, 'data', 'postmaster.pid'), `${process.pid}\n`);
  const second = await startPostgres({ folder, port: Number(new URL(first.url).port) });
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await second.stop();
  expect(await second.exited).toBe('exit code 0');
}, 120_000);

test('the server finds its binaries in a checkout that only root can enter', async () => {
  const folder = await temporaryFolder();
  const binary = path.join(folder, 'initdb');
  await writeFile(binary, '', { mode: 0o755 });
  await chmod(folder, 0o700);
  // By access(2), as initdb looks for itself.
  const script = `require('node:fs').accessSync(${JSON.stringify(binary)}, require('node:fs').constants.X_OK); console.log('found')`;
  const { command, args, ...identity } = runAs(await serverAccount(), process.execPath, ['-e', script]);
  expect(await runCommand(command, args, { doing: 'looking for a file', ...identity })).toBe('found\n');
});
