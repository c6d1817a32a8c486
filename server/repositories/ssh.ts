import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GitProblem } from './git-problem.ts';
import type { SshKey } from './schema.ts';

/** What SSH needs to know of one remote: where it is, who comes, by which key, and by which keys the host is known. */
export interface SshRemote extends SshKey {
  url: string;
  username: string;
}

/**
 * Writes what SSH goes by into the folder of one reading, which is removed with it, and answers the command for Git. Nothing of this machine's own
 * counts: no setting, agent, key or known host. `address` is what the host's name was found to mean, so that what was looked at is what is connected to.
 */
export async function sshCommand({ url, username, privateKey, knownHosts }: SshRemote, address: string, folder: string): Promise<string> {
  const { host, port } = hostOf(url);
  const [config, key, known] = ['ssh_config', 'ssh_key', 'ssh_known_hosts'].map((name) => path.join(folder, name));
  const settings = [
    ['HostName', address],
    ['Port', port],
    ['User', username],
    // The name under which ssh-keyscan and known_hosts have it.
    ['HostKeyAlias', port === '22' ? host : `[${host}]:${port}`],
    ['UserKnownHostsFile', quoted(known)],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['IdentityFile', quoted(key)],
    ['IdentitiesOnly', 'yes'],
    ['IdentityAgent', 'none'],
    ['PreferredAuthentications', 'publickey'],
    ['BatchMode', 'yes'],
    ['ControlMaster', 'no'],
    ['ControlPath', 'none'],
    ['ForwardAgent', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['ConnectTimeout', '30'],
    ['ServerAliveInterval', '15'],
    ['LogLevel', 'ERROR'],
  ];
  const text = `Host *\n${settings.map(([name, value]) => `  ${name} ${value}\n`).join('')}`;
  for (const [file = '', content] of [[config, text], [key, `${privateKey.trim()}\n`], [known, `${knownHosts.trim()}\n`]]) await writeFile(file, content ?? '', { mode: 0o600, flag: 'wx' });
  return `ssh -F '${config}'`;
}

/** Host and port of an address that begins with ssh://, without the brackets of an IPv6 address. */
export function hostOf(url: string): { host: string; port: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, '').toLowerCase(), port: port === '' ? '22' : port };
}

function quoted(file: string | undefined): string {
  return `"${file ?? ''}"`;
}

/** What SSH's words mean. */
export const sshMeanings: readonly [RegExp, (host: string) => string][] = [
  [/cannot run ssh|ssh: (command )?not found/, () => 'SSH is not installed where the control plane runs.'],
  [/Host key verification failed|HOST IDENTIFICATION HAS CHANGED|No .* host key is known/, (host) => `${host} does not show a host key that is known here: it was changed, or somebody else answers in its place. Compare it with what its owner publishes.`],
  [/Permission denied \(|Too many authentication failures/, (host) => `${host} does not take the key: it is not entered there, or was taken away.`],
  [/Load key .*: /, () => 'The private key cannot be read.'],
  [/does not appear to be a git repository|Repository not found/i, (host) => `There is no such repository at ${host}, or this key may not see it.`],
];

/** SSH goes straight: what a proxy lets through cannot be asked of it. */
export function requireNoProxy(proxy: string | undefined): void {
  if (proxy !== undefined) throw new GitProblem('SSH does not go through GIT_PROXY: connect it by https://.');
}
