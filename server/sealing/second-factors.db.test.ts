import { beforeAll, expect, test } from 'vitest';
import { totpOf } from '../../tools/testing/totp.ts';
import { testPassword, testServer } from '../testing/http.ts';
import type { TestBrowser, TestServer } from '../testing/http.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { sealAgain } from './service.ts';

/* What the library that checks codes sealed comes under another key while the server runs. */

const email = 'second@selvedge.test';
let world: TestWorld;
let server: TestServer;
let organization: string;
let secret: string;
let backupCodes: string[];

const post = (browser: TestBrowser, path: string, body: object) => browser.fetch(`/api/auth${path}`, { method: 'POST', body });
const kept = () => world.deps.db.twoFactor.findFirstOrThrow({ select: { secret: true, backupCodes: true } });
const under = (key: number) => ({ secret: expect.stringMatching(`^\\$ba\\$${key}\\$`), backupCodes: expect.stringMatching(`^\\$ba\\$${key}\\$`) });

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
  const laptop = await server.signIn(organization, email);
  const begun = await (await post(laptop, '/two-factor/enable', { password: testPassword })).json();
  secret = new URL(begun.totpURI).searchParams.get('secret') ?? '';
  backupCodes = begun.backupCodes;
  expect((await post(laptop, '/two-factor/verify-totp', { code: totpOf(secret) })).status).toBe(200);
});

async function signInBy(path: string, code: string): Promise<number> {
  await world.deps.db.rateLimit.deleteMany();
  const phone = server.browser();
  expect((await post(phone, '/sign-in/email', { email, password: testPassword })).status).toBe(200);
  return (await post(phone, path, { code })).status;
}

test('one that was sealed before keys had numbers opens, comes under the newest key, and opens by the same codes', async () => {
  expect(await kept()).toEqual(under(0));
  const { secret: sealed, backupCodes: codes } = await kept();
  await world.deps.db.twoFactor.updateMany({ data: { secret: sealed.replace('$ba$0$', ''), backupCodes: codes.replace('$ba$0$', '') } });
  expect(await signInBy('/two-factor/verify-totp', totpOf(secret))).toBe(200);
  expect(await sealAgain(world.deps)).toBe(1);
  expect(await kept()).toEqual(under(1));
  expect(await signInBy('/two-factor/verify-totp', totpOf(secret))).toBe(200);
  expect(await signInBy('/two-factor/verify-backup-code', backupCodes[0] ?? '')).toBe(200);
  expect(await signInBy('/two-factor/verify-backup-code', backupCodes[0] ?? '')).toBe(401);
  expect(await kept()).toEqual(under(1));
  const { items } = await callAs(world.deps, aUser(organization)).audit.list({ action: 'organization.sealAgain' });
  expect(items).toMatchObject([{ after: { secrets: 1 } }]);
});

test('one of somebody who is in no organization any more is not left behind', async () => {
  await world.deps.db.member.deleteMany({ where: { organizationId: organization } });
  expect(await sealAgain(world.deps)).toBe(1);
  expect(await kept()).toEqual(under(2));
});

test('what a process sealed in the moment of the change is brought on before its key goes', async () => {
  const before = await kept();
  await sealAgain(world.deps);
  await world.deps.db.twoFactor.updateMany({ data: before });
  await sealAgain(world.deps);
  expect(await kept()).toEqual(under(4));
});
