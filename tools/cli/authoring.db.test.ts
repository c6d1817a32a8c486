import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onnxFixture } from '../../server/models/testing/an-upload.ts';
import { testServer } from '../../server/testing/http.ts';
import type { TestServer } from '../../server/testing/http.ts';
import { aUser, callAs, testWorld } from '../../server/testing/index.ts';
import type { TestWorld } from '../../server/testing/index.ts';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';

/* What those do who make rules and models, by command as on pages. */

let world: TestWorld;
let server: TestServer;
let organization: string;
let token: string;
let folder: string;

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  ({ token } = await callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 'author', scopes: ['rules:read', 'rules:write', 'models:read', 'models:write'], expiresAt: world.deps.clock.now() + 3_600_000 }));
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-cli-authoring-'));
});
afterAll(() => rm(folder, { recursive: true }));

function selvedge(...args: string[]): Promise<Said> {
  return commandLine(args, { profileFile: path.join(folder, 'profile.json'), given: { url: server.url, token } });
}

async function given(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

const uploads = (): Promise<number> => world.deps.db.upload.count({ where: { organizationId: organization } });

describe('a model', () => {
  test('is published from a file, once, and named; what is in it is said', async () => {
    const file = await given('pump.onnx', await onnxFixture('weighted-sum'));
    expect(await selvedge('model', 'push', file, '--dry-run')).toMatchObject({ code: exitCodes.done, out: expect.stringMatching(/^pump could be published: \d+ bytes, \(.+ float.*\) -> \(.+\)\n$/) });
    expect(await uploads()).toBe(0);
    expect((await selvedge('get', 'models', '-o', 'name')).out).toBe('');
    expect(await selvedge('model', 'push', file, '--alias', 'champion')).toMatchObject({ code: exitCodes.done, error: '', out: expect.stringMatching(/^pump published as version 1, champion: /) });
    expect(await selvedge('model', 'push', file)).toMatchObject({ code: exitCodes.done, out: expect.stringMatching(/^pump is already version 1: /) });
    expect(await uploads()).toBe(0);
    expect(JSON.parse((await selvedge('model', 'push', await given('other.onnx', await onnxFixture('two-inputs')), '--name', 'pump', '--note', 'two inputs', '-o', 'json')).out)).toMatchObject({ name: 'pump', version: 2, digest: expect.stringMatching(/^sha256:/) });
    expect((await selvedge('model', 'alias', 'pump', 'champion', '2')).out).toBe('champion of pump means version 2, and meant 1\n');
    expect((await selvedge('model', 'calls', 'pump')).out).toMatch(/^REFERENCE +CALL\n[^]*pump@champion +\(.+\) -> \(.+\)\n/);
    expect((await selvedge('model', 'remove-alias', 'pump', 'champion')).out).toBe('pump has no alias champion any more\n');
  });

  test('answers to values that are typed in', async () => {
    await selvedge('model', 'push', await given('echo.onnx', await onnxFixture('two-inputs')));
    const [, call = ''] = /echo@1 +\((.+)\) ->/.exec((await selvedge('model', 'calls', 'echo')).out) ?? [];
    const inputs = call.split(', ').map((one) => `${one.split(' ')[0]}=1,2`);
    expect(await selvedge('model', 'try', 'echo@1', ...inputs)).toMatchObject({ code: exitCodes.done, error: '', out: expect.stringMatching(/^\w+: \S+, \S+\n/) });
    expect(await selvedge('model', 'try', 'echo', 'a=1')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('pump@4') });
    expect(await selvedge('model', 'try', 'echo@1', 'a')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('name=value') });
  });

  test('that is none is refused with the reason, and nothing of it stays', async () => {
    expect(await selvedge('model', 'push', await given('broken.onnx', 'this is no model'))).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('ModelRefused') });
    expect(await uploads()).toBe(0);
    expect(await selvedge('model', 'push', path.join(folder, 'nowhere.onnx'))).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('cannot be read') });
  });
});

describe('a rule', () => {
  const text = (limit: number): string => `define stream S (v int);\nfrom S[v > ${limit}] select v insert into O;\n`;

  test('is checked, kept as a draft, published, and shown', async () => {
    const file = await given('watch.siddhi', text(1));
    expect(await selvedge('rule', 'check', file)).toEqual({ code: exitCodes.done, out: 'It can be published.\n', error: '' });
    expect(await selvedge('rule', 'check', await given('wrong.siddhi', 'define stream S (v int);\nfrom S select w insert into O;\n'))).toMatchObject({ code: exitCodes.differs, out: expect.stringMatching(/^wrong\.siddhi:2:15: error: .*w/) });
    expect((await selvedge('rule', 'draft', 'watch', file)).out).toBe('draft 1 of rule/watch is kept; `rule text watch --draft` shows it\n');
    expect((await selvedge('rule', 'text', 'watch', '--draft')).out).toBe(text(1));
    expect(await selvedge('rule', 'text', 'watch')).toMatchObject({ code: exitCodes.notFound, error: expect.stringContaining('--draft') });
    expect((await selvedge('rule', 'publish', 'watch', file, '--note', 'first')).out).toBe('rule/watch published as version 1\n');
    expect(await selvedge('rule', 'publish', 'watch', file)).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('this text already') });
    expect((await selvedge('rule', 'text', 'watch@1')).out).toBe(text(1));
    expect(await selvedge('rule', 'text', 'watch', '--draft')).toMatchObject({ code: exitCodes.notFound, error: expect.stringContaining('has no draft') });
    await selvedge('rule', 'draft', 'watch', file);
    expect((await selvedge('rule', 'discard-draft', 'watch')).out).toBe('the draft of rule/watch is gone\n');
  });

  test('is held to test cases, which are shown, run, and stop what fails them', async () => {
    const [good, bad] = [await given('good.siddhi', text(1)), await given('bad.siddhi', text(5))];
    await selvedge('rule', 'publish', 'held', good);
    const test = await given('test.yaml', 'name: above one\nevents: [{ stream: S, at: 0, data: { v: 2 } }]\nexpected: [{ stream: O, rows: [{ v: 2 }] }]\n');
    expect((await selvedge('rule', 'add-test', 'held', test)).out).toBe('rule/held is held to “above one”\n');
    expect((await selvedge('rule', 'tests', 'held')).out).toMatch(/^TEST +EVENTS +EXPECTS +AGE\nabove one +1 +1 O +\d+s\n$/);
    expect(await selvedge('rule', 'test', 'held')).toEqual({ code: exitCodes.done, out: 'passed  above one\n', error: '' });
    expect(await selvedge('rule', 'test', 'held', bad)).toEqual({ code: exitCodes.differs, out: 'FAILED  above one\n  - O row 1 {"v":2}\n', error: '' });
    expect(await selvedge('rule', 'publish', 'held', bad)).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('above one') });
    expect(await selvedge('rule', 'add-test', 'held', good)).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('is no test case') });
    expect((await selvedge('rule', 'remove-test', 'held', 'above one')).out).toBe('rule/held is not held to “above one” any more\n');
    expect(await selvedge('rule', 'remove-test', 'held', 'above one')).toMatchObject({ code: exitCodes.notFound });
    expect((await selvedge('rule', 'test', 'held')).out).toBe('rule/held has no test case\n');
  });
});
