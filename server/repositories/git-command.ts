import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { access, constants } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { GitProblem } from './git-problem.ts';
import { repositoryLimits } from './schema.ts';
import type { SshKey } from './schema.ts';
import { requireNoProxy, sshCommand, sshMeanings } from './ssh.ts';

/** Where a repository is, and by what it is opened. */
export interface Remote {
  url: string;
  username: string;
  password: string | null;
  /** By which SSH opens it, and knows the host. */
  key?: SshKey | null;
  /** As whoever runs the control plane has it: straight, and by the system's authorities, unless something else is said. */
  network?: GitNetwork;
}

export interface GitNetwork {
  /** PEM file of the authorities by which servers are known. */
  caFile?: string | undefined;
  /** The proxy that finds hosts and connects to them. */
  proxy?: string | undefined;
}

/**
 * Never asked, whoever names them: what only this machine's own network segment answers, among it the services by which clouds
 * tell a machine its credentials.
 */
const unreachable = new BlockList();
for (const [address, prefix] of [['0.0.0.0', 8], ['169.254.0.0', 16], ['100.100.100.200', 32], ['224.0.0.0', 4], ['255.255.255.255', 32]] as const) unreachable.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of [['::', 128], ['fe80::', 10], ['fd00:ec2::254', 128], ['ff00::', 8]] as const) unreachable.addSubnet(address, prefix, 'ipv6');

/** Runs Git in a process of its own, which is stopped after its time, and may write and hold so much and no more. */
export interface Git {
  run(args: readonly string[], options?: { outputMax?: number }): Promise<Buffer>;
  /** A process that is spoken with; whoever opens it ends it. */
  open(args: readonly string[]): ChildProcessWithoutNullStreams;
}

/** Sizes as `ulimit` counts them: blocks of 512 bytes, and KiB. A system without one of the limits goes without it. */
const limited = `ulimit -f ${repositoryLimits.packBytesMax / 512} 2>/dev/null; ulimit -v ${repositoryLimits.memoryBytesMax / 1024} 2>/dev/null; exec git "$@"`;

/** Git as it is for one remote and one folder: no setting, hook, helper or prompt of this machine, no protocol but the remote's own, no redirect. */
export async function openGit(remote: Remote, folder: string, signal: AbortSignal): Promise<Git> {
  const env = { ...environmentOf(folder), ...(await settingsFor(remote, folder)) };
  // A group of its own: the processes that Git starts end with it.
  const open = (args: readonly string[]): ChildProcessWithoutNullStreams => spawn('sh', ['-c', limited, 'git', ...args], { cwd: folder, env, detached: true, signal, stdio: 'pipe' });
  return {
    open,
    run: (args, { outputMax = 65_536 } = {}) => finished(open(args), outputMax, remote),
  };
}

/** Ends a process and those it started. */
export function end(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

async function finished(child: ChildProcessWithoutNullStreams, outputMax: number, remote: Remote): Promise<Buffer> {
  const output: Buffer[] = [];
  let [bytes, said, late] = [0, '', false];
  const timer = setTimeout(() => {
    late = true;
    end(child);
  }, repositoryLimits.commandMs);
  child.stdin.on('error', () => undefined).end();
  child.stdout.on('data', (data: Buffer) => {
    bytes += data.length;
    if (bytes > outputMax) end(child);
    else output.push(data);
  });
  child.stderr.on('data', (data: Buffer) => (said = `${said}${data.toString('utf8')}`.slice(-4000)));
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', (error) => reject(error.name === 'AbortError' ? error : new GitProblem(`Git could not be started: ${error.message}.`))).once('close', resolve));
    if (late) throw new GitProblem(`${hostOf(remote)} took longer than ${repositoryLimits.commandMs / 1000} s.`);
    if (bytes > outputMax) throw new GitProblem('There are more files at this commit than are taken.');
    if (code !== 0) throw new GitProblem(explained(said, code, remote));
    return Buffer.concat(output);
  } finally {
    clearTimeout(timer);
    end(child);
  }
}

/** Settings for this one remote, with its credential; they reach Git by its environment, not by an argument that others could read. */
async function settingsFor(remote: Remote, folder: string): Promise<Record<string, string>> {
  const { hostname, protocol } = new URL(remote.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { proxy } = remote.network ?? {};
  if (protocol === 'ssh:') requireNoProxy(proxy);
  const addresses = await addressesOf(host, proxy !== undefined);
  if (addresses.some(({ address, family }) => unreachable.check(address, family === 6 ? 'ipv6' : 'ipv4'))) throw new GitProblem(`${host} is at an address that is never asked: it is this machine's own network segment.`);
  if (protocol !== 'ssh:') return { GIT_ALLOW_PROTOCOL: 'http:https', ...configured([...ofGit, ...(await ofHttp(remote, host, addresses))]) };
  if (remote.key == null) throw new GitProblem('There is no key to open it with.');
  return { GIT_ALLOW_PROTOCOL: 'ssh', GIT_SSH_VARIANT: 'ssh', GIT_SSH_COMMAND: await sshCommand({ ...remote.key, url: remote.url, username: remote.username }, addresses[0]?.address ?? host, folder), ...configured(ofGit) };
}

/** Whatever the remote is. */
const ofGit: readonly [string, string][] = [
  ['credential.helper', ''],
  ['core.hooksPath', '/dev/null'],
  ['core.bigFileThreshold', '1m'],
  ['fetch.unpackLimit', '1'],
  ['pack.threads', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

async function ofHttp(remote: Remote, host: string, addresses: readonly { address: string; family: number }[]): Promise<[string, string][]> {
  const { port, protocol } = new URL(remote.url);
  const { caFile, proxy } = remote.network ?? {};
  // Git would go by the system's authorities in place of a file that is not there.
  if (caFile !== undefined) await access(caFile, constants.R_OK).catch(() => {
    throw new GitProblem('The file that GIT_CA_FILE names cannot be read.');
  });
  const pinned = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address)).join(',');
  return [
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1000'],
    ['http.lowSpeedTime', '30'],
    ...(caFile === undefined ? [] : [['http.sslCAInfo', caFile] satisfies [string, string], ['http.proxySSLCAInfo', caFile] satisfies [string, string]]),
    ...(proxy === undefined ? [] : [['http.proxy', proxy] satisfies [string, string]]),
    // What was looked at is what is connected to, whatever the name means a moment later.
    ...(isIP(host) === 0 && addresses.length > 0 ? [['http.curloptResolve', `${host}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}:${pinned}`] satisfies [string, string]] : []),
    ...(remote.password === null ? [] : [['http.extraHeader', `Authorization: Basic ${Buffer.from(`${remote.username}:${remote.password}`).toString('base64')}`] satisfies [string, string]]),
  ];
}

/** What the host means. A name that a proxy finds may mean nothing here, and only what is written as an address can be looked at. */
async function addressesOf(host: string, byProxy: boolean): Promise<{ address: string; family: number }[]> {
  if (byProxy && isIP(host) === 0) return [];
  return lookup(host, { all: true }).catch(() => {
    throw new GitProblem(`There is no host ${host}.`);
  });
}

function environmentOf(folder: string): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
    HOME: folder,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function configured(configuration: readonly (readonly [string, string])[]): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: String(configuration.length),
    ...Object.fromEntries(configuration.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]])),
  };
}

/** What Git's words mean, for those who do not read them every day. */
const meanings: readonly [RegExp, (host: string, password: boolean) => string][] = [
  ...sshMeanings,
  [/returned error: 401|could not read (Username|Password)|Authentication failed/, (host, password) => (password ? `${host} does not take the credential: it is wrong, or has ended.` : `${host} asks for a credential, and none is kept.`)],
  [/returned error: 403/, (host) => `${host} does not let this credential read the repository.`],
  [/returned error: 404|not found/, (host) => `There is no such repository at ${host}, or this credential may not see it.`],
  [/returned error: 30\d|redirect/i, (host) => `${host} sends to another address; name that one.`],
  [/returned error: (\d+)/, (host) => `${host} answers with an error of its own.`],
  [/couldn't find remote ref/i, () => 'The branch is gone.'],
  // A process that writes more than it may is ended, and Git hears no more of it than this.
  [/invalid index-pack output|File too large/, () => `It could not be taken over: it has more than ${repositoryLimits.packBytesMax / 1024 ** 2} MiB at this commit, or is broken.`],
  [/out of memory|mmap failed|cannot allocate/i, () => 'Reading it takes more memory than it is given.'],
  [/SSL|certificate/i, (host) => `The certificate of ${host} is not trusted by this machine.`],
  [/CONNECT tunnel failed|proxy/i, (host) => `The proxy does not lead to ${host}.`],
  [/Could not resolve|Failed to connect|Connection (refused|timed out|reset)|Couldn't connect|Operation too slow|unable to access/i, (host) => `${host} does not answer.`],
];

function explained(said: string, code: number | null, remote: Remote): string {
  if (code === 127) return 'Git is not installed where the control plane runs.';
  const found = meanings.find(([pattern]) => pattern.test(said));
  if (found !== undefined) return found[1](hostOf(remote), remote.password !== null);
  const last = said.trim().split('\n').at(-1) ?? '';
  return `Git failed: ${last === '' ? `it ended with ${code ?? 'a signal'}` : last.slice(0, 200)}`;
}

function hostOf({ url }: Remote): string {
  return new URL(url).host;
}
