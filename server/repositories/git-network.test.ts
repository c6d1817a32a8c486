import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { readCommit, readHead } from './commit.ts';
import { gitServer } from './testing/git-server.ts';
import type { GitServer } from './testing/git-server.ts';
import { tlsFront } from './testing/tls-front.ts';
import type { TlsFront } from './testing/tls-front.ts';

const signal = new AbortController().signal;
const host = 'git.plant.invalid';
const credential = { username: 'deploy', password: 'right horse' };
let server: GitServer;
let front: TlsFront;
let head: string;

beforeAll(async () => {
  server = await gitServer();
  front = await tlsFront(await temporaryFolder(), host, Number(new URL(server.url).port));
  head = await server.commit({ 'a.yaml': 'kind: Fleet\nname: pumps\nselector: site=a\n' });
  server.credential = credential;
});
afterAll(async () => {
  await front.close();
  await server.close();
});

describe('a branch over HTTPS', () => {
  test('is not read from a server that no known authority vouches for', async () => {
    await expect(readHead({ url: `${front.url}/plant.git`, ...credential }, 'main', signal)).rejects.toThrow(/^The certificate of localhost:\d+ is not trusted by this machine\.$/);
  });

  test('is read from one that a private authority vouches for, with its credential', async () => {
    const remote = { url: `${front.url}/plant.git`, ...credential, network: { caFile: front.caFile } };
    expect(await readHead(remote, 'main', signal)).toBe(head);
    expect(await readCommit(remote, 'main', '', signal)).toMatchObject({ id: head, documents: [{ document: { kind: 'Fleet' } }] });
    await expect(readHead({ ...remote, password: 'wrong horse' }, 'main', signal)).rejects.toThrow('does not take the credential');
  });

  test('goes by no other authorities where the file of them cannot be read', async () => {
    await expect(readHead({ url: `${front.url}/plant.git`, ...credential, network: { caFile: '/no/such/file.pem' } }, 'main', signal)).rejects.toThrow('The file that GIT_CA_FILE names cannot be read.');
  });

  test('is read through a proxy, which alone finds the host', async () => {
    const remote = { url: `https://${host}/plant.git`, ...credential, network: { caFile: front.caFile, proxy: front.proxy } };
    expect(await readHead(remote, 'main', signal)).toBe(head);
    expect(await readCommit(remote, 'main', '', signal)).toMatchObject({ id: head });
    expect(new Set(front.asked)).toEqual(new Set([`${host}:443`]));
    await expect(readHead({ ...remote, url: 'https://other.plant.invalid/plant.git' }, 'main', signal)).rejects.toThrow('The proxy does not lead to other.plant.invalid.');
    await expect(readHead({ ...remote, url: 'https://169.254.169.254/x.git' }, 'main', signal)).rejects.toThrow('is at an address that is never asked');
  });
});
