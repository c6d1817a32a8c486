import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCommit, readHead } from './commit.ts';
import type { Remote } from './git-command.ts';
import { connectRepositoryInput } from './schema.ts';
import { gitServer } from './testing/git-server.ts';
import type { GitServer } from './testing/git-server.ts';
import { sshServer } from './testing/ssh-server.ts';
import type { SshServer } from './testing/ssh-server.ts';

const signal = new AbortController().signal;
let server: GitServer;
let ssh: SshServer;
let head: string;
const remote = (more: Partial<Remote> = {}): Remote => ({ url: `ssh://127.0.0.1:${ssh.port}${server.folder}`, username: ssh.username, password: null, key: ssh.key, ...more });

beforeAll(async () => {
  [server, ssh] = await Promise.all([gitServer(), sshServer()]);
  head = await server.commit({ 'a.yaml': 'kind: Fleet\nname: pumps\nselector: site=a\n' });
});
afterAll(async () => {
  await Promise.all([server.close(), ssh.close()]);
});

describe('a branch over SSH', () => {
  test('is read by its key from the host that is known', async () => {
    expect(await readHead(remote(), 'main', signal)).toBe(head);
    expect(await readCommit(remote(), 'main', '', signal)).toMatchObject({ id: head, documents: [{ document: { kind: 'Fleet', name: 'pumps' } }] });
  });

  test('is not read from a host that shows another key, or none that is known', async () => {
    const problem = 'does not show a host key that is known here';
    await expect(readHead(remote({ key: { ...ssh.key, knownHosts: ssh.stranger.knownHosts } }), 'main', signal)).rejects.toThrow(problem);
    await expect(readHead(remote({ key: { ...ssh.key, knownHosts: ssh.key.knownHosts.replace('127.0.0.1', 'git.plant.invalid') } }), 'main', signal)).rejects.toThrow(problem);
  });

  test('says what is wrong with the key, the repository, the branch and the host', async () => {
    await expect(readHead(remote({ key: { ...ssh.key, privateKey: ssh.stranger.privateKey } }), 'main', signal)).rejects.toThrow('does not take the key');
    await expect(readHead(remote({ key: null }), 'main', signal)).rejects.toThrow('There is no key to open it with.');
    await expect(readHead(remote({ url: `ssh://127.0.0.1:${ssh.port}/no/such.git` }), 'main', signal)).rejects.toThrow('There is no such repository at 127.0.0.1');
    await expect(readHead(remote(), 'gone', signal)).rejects.toThrow('There is no branch gone.');
    await expect(readHead(remote({ url: 'ssh://127.0.0.1:9/x.git' }), 'main', signal)).rejects.toThrow('127.0.0.1:9 does not answer.');
    await expect(readHead(remote({ url: 'ssh://169.254.169.254/x.git' }), 'main', signal)).rejects.toThrow('is at an address that is never asked');
    await expect(readHead(remote({ network: { proxy: 'http://127.0.0.1:9' } }), 'main', signal)).rejects.toThrow('SSH does not go through GIT_PROXY');
  });

  test('is connected with a bare key and known hosts, and with nothing else', () => {
    const said = (url: string, credential?: unknown): string[] => connectRepositoryInput.safeParse({ name: 'plant', url, credential }).error?.issues.map(({ message }) => message) ?? [];
    const url = 'ssh://git.example.com/plants.git';
    expect(said(url, ssh.key)).toEqual([]);
    expect(said('ssh://[2001:db8::1]:2222/plants.git', ssh.key)).toEqual([]);
    expect(said(url)).toEqual([expect.stringContaining('opened by a privateKey')]);
    expect(said(url, { password: 'x' })).toEqual([expect.stringContaining('opened by a privateKey')]);
    expect(said('https://git.example.com/plants.git', ssh.key)).toEqual([expect.stringContaining('https:// by a name and a password')]);
    expect(said(url, { ...ssh.key, privateKey: ssh.sealedKey })).toEqual([expect.stringContaining('under a passphrase')]);
    expect(said(url, { ...ssh.key, privateKey: 'ssh-ed25519 AAAA' })).toEqual([expect.stringContaining('private key that begins with')]);
    expect(said(url, { ...ssh.key, knownHosts: '# nothing\n' })).toEqual([expect.stringContaining('ssh-keyscan')]);
    expect(said(url, { ...ssh.key, username: 'git\nProxyCommand sh' })).toEqual(['It has to be a user name.']);
    for (const wrong of ['ssh://a;b/x', 'ssh://-oProxyCommand=x/x', 'ssh://$(id)/x', 'git@github.com:x/y.git', 'ssh://git@git.example.com/x']) expect(said(wrong, ssh.key), wrong).not.toEqual([]);
  });
});
