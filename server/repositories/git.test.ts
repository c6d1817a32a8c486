import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DocumentFaults } from '../documents/index.ts';
import { documentLimits } from '../documents/schema.ts';
import { readCommit, readHead } from './commit.ts';
import type { Remote } from './git-command.ts';
import { connectRepositoryInput } from './schema.ts';
import { gitServer } from './testing/git-server.ts';
import type { GitServer } from './testing/git-server.ts';

const fleet = 'kind: Fleet\nname: pumps\nselector: site=a\n';
const rule = 'define stream S (v int);\nfrom S[v > 1] select v insert into O;\n';
const signal = new AbortController().signal;
let server: GitServer;
const remote = (more: Partial<Remote> = {}): Remote => ({ url: server.url, username: '', password: null, ...more });

beforeEach(async () => {
  server = await gitServer();
});

afterEach(async () => server.close());

async function documentsAt(folder = ''): Promise<string[] | string> {
  const { documents } = await readCommit(remote(), 'main', folder, signal);
  return documents instanceof DocumentFaults ? documents.message : documents.map(({ document, place }) => `${document.kind} ${place.file}:${place.line}`);
}

describe('a branch', () => {
  test('has a newest commit, whose documents are read with their places', async () => {
    const id = await server.commit({ 'plants/a/all.yaml': `${fleet}---\nkind: Rule\nname: watch\nfile: ../../rules/watch.siddhi\n`, 'plants/b/other.yml': 'kind: Nonsense\n', 'rules/watch.siddhi': rule, 'README.md': '# Plants\n' }, 'Say what the plants run');
    expect(await readHead(remote(), 'main', signal)).toBe(id);
    expect(await readCommit(remote(), 'main', 'plants/a', signal)).toMatchObject({ id, subject: 'Say what the plants run', author: 'Ada', documents: [{ document: { kind: 'Rule', text: rule }, textPlace: { file: 'rules/watch.siddhi' } }, { place: { file: 'plants/a/all.yaml', line: 1 } }] });
    expect(await documentsAt('plants')).toBe('plants/b/other.yml:1: kind has to be Rule, Model, Fleet, Channel, Route, AlertSettings or Deployment');
    expect(await documentsAt('plant')).toBe('plant:1: there is no YAML file at this path');
    await expect(readHead(remote(), 'gone', signal)).rejects.toThrow('There is no branch gone.');
    await expect(readCommit(remote(), 'gone', '', signal)).rejects.toThrow('The branch is gone.');
  });

  test('whose files are too large, or not within the repository, is refused', async () => {
    await server.commit({ 'a.yaml': `${fleet}#${'x'.repeat(documentLimits.fileBytesMax)}\n` });
    expect(await documentsAt()).toMatch(/^a\.yaml:1: a\.yaml has \d+ bytes; at most 524288 are read$/);
    await server.commit(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}.yaml`, `kind: Fleet\nname: f${index}\nselector: site=a\n#${'x'.repeat(500_000)}\n`])));
    expect(await documentsAt()).toBe('8.yaml:1: the files have more than 4194304 bytes together');
    await server.commit({ 'a.yaml': 'kind: Rule\nname: watch\nfile: ../../../../etc/passwd\n' });
    expect(await documentsAt()).toBe('a.yaml:1: there is no file ../../../../etc/passwd at this commit');
    await server.commit(Object.fromEntries(Array.from({ length: documentLimits.filesMax + 1 }, (_, index) => [`${index}.yaml`, fleet])));
    expect(await documentsAt()).toBe('.:1: there are 1001 YAML files at this path; at most 1000 are read');
    await server.commit({ 'README.md': 'nothing' });
    expect(await documentsAt()).toBe('.:1: there is no YAML file at this path');
  });

  test('is opened by its credential alone, which no message repeats', async () => {
    await server.commit({ 'a.yaml': fleet });
    server.credential = { username: 'deploy', password: 'right horse' };
    expect(await readHead(remote(server.credential), 'main', signal)).toMatch(/^[0-9a-f]{40}$/);
    await expect(readHead(remote({ username: 'deploy', password: 'wrong horse' }), 'main', signal)).rejects.toThrow(/^127\.0\.0\.1:\d+ does not take the credential: it is wrong, or has ended\.$/);
    await expect(readHead(remote(), 'main', signal)).rejects.toThrow('asks for a credential, and none is kept.');
  });

  test('that is elsewhere, gone, or does not answer says so', async () => {
    await server.commit({ 'a.yaml': fleet });
    await expect(readHead(remote({ url: server.url.replace('plant', 'other') }), 'main', signal)).rejects.toThrow('There is no such repository');
    server.redirect = 'http://127.0.0.1:9/elsewhere.git';
    await expect(readHead(remote(), 'main', signal)).rejects.toThrow('sends to another address; name that one.');
    server.redirect = null;
    server.away = true;
    await expect(readHead(remote(), 'main', signal)).rejects.toThrow('does not answer.');
    await expect(readHead(remote({ url: 'http://127.0.0.1:9/x.git' }), 'main', signal)).rejects.toThrow('127.0.0.1:9 does not answer.');
    await expect(readHead(remote({ url: 'https://no-such-host.invalid/x.git' }), 'main', signal)).rejects.toThrow('There is no host no-such-host.invalid.');
  });

  test.each(['http://169.254.169.254/latest', 'http://2852039166/x', 'http://[fe80::1]/x', 'http://[::ffff:169.254.169.254]/x', 'http://0.0.0.0/x'])('at %s is never asked', async (url) => {
    await expect(readHead(remote({ url }), 'main', signal)).rejects.toThrow('is at an address that is never asked');
  });

  test('is left when the process ends', async () => {
    const ending = new AbortController();
    ending.abort();
    await expect(readHead(remote(), 'main', ending.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('what is connected', () => {
  const input = (more: object) => connectRepositoryInput.safeParse({ name: 'plant', url: 'https://example.com/a.git', ...more });

  test.each([
    [{ url: 'ext::sh -c touch% /tmp/x' }],
    [{ url: 'file:///etc' }],
    [{ url: 'ssh://git@example.com/a.git' }],
    [{ url: '--upload-pack=touch /tmp/x' }],
    [{ url: 'https://me:secret@example.com/a.git' }],
    [{ url: 'https://example.com/a.git?x=1' }],
    [{ url: 'http://example.com/a.git', credential: { password: 'x' } }],
    [{ branch: '--upload-pack=x' }],
    [{ branch: 'a..b' }],
    [{ branch: 'main:refs/heads/other' }],
    [{ path: '../elsewhere' }],
    [{ path: 'a/./b' }],
    [{ intervalSeconds: 1 }],
    [{ scopes: ['members:write'] }],
    [{ scopes: ['nodes:write'] }],
  ])('%j is refused', (more) => {
    expect(input(more).success).toBe(false);
  });

  test('is written in one way', () => {
    expect(input({ path: '/plants/a/', credential: { password: 'x' } }).data).toMatchObject({ path: 'plants/a', branch: 'main', credential: { username: 'git' }, autoSync: false });
    expect(input({ path: './' }).data).toMatchObject({ path: '' });
  });
});
