import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { labelOf } from '../../server/documents/schema.ts';
import { isSsh, refreshRepositoryOutput, repositorySchema, repositoryScopeSchema, repositorySyncSchema, syncReferenceOutput } from '../../server/repositories/schema.ts';
import type { RepositoryChange, RepositoryDetail, RepositoryScope, SyncItem } from '../../server/repositories/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf } from './kinds.ts';
import { ageOf, table } from './output.ts';
import type { Io } from './io.ts';

const pollMs = 500;
const timeoutMs = 600_000;

interface ConnectOptions {
  branch: string;
  path: string;
  url?: string;
  autoSync?: boolean;
  prune?: boolean;
  selfHeal?: boolean;
  every: number;
  username?: string;
  key?: string;
  knownHosts?: string;
  scope?: RepositoryScope[];
}

/** `selvedge repo …`: what a repository would change, doing it, and what it did. */
export function addRepositoryCommands(program: Command, io: Io, connect: () => Promise<ApiClient>, end: (exitCode: number) => void): void {
  const repo = program.command('repo').description('Repositories, by name; `get repos` lists them, `describe repo` shows one.');
  const named = async (name: string): Promise<{ client: ApiClient; id: string }> => {
    const client = await connect();
    return { client, id: (await find(client, kindOf('repository'), name)).id };
  };

  repo
    .command('connect <name> <url>')
    .description('Connect a branch and path of a Git repository. With --username, its password or access token is read from standard input; ssh:// takes --key and --known-hosts.')
    .option('--branch <branch>', 'the branch to follow', 'main')
    .option('--path <folder>', 'the folder of its documents', '')
    .option('--auto-sync', 'apply each new commit by itself')
    .option('--self-heal', 'put back what somebody changes by hand')
    .option('--prune', 'remove what it made when the document is gone')
    .option('--every <seconds>', 'how often the branch is asked', seconds, 180)
    .option('--username <name>', 'the name that goes with the token or key')
    .option('--key <file>', 'the private key that opens ssh://, made for this alone and without a passphrase')
    .option('--known-hosts <file>', 'by which the host is known, as ssh-keyscan prints it; compare it with what its owner publishes')
    .option('--scope <scopes...>', `what it may do: ${repositoryScopeSchema.options.join(', ')}; all but the last when left out`)
    .action(async (name: string, url: string, { every, username, key, knownHosts, scope, ...options }: ConnectOptions) => {
      const credential = await credentialOf(io, url, { username, key, knownHosts });
      await (await connect()).send('POST', '/repositories', { name, url, ...options, intervalSeconds: every, ...(credential !== undefined && { credential }), ...(scope !== undefined && { scopes: scope }) });
      io.out(`repository/${name} connected\n`);
    });
  repo
    .command('change <name>')
    .description('Change where a repository is, or how it is kept; what is left out stays. With --username, another password or access token is read from standard input.')
    .option('--url <url>', 'another address')
    .option('--branch <branch>', 'the branch to follow')
    .option('--path <folder>', 'the folder of its documents')
    .option('--auto-sync', 'apply each new commit by itself')
    .option('--no-auto-sync', 'wait for a person')
    .option('--self-heal', 'put back what somebody changes by hand')
    .option('--no-self-heal', 'leave it, and say so')
    .option('--prune', 'remove what it made when the document is gone')
    .option('--no-prune', 'leave what it made')
    .option('--every <seconds>', 'how often the branch is asked', seconds)
    .option('--username <name>', 'the name that goes with the token')
    .option('--no-username', 'forget the credential')
    .option('--scope <scopes...>', 'what it may do')
    .action(async (name: string, { every, username, scope, ...options }: Partial<Omit<ConnectOptions, 'username'>> & { username?: string | boolean }) => {
      const { client, id } = await named(name);
      const { version } = repositorySchema.parse(await client.get(`/repositories/${id}`));
      const credential = typeof username === 'string' ? { credential: { username, password: (await io.standardInput()).trim() } } : username === false ? { credential: null } : {};
      await client.send('PATCH', `/repositories/${id}`, { version, ...options, intervalSeconds: every, scopes: scope, ...credential });
      io.out(`repository/${name} changed\n`);
    });
  repo.command('diff <name>').description('Ask the branch, and show what a sync would change. Ends with 1 when something would, with 5 when it cannot.').action(async (name: string) => {
    const { client, id } = await named(name);
    const repository = await refreshed(client, id);
    const changes = repository.changes.filter(({ action }) => action !== 'same');
    for (const change of changes) io.out(`${labelOf(change)}${change.drift ? ' (changed here)' : ''}\n${linesOf(change).map((line) => `  ${line}\n`).join('')}`);
    if (repository.problem !== null) throw new CliError(exitCodes.refused, repository.problem);
    if (changes.length > 0) end(exitCodes.differs);
  });
  repo
    .command('sync <name>')
    .description('Apply all that differs, and wait for it. Ends with 5 when it is refused.')
    .option('--prune', 'remove what it made and no document names any more')
    .action(async (name: string, options: { prune?: true }) => {
      const { client, id } = await named(name);
      const { sync } = syncReferenceOutput.parse(await client.send('POST', `/repositories/${id}/syncs`, { prune: options.prune === true }));
      const ended = await until(async () => repositorySyncSchema.parse(await client.get(`/repositories/${id}/syncs/${sync}`)), ({ state }) => state === 'Succeeded' || state === 'Failed');
      io.out(ended.did.map((one) => `${labelOf(one)} ${one.did}\n`).join(''));
      if (ended.state === 'Failed') throw new CliError(exitCodes.refused, ended.problem ?? 'It failed.');
      io.out(`repository/${name} is at ${ended.commit?.slice(0, 12) ?? '-'}${ended.did.length === 0 ? '; nothing had to be done' : ''}\n`);
    });
  repo.command('history <name>').description('What was applied, newest first.').option('--limit <count>', 'at most so many', seconds, 20).action(async (name: string, { limit }: { limit: number }) => {
    const { client, id } = await named(name);
    const syncs = (await client.list(`/repositories/${id}/syncs`, {}, limit)).map((one) => repositorySyncSchema.parse(one));
    io.out(table<SyncItem>(syncs, [
      { head: 'AGE', value: ({ createdAt }) => ageOf(createdAt, io.now()) },
      { head: 'STATE', value: ({ state }) => state },
      { head: 'COMMIT', value: ({ commit }) => commit?.slice(0, 12) },
      { head: 'BY', value: ({ requestedBy }) => requestedBy ?? 'itself' },
      { head: 'DID', value: ({ did, problem }) => problem ?? did.map((one) => `${labelOf(one)} ${one.did}`).join(', ') },
    ]));
  });
  repo.command('remove <name>').description('Forget a repository. What it made stays.').action(async (name: string) => {
    const { client, id } = await named(name);
    await client.send('DELETE', `/repositories/${id}`);
    io.out(`repository/${name} removed\n`);
  });
}

async function credentialOf(io: Io, url: string, { username, key, knownHosts }: Record<'username' | 'key' | 'knownHosts', string | undefined>): Promise<object | undefined> {
  if (isSsh(url)) {
    if (key === undefined || knownHosts === undefined) throw new CliError(exitCodes.usage, 'ssh:// needs --key FILE and --known-hosts FILE.');
    return { ...(username !== undefined && { username }), privateKey: await textOf(key), knownHosts: await textOf(knownHosts) };
  }
  if (key !== undefined || knownHosts !== undefined) throw new CliError(exitCodes.usage, '--key and --known-hosts are for ssh://; https:// takes --username, and its token from standard input.');
  return username === undefined ? undefined : { username, password: (await io.standardInput()).trim() };
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CliError(exitCodes.usage, `${file} cannot be read.`);
  });
}

/** The repository after its branch was asked and compared once more. */
async function refreshed(client: ApiClient, id: string): Promise<RepositoryDetail> {
  const { askedAt } = refreshRepositoryOutput.parse(await client.send('POST', `/repositories/${id}/refresh`));
  return until(async () => repositorySchema.parse(await client.get(`/repositories/${id}`)), ({ working, nextAt }) => !working && nextAt > askedAt);
}

async function until<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (isDone(value)) return value;
    if (performance.now() > deadline) throw new CliError(exitCodes.unreachable, `Nothing was done within ${timeoutMs / 1000} s: is a control plane with the role worker running?`);
    await wait(pollMs);
  }
}

function linesOf({ lines, blocked, held }: RepositoryChange): string[] {
  return [...lines, ...(blocked === null ? [] : [`! ${blocked}`]), ...(held === null ? [] : [`# ${held}`])];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return value;
}
