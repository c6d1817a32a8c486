import { beforeAll, expect, test } from 'vitest';
import { startRepositoryLoop } from '../../server/repositories/index.ts';
import { fleet, plant, Plant } from '../../server/repositories/testing/a-plant.ts';
import { testServer } from '../../server/testing/http.ts';
import type { TestServer } from '../../server/testing/http.ts';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';

const site = new Plant();
let server: TestServer;

beforeAll(async () => {
  await site.world.relay();
  server = await testServer(site.world);
});

/** The command line as somebody with a token for all that repositories need. */
async function signedIn(): Promise<(...args: string[]) => Promise<Said>> {
  const scopes = ['repositories:read', 'repositories:write', 'rules:read', 'rules:write', 'models:read', 'models:write', 'fleets:read', 'fleets:write', 'deployments:read', 'deployments:write'] as const;
  const { token } = await site.as('administrator').identity.tokens.create({ name: 'ci', scopes: [...scopes], expiresAt: site.world.deps.clock.now() + 3_600_000 });
  return (...args) => commandLine(args, { standardInput: async () => 'right horse battery\n', given: { url: server.url, token } });
}

test('a repository is connected, compared, synced and forgotten from the command line', async () => {
  const ending = new AbortController();
  const loop = startRepositoryLoop(site.world.deps, ending.signal);
  const selvedge = await signedIn();
  site.server.credential = { username: 'deploy', password: 'right horse battery' };
  const commit = await site.server.commit(plant(1));
  expect(await selvedge('repo', 'connect', 'plant', site.server.url, '--path', 'plant', '--username', 'deploy')).toEqual({ code: exitCodes.done, out: 'repository/plant connected\n', error: '' });
  const diff = await selvedge('repo', 'diff', 'plant');
  expect(diff).toMatchObject({ code: exitCodes.differs, error: '' });
  expect(diff.out).toMatch(/^rule\/watch\n {2}\+ define stream S \(v int\);\n[\s\S]*\nfleet\/pumps\n {2}\+ selector site=a\n[\s\S]*\ndeployment of pumps\n/);
  expect((await selvedge('get', 'repos')).out).toMatch(new RegExp(`^NAME +STATUS +COMMIT +PENDING +DRIFTED\nplant +OutOfSync +${commit.slice(0, 12)} +3 +0\n$`));
  const synced = await selvedge('repo', 'sync', 'plant');
  expect(synced).toMatchObject({ code: exitCodes.done, error: '' });
  expect(synced.out).toMatch(new RegExp(`^rule/watch published as version 1\nfleet/pumps created\ndeployment of pumps started as \\S+\nrepository/plant is at ${commit.slice(0, 12)}\n$`));
  expect(await selvedge('repo', 'diff', 'plant')).toEqual({ code: exitCodes.done, out: '', error: '' });
  expect((await selvedge('repo', 'sync', 'plant')).out).toContain('nothing had to be done');
  expect((await selvedge('repo', 'history', 'plant')).out).toMatch(/^AGE +STATE +COMMIT +BY +DID\n.*Succeeded.* ci .*\n.*rule\/watch published as version 1/);
  expect((await selvedge('describe', 'repo', 'plant')).out).toContain('hasCredential: true');

  await site.server.commit({ 'plant/all.yaml': `${fleet}colour: red\n` });
  expect(await selvedge('repo', 'diff', 'plant')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('plant/all.yaml:5: there is no ‘colour’') });
  expect(await selvedge('repo', 'sync', 'plant')).toMatchObject({ code: exitCodes.refused, out: '', error: expect.stringContaining('plant/all.yaml:5') });

  expect(await selvedge('repo', 'sync', 'nowhere')).toMatchObject({ code: exitCodes.notFound });
  expect(await selvedge('repo', 'connect', 'x', 'file:///etc')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('https://') });
  expect(await selvedge('repo', 'connect', 'x')).toMatchObject({ code: exitCodes.usage });
  expect(await selvedge('repo', 'connect', 'x', 'ssh://git.example.com/x.git')).toMatchObject({ code: exitCodes.usage, error: 'ssh:// needs --key FILE and --known-hosts FILE.\n' });
  expect(await selvedge('repo', 'connect', 'x', 'ssh://git.example.com/x.git', '--key', '/no/such/file', '--known-hosts', '/dev/null')).toMatchObject({ code: exitCodes.usage, error: '/no/such/file cannot be read.\n' });
  expect(await selvedge('repo', 'connect', 'x', 'ssh://git.example.com/x.git', '--key', '/dev/null', '--known-hosts', '/dev/null')).toMatchObject({ code: exitCodes.refused, out: '' });
  expect(await selvedge('repo', 'connect', 'x', site.server.url, '--key', '/dev/null')).toMatchObject({ code: exitCodes.usage });
  expect(await selvedge('repo', 'remove', 'plant')).toMatchObject({ code: exitCodes.done });
  expect((await selvedge('get', 'repos')).error).toBe('There are no repositories.\n');
  ending.abort();
  await loop.finished;
});
