import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { anAgent } from '../../server/deployments/testing/an-agent.ts';
import type { TestAgent } from '../../server/deployments/testing/an-agent.ts';
import { capabilities } from '../../server/identity/index.ts';
import { insertLooks, judge } from '../../server/gates/index.ts';
import { advanceRollout } from '../../server/rollout/index.ts';
import { testServer } from '../../server/testing/http.ts';
import type { TestServer } from '../../server/testing/http.ts';
import { aUser, callAs, testWorld } from '../../server/testing/index.ts';
import type { TestWorld } from '../../server/testing/index.ts';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';

let world: TestWorld;
let server: TestServer;
let organization: string;
let token: string;
let folder: string;
let agent: TestAgent;

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  const scopes = ['nodes:read', 'nodes:write', 'fleets:read', 'fleets:write', 'rules:read', 'rules:write', 'models:read', 'deployments:read', 'deployments:write', 'detections:read', 'alerts:read', 'audit:read'] as const;
  ({ token } = await callAs(world.deps, aUser(organization, 'administrator')).identity.tokens.create({ name: 'ci', scopes: [...scopes], expiresAt: world.deps.clock.now() + 3_600_000 }));
  agent = await anAgent(world.deps, organization, 'plant-3/loop-1', { site: 'cli' });
  await agent.connect();
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-cli-'));
});

/** One command line against the running control plane. */
function selvedge(...args: string[]): Promise<Said> {
  return selvedgeAs({ url: server.url, token }, ...args);
}

function selvedgeAs(given: { url?: string; token?: string }, ...args: string[]): Promise<Said> {
  return commandLine(args, { profileFile: path.join(folder, 'profile.json'), standardInput: async () => token, given });
}

/** With what a person types, and whatever profile was kept. */
function selvedgeWith({ standardInput = '' }: { standardInput?: string }, ...args: string[]): Promise<Said> {
  return commandLine(args, { profileFile: path.join(folder, 'profile.json'), standardInput: async () => standardInput });
}

async function documents(threshold: number): Promise<string> {
  await writeFile(path.join(folder, 'watch.siddhi'), `define stream S (v int);\nfrom S[v > ${threshold}] select v insert into O;\n`);
  const file = path.join(folder, 'plant.yaml');
  await writeFile(file, `kind: Deployment\nfleet: cli-fleet\nrules: [cli-watch]\npolicy: { waves: [], bakeSeconds: 0 }\n---\nkind: Fleet\nname: cli-fleet\nselector: site=cli\nsettings: { connectors: {} }\n---\nkind: Rule\nname: cli-watch\nfile: watch.siddhi\n`);
  return file;
}

test('keys of nodes are asked for, given up and scheduled', async () => {
  const { id } = await anAgent(world.deps, organization, 'keyed', { site: 'keyed' });
  expect(await selvedge('node-key', 'rotate', 'keyed')).toEqual({ code: exitCodes.done, error: '', out: 'keyed is asked when it is back\n' });
  expect((await selvedge('node-key', 'rotate', '-l', 'site=keyed')).error).toContain('It was asked for another key already.');
  expect((await selvedge('node-key', 'rotate')).code).toBe(exitCodes.usage);
  expect((await selvedge('node-key', 're-enrol', 'keyed', '--reason', 'new disk')).out).toMatch(/^npm run agent -- --name keyed --link \S+ --token selvedge-enrol-\S+\n$/);
  const answer = JSON.parse((await selvedge('node-key', 're-enrol', 'keyed', '--reason', 'lost it', '--hours', '2', '-o', 'json')).out);
  expect(answer).toMatchObject({ id, name: 'keyed', token: expect.stringMatching(/^selvedge-enrol-/) });
  expect(await selvedge('why', 'node', 'keyed')).toMatchObject({ code: exitCodes.differs, out: expect.stringContaining('KeyRevoked: It has to enrol again') });
  expect((await selvedge('node-key', 'schedule')).error).toContain('settings:read');
  const administrator = (await callAs(world.deps, aUser(organization, 'administrator')).identity.tokens.create({ name: 'keys', scopes: ['settings:read', 'settings:write'], expiresAt: world.deps.clock.now() + 3_600_000 })).token;
  const asAdministrator = (...args: string[]) => selvedgeAs({ url: server.url, token: administrator }, ...args);
  expect((await asAdministrator('node-key', 'schedule', '90')).out).toBe('after 90 days\n');
  expect((await asAdministrator('node-key', 'schedule', '-o', 'json')).out).toBe('{\n  "days": 90\n}\n');
  expect((await asAdministrator('node-key', 'schedule', 'never')).out).toBe('never by itself\n');
  expect((await asAdministrator('node-key', 'schedule', '0')).code).toBe(exitCodes.usage);
});

test('a person makes a key, is added, and signs what nodes are to run, with and without a network', async () => {
  const organization2 = await world.organization();
  const given = { url: server.url, token: (await callAs(world.deps, aUser(organization2, 'administrator')).identity.tokens.create({ name: 'keys', scopes: ['settings:read', 'settings:write', 'deployments:read', 'deployments:write', 'rules:read', 'rules:write', 'fleets:read', 'fleets:write', 'nodes:read', 'models:read'], expiresAt: world.deps.clock.now() + 3_600_000 })).token };
  const as = (...args: string[]) => selvedgeAs(given, ...args);
  const key = path.join(folder, 'ada.pem');
  const publicKey = (await as('sign', 'new-key', key, '--no-passphrase')).out.trim();
  expect((await as('sign', 'new-key', key, '--no-passphrase')).code).toBe(exitCodes.usage);
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  expect((await as('sign', 'public-key', key)).out.trim()).toBe(publicKey);
  expect((await as('signing-key', 'add-holder', 'Ada', publicKey)).out).toMatch(/of Ada\. It is done/);
  expect((await as('signing-key', 'threshold', '2')).out).toContain('It waits for signatures');
  const [change] = JSON.parse((await as('sign', 'list', '-o', 'json')).out);
  expect(change).toMatchObject({ kind: 'keySet', says: ['2 have to sign instead of 1, the control plane counting as one'] });
  const [text, signature] = [path.join(folder, 'text.json'), path.join(folder, 'signature.json')];
  expect((await as('sign', 'fetch', change.digest, text)).out).toContain('is in');
  expect((await selvedgeAs({}, 'sign', 'file', text, signature, '--key', key)).out).toMatch(/of Ada: \S+\n2 have to sign, the control plane counting as one\nsha256:/);
  expect((await as('sign', 'send', signature)).out).toBe('Signed by Ada: no signature is missing any more.\n');
  expect((await as('signing-key', 'list', '-o', 'wide')).out).toMatch(/Ada[\s\S]*2 have to sign, the control plane counting as one\.\n$/);
  await writeFile(text, (await readFile(text, 'utf8')).replace('Ada', 'Eve'));
  expect((await as('sign', 'file', text, signature, '--key', key)).error).toContain('changed on its way');

  await anAgent(world.deps, organization2, 'signed-node', { site: 'cli' });
  expect((await as('apply', '-f', await documents(5))).code).toBe(exitCodes.done);
  expect(await as('why', 'deployment', 'cli-fleet')).toMatchObject({ out: expect.stringContaining('SignaturesMissing: It waits for signatures') });
  expect((await as('sign', 'show', 'cli-fleet')).out).toContain('rule cli-watch 1: sha256:');
  expect(JSON.parse((await as('sign', 'add', 'cli-fleet', '--key', key, '-o', 'json')).out)).toMatchObject({ kind: 'bundle', holder: 'Ada', complete: true });
  expect((await as('signing-key', 'retire', 'Ada')).error).toContain('0 people hold a key');
  expect((await as('signing-key', 'withdraw')).error).toContain('No change of the keys waits');
});

test.each(['-', '-V', '-h', '-o', '--'])('a public key that begins with %s is no option', async (first) => {
  const keys = (await callAs(world.deps, aUser(await world.organization(), 'administrator')).identity.tokens.create({ name: 'keys', scopes: ['settings:read', 'settings:write'], expiresAt: world.deps.clock.now() + 3_600_000 })).token;
  expect((await selvedgeAs({ url: server.url, token: keys }, 'signing-key', 'add-holder', 'Ada', `${first}${'A'.repeat(43 - first.length)}`)).out).toMatch(/of Ada\. It is done/);
});

test('a break-glass code is made, used and revoked by the command line', async () => {
  const everything = (await callAs(world.deps, aUser(organization, 'administrator')).identity.tokens.create({ name: 'all', scopes: [...capabilities], expiresAt: world.deps.clock.now() + 3_600_000 })).token;
  const asAll = (...args: string[]) => selvedgeAs({ url: server.url, token: everything }, ...args);
  expect((await selvedge('break-glass', 'make', 'The safe')).code).toBe(exitCodes.noAccess);
  const code = (await asAll('break-glass', 'make', 'The safe')).out.trim();
  expect(code).toMatch(/^slvbg_/);
  expect(JSON.parse((await asAll('break-glass', 'make', 'The vault', '-o', 'json')).out)).toMatchObject({ code: expect.stringMatching(/^slvbg_/) });
  const open = (typed: string) => selvedgeWith({ standardInput: typed }, 'break-glass', 'open', server.url, '--name', 'Ada', '--reason', 'the provider is down and line 3 stands');
  expect(await open('')).toMatchObject({ code: exitCodes.usage });
  expect(await open('slvbg_no')).toMatchObject({ code: exitCodes.refused });
  expect(await open(code)).toMatchObject({ code: exitCodes.done, out: expect.stringContaining('You are in, for an hour.') });
  expect((await stat(path.join(folder, 'profile.json'))).mode & 0o777).toBe(0o600);
  expect((await selvedgeWith({}, 'whoami')).out).toContain('Ada');
  expect((await selvedgeWith({}, 'access', 'role', 'made-by-code', '--may', 'nodes:read')).code).toBe(exitCodes.done);
  expect((await callAs(world.deps, aUser(organization, 'viewer')).audit.list({ action: 'role.create' })).items[0]).toMatchObject({ actor: { name: expect.stringContaining('break-glass') } });
  expect((await open(code)).code).not.toBe(exitCodes.done);
  expect((await asAll('break-glass', 'list')).out).toMatch(/The safe +InUse .* Ada +the provider is down/);
  expect((await asAll('break-glass', 'revoke', 'The safe')).out).toBe('The code kept at The safe is revoked.\n');
  expect((await selvedgeWith({}, 'whoami')).code).toBe(exitCodes.noAccess);
  expect((await asAll('break-glass', 'revoke', 'nowhere')).code).toBe(exitCodes.notFound);
});

test('what is in a file is shown, applied, and then the same', async () => {
  const file = await documents(1);
  expect(await selvedge('diff', '-f', file)).toMatchObject({ code: exitCodes.differs, error: '', out: expect.stringMatching(/^rule\/cli-watch\n {2}\+ define[\s\S]*fleet\/cli-fleet\n {2}\+ selector site=cli\n[\s\S]*deployment of cli-fleet\n {2}~ rule cli-watch as it will be published\n/) });
  const applied = await selvedge('apply', '-f', file);
  expect(applied).toMatchObject({ code: exitCodes.done, error: '' });
  expect(applied.out).toMatch(/^rule\/cli-watch published as version 1\nfleet\/cli-fleet created\ndeployment of cli-fleet started as \S+\n$/);
  const id = applied.out.trim().split(' ').at(-1) ?? '';
  await advanceRollout(world.deps, id);

  expect(await selvedge('why', 'node', 'plant-3/loop-1')).toMatchObject({ code: exitCodes.differs, out: expect.stringContaining('Requested: It was told and has not answered') });
  expect((await selvedge('rollout', 'status', 'cli-fleet')).out).toBe('Progressing: wave 1 of 1, 0 of 1 running, 1 applying\n');
  await agent.run();
  await advanceRollout(world.deps, id);
  expect((await selvedge('describe', 'deployment', 'cli-fleet')).out).toContain(`id: ${id}\n`);
  expect((await selvedge('describe', 'deployment', id)).out).toContain(`id: ${id}\n`);
  expect((await selvedge('get', 'deployment/cli-fleet', '-o', 'json')).out).toContain(id);
  expect((await selvedge('describe', 'node/plant-3/loop-1')).out).toContain(`id: ${agent.id}\n`);
  expect(await selvedge('describe', 'node')).toMatchObject({ code: exitCodes.usage, error: 'Say which: node NAME, or node/NAME.\n' });
  expect(await selvedge('rollout', 'status', 'cli-fleet', '--wait')).toMatchObject({ code: exitCodes.done, out: expect.stringContaining('Succeeded: wave 1 of 1, 1 of 1 running') });
  expect(await selvedge('why', 'deployment', 'cli-fleet')).toMatchObject({ code: exitCodes.done });
  expect((await selvedge('rollout', 'decisions', 'cli-fleet')).out).toMatch(/^AGE +KIND +BY +MESSAGE\n.*Succeeded/);
  expect((await selvedge('rollout', 'gates', 'cli-fleet')).out).toBe('No gate has looked at it.\n');
  const seen = { hours: 1, events: 1000, detections: 0, errors: 5, latencyP95Ms: null };
  const evidence = { before: { from: 0, to: 1 }, after: { from: 1, to: 2 }, wave: [{ node: 'plant-3/loop-1', before: null, after: seen }], control: [] };
  const verdicts = [judge({ metric: 'errorsPercent', compare: 'atMost', bound: 1, minSamples: 100 }, evidence, 0)];
  await world.deps.db.$transaction((tx) => insertLooks(tx, id, [{ wave: 0, look: 1, at: world.deps.clock.now(), verdicts }], evidence));
  expect((await selvedge('rollout', 'gates', 'cli-fleet')).out).toBe('wave 1, look 1: Passed: errors 0.5 %, at most 1 %, on 1 node.\n');
  expect(await selvedge('apply', '-f', file)).toMatchObject({ code: exitCodes.done, out: 'rule/cli-watch unchanged\nfleet/cli-fleet unchanged\ndeployment of cli-fleet unchanged\n' });
  expect(await selvedge('diff', '-f', file)).toEqual({ code: exitCodes.done, out: '', error: '' });

  const recording = path.join(folder, 'recording.jsonl');
  await writeFile(recording, '{"stream":"Readings","at":1,"flow":1}\n');
  expect(await selvedge('backtest', 'cli-watch@1', 'cli-watch', '-e', recording)).toMatchObject({ code: exitCodes.done, error: '' });
  expect(await selvedge('backtest', 'no-such-rule', '-e', recording)).toMatchObject({ code: exitCodes.notFound });

  await documents(2);
  const diff = await selvedge('diff', '-f', folder);
  expect(diff).toMatchObject({ code: exitCodes.differs });
  expect(diff.out).toBe('rule/cli-watch\n  - from S[v > 1] select v insert into O;\n  + from S[v > 2] select v insert into O;\ndeployment of cli-fleet\n  ~ rule cli-watch as it will be published\n  # planned when what it needs is applied\n');

  const rule = path.join(folder, 'rule.yaml');
  await writeFile(rule, 'kind: Rule\nname: cli-watch\nfile: watch.siddhi\n');
  await selvedge('apply', '-f', rule);
  const deployment = path.join(folder, 'deployment.yaml');
  await writeFile(deployment, 'kind: Deployment\nfleet: cli-fleet\nrules: [cli-watch]\npolicy: { waves: [], bakeSeconds: 0, windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: "00:00", to: "00:00", timeZone: Asia/Tokyo }, { cron: "0 2 29 2 *", graceMinutes: 1, timeZone: Asia/Tokyo }] }\n');
  const rehearsed = await selvedge('plan', '--rehearse', '-f', deployment);
  expect(rehearsed).toMatchObject({ code: exitCodes.done, error: '' });
  expect(rehearsed.out).toMatch(/~ rule cli-watch[\s\S]*Succeeded in 20 of 20 rehearsals\n {2}done in \d+ s, nine times of ten within \d+ s; left behind: 0 not connected, 0 failed\n/);
  expect(rehearsed.out).toMatch(/# takes .* if it starts now, without waiting for people\n {2}# {3}1 wave, without a bake, at most 1 at once\.\n[\s\S]*# a node is told within 00:00 to 00:00, Asia\/Tokyo: open now\n {2}# a node is told within cron 0 2 29 2 \* for 1 min, Asia\/Tokyo: opens \d{4}-02-29 02:00\n/);
  for (const one of [rule, deployment]) await rm(one);
});

test('lists are tables, names or data, and one thing is described', async () => {
  expect((await selvedge('get', 'nodes', '-l', 'site=cli')).out).toMatch(/^NAME {2,}FLEET {2,}HEALTH.*\nplant-3\/loop-1 .* Healthy /);
  expect((await selvedge('get', 'no', '-o', 'name')).out).toContain('plant-3/loop-1\n');
  expect(JSON.parse((await selvedge('get', 'nodes', 'plant-3/loop-1', '-o', 'json')).out)).toMatchObject([{ id: agent.id, labels: { site: 'cli' } }]);
  expect((await selvedge('get', 'nodes', '-o', 'wide')).out).toContain('site=cli');
  expect((await selvedge('describe', 'node', 'plant-3/loop-1')).out).toContain(`id: ${agent.id}\n`);
  expect((await selvedge('logs', 'plant-3/loop-1')).out).toMatch(/^\d{4}-\d\d-\d\dT.* Connected: /m);
  expect((await selvedge('top')).out).toContain('plant-3/loop-1');
});

test('nodes and fleets are read as they stood, and what has no past says so', async () => {
  const before = new Date().toISOString();
  await expect.poll(() => new Date().toISOString(), { interval: 1 }).not.toBe(before);
  await selvedge('quarantine', 'put', 'plant-3/loop-1', '--reason', 'bad fan');
  expect((await selvedge('describe', 'node', 'plant-3/loop-1')).out).toContain('because: bad fan');
  expect((await selvedge('describe', 'node', 'plant-3/loop-1', '--at', before)).out).toContain('quarantine: null');
  expect((await selvedge('get', 'nodes', '-o', 'wide', '--at', before)).out).toMatch(/plant-3\/loop-1/);
  expect((await selvedge('get', 'nodes', '-o', 'wide', '--at', before)).out).not.toContain('bad fan');
  expect((await selvedge('get', 'fleets', '--at', before)).code).toBe(exitCodes.done);
  expect((await selvedge('logs', 'plant-3/loop-1', '--at', before)).out).not.toContain('bad fan');
  const deployment = await selvedge('why', 'deployment/cli-fleet', '--at', before, '-o', 'json');
  expect(JSON.parse(deployment.out)).toMatchObject({ headline: expect.any(String), causes: expect.any(Array) });
  expect((await selvedge('describe', 'deployment', 'cli-fleet', '--at', before)).out).toContain('This is how the deployment was.');
  expect(await selvedge('get', 'deployments', '--at', before)).toMatchObject({ code: exitCodes.usage });
  await selvedge('quarantine', 'lift', 'plant-3/loop-1');
  expect(await selvedge('get', 'nodes', '--at', '900d')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('earliest moment that can be read') });
  expect(await selvedge('get', 'rules', '--at', '1h')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('only of nodes and fleets') });
  expect(await selvedge('get', 'nodes', '--at', 'yesterday')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('how long ago') });
});

test('a node is put into quarantine and let back', async () => {
  expect(await selvedge('quarantine', 'put', 'plant-3/loop-1', '--reason', 'bad disk')).toMatchObject({ code: exitCodes.done, out: 'plant-3/loop-1 is in quarantine: rollouts leave it out.\n' });
  expect((await selvedge('get', 'nodes', '-o', 'wide')).out).toContain('bad disk');
  expect((await selvedge('why', 'node', 'plant-3/loop-1')).out).toContain('Quarantined: It is in quarantine');
  expect(await selvedge('quarantine', 'put', 'plant-3/loop-1', '--reason', 'again')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('already') });
  expect(await selvedge('quarantine', 'lift', 'plant-3/loop-1', '--reason', 'new disk')).toMatchObject({ code: exitCodes.done, out: 'plant-3/loop-1 takes part in rollouts again.\n' });
});

test('a profile is kept for its owner alone and forgotten again', async () => {
  expect(await selvedgeAs({}, 'get', 'nodes')).toMatchObject({ code: exitCodes.noAccess, error: expect.stringContaining('selvedge login') });
  expect(await selvedgeAs({}, 'login', `${server.url}/`)).toMatchObject({ code: exitCodes.done, out: expect.stringContaining('Signed in') });
  const file = path.join(folder, 'profile.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url: server.url, token });
  expect(await selvedgeAs({}, 'whoami')).toMatchObject({ code: exitCodes.done, out: expect.stringContaining('nodes:read') });
  await selvedgeAs({}, 'logout');
  expect(await selvedgeAs({}, 'whoami')).toMatchObject({ code: exitCodes.noAccess });
});

test.each([
  [['get', 'nonsense'], exitCodes.usage, "There is no kind 'nonsense'"],
  [['get', 'node', 'no-such-node'], exitCodes.notFound, 'NotFound'],
  [['get', 'nodes', '--limit', '0'], exitCodes.usage, 'whole number from 1 on'],
  [['rollout', 'pause', 'no-such-fleet'], exitCodes.notFound, ''],
  [['nonsense'], exitCodes.usage, 'unknown command'],
  [['apply', '-f', '/no/such/file.yaml'], exitCodes.usage, 'cannot be read'],
  [['completion', 'tcsh'], exitCodes.usage, 'bash, zsh, fish'],
])('%j says what is wrong and ends with %i', async (args, code, words) => {
  const said = await selvedge(...args);
  expect(said.code).toBe(code);
  expect(said.error).toContain(words);
});

test('a refused token, and a control plane that is not there', async () => {
  expect(await selvedgeAs({ url: server.url, token: 'wrong' }, 'get', 'nodes')).toMatchObject({ code: exitCodes.noAccess });
  expect(await selvedgeAs({ url: 'http://127.0.0.1:9', token }, 'get', 'nodes')).toMatchObject({ code: exitCodes.unreachable, error: expect.stringContaining('does not answer') });
});

test('documents are refused with the place of what is wrong', async () => {
  const file = path.join(folder, 'wrong.yaml');
  for (const [text, words] of [['kind: Rule\nname: x\n', "either 'text' or 'file'"], ['kind: Fleet\nname: x\nselector: a=b\ncolour: red\n', 'colour'], ['kind: Nonsense\n', 'wrong.yaml:1: kind has to be'], ['kind: Deployment\nfleet: x\nrules: []\nsettings: { connectors: { kafka: { password: p } } }\n', 'wrong.yaml:4: password is a secret'], ['a: [\n', 'wrong.yaml'], ['', 'no document']] as const) {
    await writeFile(file, text);
    expect(await selvedge('apply', '-f', file)).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining(words) });
  }
});

test('what cannot be done is shown, and refused', async () => {
  const file = path.join(folder, 'nowhere.yaml');
  await writeFile(file, 'kind: Deployment\nfleet: nowhere\nrules: []\n');
  expect(await selvedge('plan', '-f', file)).toMatchObject({ code: exitCodes.refused, out: 'deployment of nowhere\n  ! There is no fleet nowhere.\n' });
  expect(await selvedge('apply', '-f', file)).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('There is no fleet nowhere. (PlanBlocked)') });
});

test('the audit chain is exported and verified with no server', async () => {
  const file = path.join(folder, 'audit.jsonl');
  expect(await selvedge('audit', 'export', file)).toMatchObject({ code: exitCodes.done, error: '' });
  const whole = await selvedgeAs({}, 'audit', 'verify', file);
  expect(whole).toMatchObject({ code: exitCodes.done, out: expect.stringMatching(/^Whole: \d+ entries up to .* signed by /) });
  const key = / signed by ([\w-]{43})/.exec(whole.out)?.[1] ?? '';
  expect(await selvedgeAs({}, 'audit', 'verify', file, '--key', key)).toMatchObject({ code: exitCodes.done });
  await writeFile(file, (await readFile(file, 'utf8')).split('\n').toSpliced(1, 1).join('\n'));
  expect(await selvedgeAs({}, 'audit', 'verify', file)).toMatchObject({ code: exitCodes.differs, error: expect.stringContaining('entry 2') });
  expect(await selvedgeAs({}, 'audit', 'verify', '/no/such/file')).toMatchObject({ code: exitCodes.usage });
  expect(await selvedge('get', 'alerts')).toMatchObject({ code: exitCodes.done });
});

test('completion is made from the program itself', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) expect((await selvedge('completion', shell)).out).toMatch(/rollout[\s\S]*status gates evidence nodes decisions pause resume abort undo retry allow/);
});

test('members are given roles and limited to fleets, and tokens made, by the command line', async () => {
  const admin = await callAs(world.deps, aUser(organization)).identity.tokens.create({ name: 'of the administrator', scopes: [...(await callAs(world.deps, aUser(organization)).identity.me()).capabilities], expiresAt: world.deps.clock.now() + 3_600_000 });
  const as = (...args: string[]) => selvedgeAs({ url: server.url, token: admin.token }, ...args);
  await callAs(world.deps, aUser(organization)).fleets.create({ name: 'mine', selector: 'access=mine' });
  expect(await as('access', 'role', 'Night shift', '--may', 'nodes:read,fleets:read')).toEqual({ code: exitCodes.done, out: 'role Night shift made\n', error: '' });
  expect((await as('access', 'roles')).out).toMatch(/^ROLE +MEMBERS +MAY\nadministrator[^]*\nNight shift +0 +fleets:read,nodes:read|Night shift +0 +nodes:read,fleets:read/);
  const invited = await as('access', 'invite', 'kim@selvedge.test', '--name', 'Kim', '--role', 'Night shift', '--fleets', 'mine');
  expect(invited.out).toMatch(/^http:\/\/selvedge\.test\/sign-in\/invitation\?token=\S+\n$/);
  const answer = await server.browser().fetch('/api/auth/invitation', { method: 'POST', body: { token: new URL(invited.out.trim()).searchParams.get('token'), name: 'Kim', password: 'correct horse battery' } });
  expect(answer.status).toBe(200);
  expect((await as('access', 'members')).out).toMatch(/^EMAIL +NAME +ROLE +WHERE +ALSO +SEEN\nkim@selvedge\.test +Kim +Night shift +mine +- +\d+s\n$/);
  expect((await as('access', 'set', 'kim@selvedge.test', '--also', 'viewer=mine', '--also', 'author')).out).toBe('kim@selvedge.test Night shift, mine; viewer, mine; author, everywhere\n');
  expect((await as('access', 'members')).out).toMatch(/ mine +viewer mine; author everywhere +\d+s\n$/);
  expect((await as('access', 'set', 'kim@selvedge.test', '--no-also')).out).toBe('kim@selvedge.test Night shift, mine\n');
  expect(await as('access', 'remove-role', 'Night shift')).toMatchObject({ code: exitCodes.refused, error: expect.stringContaining('1 member has this role') });
  expect((await as('access', 'set', 'kim@selvedge.test', '--role', 'viewer', '--everywhere')).out).toBe('kim@selvedge.test viewer, everywhere\n');
  expect((await as('access', 'remove-role', 'Night shift')).out).toBe('role Night shift removed\n');
  const made = await as('access', 'token', 'harbour export', '--may', 'nodes:read,fleets:read', '--fleets', 'mine', '--days', '7');
  expect((await selvedgeAs({ url: server.url, token: made.out.trim() }, 'whoami')).out).toBe('harbour export in Test, token limited to mine: nodes:read fleets:read\n');
  expect((await selvedgeAs({ url: server.url, token: made.out.trim() }, 'get', 'fleets', '-o', 'name')).out).toBe('mine\n');
  expect((await as('access', 'tokens')).out).toMatch(/harbour export +slv_\S+ +active +mine/);
  expect((await as('access', 'revoke-token', 'harbour export')).out).toMatch(/^token harbour export \(slv_\S+\) revoked\n$/);
  expect(await selvedgeAs({ url: server.url, token: made.out.trim() }, 'whoami')).toMatchObject({ code: exitCodes.noAccess });
  expect(await as('access', 'set', 'nobody@selvedge.test', '--role', 'viewer')).toMatchObject({ code: exitCodes.notFound });
});

test('whoever waits for a rollout outlives a restart of the control plane', async () => {
  const own = await anAgent(world.deps, organization, 'waited-for', { site: 'waited-for' });
  await own.connect();
  const operator = callAs(world.deps, aUser(organization)).deployments;
  const { id: fleet } = await callAs(world.deps, aUser(organization)).fleets.create({ name: 'waited-for', selector: 'site=waited-for', settings: {} });
  const { hash } = await operator.plan({ fleet, rules: [], policy: { waves: [], bakeSeconds: 0 } });
  const { id } = await operator.create({ planHash: hash });
  const front = await aFront(Number(new URL(server.url).port));
  const heard = Promise.withResolvers<undefined>();
  const waiting = commandLine(['rollout', 'status', 'waited-for', '--wait', '--timeout', '120'], { out: () => heard.resolve(undefined), given: { url: front.url, token } });
  await heard.promise;
  await front.turnAway();
  await own.run();
  await advanceRollout(world.deps, id);
  front.letIn();
  expect((await waiting).code).toBe(exitCodes.done);
  await front.close();
});

/** What stands before a control plane that starts again: it turns everybody away until it lets them in. */
async function aFront(port: number): Promise<{ url: string; turnAway(): Promise<void>; letIn(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let away: (() => void) | undefined;
  const front = createServer((socket) => {
    socket.on('error', () => undefined);
    if (away !== undefined) {
      socket.destroy();
      return away();
    }
    const onward = connect(port, '127.0.0.1');
    for (const one of [socket, onward]) sockets.add(one.on('error', () => one.destroy()));
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  const drop = (): void => {
    for (const one of sockets) one.destroy();
    sockets.clear();
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    /** Until somebody was turned away. */
    turnAway: () => new Promise((resolve) => {
      away = resolve;
      drop();
    }),
    letIn: () => (away = undefined),
    close: async () => {
      drop();
      front.close();
      await once(front, 'close');
    },
  };
}
