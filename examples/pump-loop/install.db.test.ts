import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { aUser, callAs, testWorld } from '../../server/testing/index.ts';
import type { TestWorld } from '../../server/testing/index.ts';
import { testServer } from '../../server/testing/http.ts';
import type { TestServer } from '../../server/testing/http.ts';

const scopes = ['models:read', 'models:write', 'rules:read', 'rules:write', 'fleets:read', 'fleets:write', 'deployments:read', 'deployments:write'] as const;
let world: TestWorld;
let server: TestServer;
let caller: ReturnType<typeof callAs>;
let install: () => Promise<{ code: number | null; said: string }>;

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
});
beforeEach(async () => {
  caller = callAs(world.deps, aUser(await world.organization()));
  const { token } = await caller.identity.tokens.create({ name: 'example', scopes: [...scopes], expiresAt: Date.now() + 3_600_000 });
  install = async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('install.ts', import.meta.url)), '--url', server.url, '--token', token], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, said };
  };
});

test('the example is published and deployed by its own command, and a second time changes nothing', { timeout: 60_000 }, async () => {
  expect(await install()).toEqual({ code: 0, said: '' });
  const before = await caller.audit.list({});
  expect(await install()).toEqual({ code: 0, said: '' });
  expect((await caller.audit.list({})).total).toBe(before.total);
  expect((await caller.deployments.list({})).items).toHaveLength(1);
});

test('a fleet of its name that cannot run it is left as it is, and what to do is said in a sentence', { timeout: 60_000 }, async () => {
  await caller.fleets.create({ name: 'pump-loop', selector: 'site=mine', settings: {} });
  const { code, said } = await install();
  expect(code).toBe(1);
  expect(said).toMatch(/^The example cannot be installed\. The fleet “pump-loop” was there before and cannot run it: .*kafka\.brokers.* Mend the fleet, or install into another with --fleet NAME --selector SELECTOR\.\n$/);
  expect((await caller.deployments.list({})).items).toHaveLength(0);
});
