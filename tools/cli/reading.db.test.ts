import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAgent } from '../../server/deployments/testing/an-agent.ts';
import { capabilities } from '../../server/identity/index.ts';
import { testServer } from '../../server/testing/http.ts';
import type { TestServer } from '../../server/testing/http.ts';
import { aUser, callAs, testWorld } from '../../server/testing/index.ts';
import type { TestWorld } from '../../server/testing/index.ts';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';

/* What pages show at a glance, by command: all of it, who did what, what a selector would mean, who is a member. */

let world: TestWorld;
let server: TestServer;
let organization: string;
let token: string;
let folder: string;

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  ({ token } = await callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 'admin', scopes: [...capabilities], expiresAt: world.deps.clock.now() + 3_600_000 }));
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-cli-reading-'));
  await (await anAgent(world.deps, organization, 'hall-1', { site: 'north' })).connect();
  await callAs(world.deps, aUser(organization)).fleets.create({ name: 'north', selector: 'site=north' });
});
afterAll(() => rm(folder, { recursive: true }));

function selvedge(...args: string[]): Promise<Said> {
  return commandLine(args, { profileFile: path.join(folder, 'profile.json'), given: { url: server.url, token } });
}

test('all of it at a glance, and things by what they are called', async () => {
  expect((await selvedge('overview')).out).toMatch(/^1 node; 1 Healthy; .*\n0\.0 events\/s, 0\.0 predictions\/s\n/);
  expect(JSON.parse((await selvedge('overview', '-o', 'json')).out)).toMatchObject({ nodes: { total: 1 }, needs: expect.any(Array) });
  expect((await selvedge('search', 'hall')).out).toMatch(/^KIND +NAME +DETAIL\nnode +hall-1 +/);
  expect(await selvedge('figures', 'node', 'hall-1', '--for', '5')).toMatchObject({ code: exitCodes.done, error: '', out: expect.stringMatching(/^AT +EVENTS +PREDICTIONS +DETECTIONS +P99\n/) });
  expect(await selvedge('figures')).toMatchObject({ code: exitCodes.done });
  expect((await selvedge('detected', '--range', '1h')).out).toMatch(/^COUNT +NODES +SEVERITY +TITLE +RULE +STREAM +LAST\n$/);
  expect(await selvedge('streams', 'hall-1')).toEqual({ code: exitCodes.done, error: '', out: 'STREAM   EVENTS/S\n' });
});

test('what a selector would add, remove and move, before a fleet has it', async () => {
  expect((await selvedge('fleet', 'preview', 'site=south', '--fleet', 'north')).out).toBe('0 nodes: +0, -1, 0 move\n- hall-1\n');
  expect((await selvedge('fleet', 'preview', 'site')).out).toBe('1 nodes: +0, -0, 0 move\n! 1 node is claimed by north too: MultipleOwners\n');
  expect(await selvedge('fleet', 'preview', 'site=')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('wrong at character') });
});

test('who did what is listed and filtered, and the chain is computed again', async () => {
  expect((await selvedge('audit', 'list', '--action', 'fleet', '--outcome', 'done')).out).toMatch(/^NUMBER +AT +ACTOR +ACTION +OBJECT +OUTCOME +REASON\n\d+ +\d{4}-\S+ +.+ +fleet\.create +fleet\/north +done +-\n$/);
  expect((await selvedge('audit', 'list', '--to', '900d')).out).toMatch(/^NUMBER .*\n$/);
  expect(await selvedge('audit', 'check')).toMatchObject({ code: exitCodes.done, out: expect.stringMatching(/^Whole: \d+ entries\.\n$/) });
});

test('members go, invitations are withdrawn, and the organization says what it asks of all', async () => {
  await selvedge('access', 'invite', 'kim@selvedge.test', '--name', 'Kim', '--role', 'viewer');
  expect((await selvedge('access', 'withdraw', 'kim@selvedge.test')).out).toBe('the invitation of kim@selvedge.test is withdrawn\n');
  expect(await selvedge('access', 'withdraw', 'kim@selvedge.test')).toMatchObject({ code: exitCodes.notFound });
  const invited = await selvedge('access', 'invite', 'ida@selvedge.test', '--name', 'Ida', '--role', 'viewer');
  await server.browser().fetch('/api/auth/invitation', { method: 'POST', body: { token: new URL(invited.out.trim()).searchParams.get('token'), name: 'Ida', password: 'correct horse battery' } });
  expect(await selvedge('access', 'reset-second-factor', 'ida@selvedge.test')).toMatchObject({ code: exitCodes.refused });
  expect((await selvedge('access', 'remove', 'ida@selvedge.test')).out).toBe('ida@selvedge.test is no member any more\n');
  expect((await selvedge('access', 'second-factor', 'required')).out).toBe('a second factor is required\n');
  expect(await selvedge('access', 'second-factor', 'perhaps')).toMatchObject({ code: exitCodes.usage });
  await selvedge('access', 'second-factor', 'optional');
  expect((await selvedge('access', 'rename-organization', 'Plants')).out).toBe('the organization is Plants from now on\n');
});
