import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { inheritedEnvironment } from '../../../tools/environment.ts';
import { ensureDebianPackages, findCommand } from '../../../tools/services/debian.ts';
import type { SshKey } from '../schema.ts';

const run = promisify(execFile);

/** OpenSSH's own server on this machine, which lets one key in as whoever runs the test. */
export interface SshServer {
  port: number;
  username: string;
  /** What opens it, and what it is known by. */
  key: SshKey;
  /** A key that it does not know, with `known_hosts` that name another host key; for what has to fail. */
  stranger: SshKey;
  /** The key that opens it, under a passphrase. */
  sealedKey: string;
  close(): Promise<void>;
}

export async function sshServer(): Promise<SshServer> {
  await ensureDebianPackages([{ command: 'sshd', debianPackage: 'openssh-server', neededBy: 'the test of repositories over SSH' }]);
  const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-ssh-'));
  const file = (name: string): string => path.join(folder, name);
  const newKey = async (name: string, passphrase = ''): Promise<string> => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file(name)]);
    return (await readFile(file(`${name}.pub`), 'utf8')).split(' ').slice(0, 2).join(' ');
  };
  const [host, other, own] = [await newKey('host'), await newKey('other'), await newKey('own')];
  await newKey('sealed', 'right horse');
  await writeFile(file('authorized'), `${own}\n`);
  const port = await freePort();
  // Where it drops its privileges, when it has some.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const settings = { ListenAddress: '127.0.0.1', Port: port, HostKey: file('host'), AuthorizedKeysFile: file('authorized'), PidFile: 'none', UsePAM: 'no', StrictModes: 'no', PasswordAuthentication: 'no', KbdInteractiveAuthentication: 'no', PermitRootLogin: 'prohibit-password' };
  await writeFile(file('config'), Object.entries(settings).map(([name, value]) => `${name} ${value}\n`).join(''));
  const child = spawn(findCommand('sshd') ?? 'sshd', ['-D', '-e', '-f', file('config')], { env: inheritedEnvironment({}), stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  await listening(child.stderr, ended);
  child.stderr.resume();
  const known = (key: string): string => `[127.0.0.1]:${port} ${key}\n`;
  return {
    port,
    username: userInfo().username,
    key: { privateKey: await readFile(file('own'), 'utf8'), knownHosts: known(host) },
    stranger: { privateKey: await readFile(file('other'), 'utf8'), knownHosts: known(other) },
    sealedKey: await readFile(file('sealed'), 'utf8'),
    close: async () => {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(said: AsyncIterable<Buffer>, ended: Promise<unknown>): Promise<void> {
  const ready = (async () => {
    let text = '';
    for await (const part of said) {
      text += part.toString('utf8');
      if (text.includes('Server listening')) return;
    }
    throw new Error(`sshd ended: ${text}`);
  })();
  await Promise.race([ready, ended.then(() => ready)]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a server has no port');
  return address.port;
}
