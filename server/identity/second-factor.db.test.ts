import { inspect } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { totpOf } from '../../tools/testing/totp.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testPassword, testServer } from '../testing/http.ts';
import type { TestBrowser, TestServer } from '../testing/http.ts';

let world: TestWorld;
let server: TestServer;
let organization: string;
let email: string;
let laptop: TestBrowser;
let secret: string;
let backupCodes: string[];
let people = 0;

const post = (browser: TestBrowser, path: string, body: object) => browser.fetch(`/api/auth${path}`, { method: 'POST', body });
const isIn = async (browser: TestBrowser): Promise<boolean> => (await browser.fetch('/api/v1/me')).status === 200;
const audit = async (action: string) => (await callAs(world.deps, aUser(organization)).audit.list({ action })).items.map((entry) => [entry.action, entry.outcome]);

const wrongCode = (): string => String((Number(totpOf(secret)) + 1) % 1_000_000).padStart(6, '0');

beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
});

/** Each test has a person with a second factor, in an organization of their own. */
beforeEach(async () => {
  organization = await world.organization();
  email = `person-${++people}@selvedge.test`;
  laptop = await server.signIn(organization, email);
  const begun = await (await post(laptop, '/two-factor/enable', { password: testPassword })).json();
  secret = new URL(begun.totpURI).searchParams.get('secret') ?? '';
  backupCodes = begun.backupCodes;
  expect((await post(laptop, '/two-factor/verify-totp', { code: totpOf(secret) })).status).toBe(200);
  await world.deps.db.rateLimit.deleteMany();
});

async function passwordGiven(): Promise<TestBrowser> {
  const browser = server.browser();
  const answer = await post(browser, '/sign-in/email', { email, password: testPassword });
  expect([answer.status, (await answer.json()).twoFactorRedirect]).toEqual([200, true]);
  return browser;
}

describe('a second factor', () => {
  it('is asked for after the password, which alone opens nothing', async () => {
    const phone = await passwordGiven();
    expect(await isIn(phone)).toBe(false);
    expect((await post(phone, '/two-factor/verify-totp', { code: wrongCode() })).status).toBe(401);
    expect(await isIn(phone)).toBe(false);
    expect((await post(phone, '/two-factor/verify-totp', { code: totpOf(secret) })).status).toBe(200);
    expect(await isIn(phone)).toBe(true);
    // Newest first: the sign-in with its refused code before it; holding the password for good is none.
    expect((await audit('session')).slice(0, 2)).toEqual([['session.start', 'done'], ['session.start', 'refused']]);
  });

  it('is on record when it is turned on and off, and takes the password for both', async () => {
    const me = async () => (await (await laptop.fetch('/api/v1/me')).json()).user.secondFactor;
    expect(await me()).toBe(true);
    expect((await post(laptop, '/two-factor/disable', { password: 'not the password' })).status).toBe(400);
    expect((await post(laptop, '/two-factor/disable', { password: testPassword })).status).toBe(200);
    expect(await me()).toBe(false);
    expect(await audit('secondFactor')).toEqual([['secondFactor.disable', 'done'], ['secondFactor.disable', 'refused'], ['secondFactor.enable', 'done']]);
    const phone = server.browser();
    await post(phone, '/sign-in/email', { email, password: testPassword });
    expect(await isIn(phone)).toBe(true);
  });

  it('is what an organization that asks for one is content with, when it is turned on and at each sign-in', async () => {
    await callAs(world.deps, aUser(organization)).identity.organization.demandSecondFactor({ required: true });
    expect((await laptop.fetch('/api/v1/nodes')).status).toBe(200);
    const phone = await passwordGiven();
    await post(phone, '/two-factor/verify-totp', { code: totpOf(secret) });
    expect((await phone.fetch('/api/v1/nodes')).status).toBe(200);
  });

  it('has backup codes, each good once', async () => {
    const [code = ''] = backupCodes;
    const phone = await passwordGiven();
    expect((await post(phone, '/two-factor/verify-backup-code', { code })).status).toBe(200);
    expect(await isIn(phone)).toBe(true);
    const again = await passwordGiven();
    expect((await post(again, '/two-factor/verify-backup-code', { code })).ok).toBe(false);
    expect(await isIn(again)).toBe(false);
  });

  it('is asked for at every sign-in: no machine is trusted without it', async () => {
    const phone = await passwordGiven();
    expect((await post(phone, '/two-factor/verify-totp', { code: totpOf(secret), trustDevice: true })).status).toBe(400);
    expect(await isIn(phone)).toBe(false);
  });

  it('is not guessed: wrong codes end the sign-in, and then lock the person', async () => {
    for (let round = 0; round < 3; round += 1) {
      await world.deps.db.rateLimit.deleteMany();
      const phone = await passwordGiven();
      for (let attempt = 0; attempt < 5; attempt += 1) await post(phone, '/two-factor/verify-totp', { code: wrongCode() });
    }
    await world.deps.db.rateLimit.deleteMany();
    const phone = await passwordGiven();
    expect((await post(phone, '/two-factor/verify-totp', { code: totpOf(secret) })).status).toBe(429);
    expect(await isIn(phone)).toBe(false);
  });

  it('is kept encrypted, and in no record', async () => {
    const [kept, entries] = [JSON.stringify(await world.deps.db.twoFactor.findMany()), inspect(await world.deps.db.auditEntry.findMany(), { depth: null, maxArrayLength: null, maxStringLength: null })];
    for (const text of [secret, ...backupCodes]) expect([kept.includes(text), entries.includes(text)]).toEqual([false, false]);
  });

  it('is forgotten by an administrator for who has lost it, and by nobody else', async () => {
    const administrator = callAs(world.deps, aUser(organization, 'administrator')).identity.members;
    const [member] = (await administrator.list()).items;
    expect(member).toMatchObject({ secondFactor: true, can: { resetSecondFactor: { allowed: true } } });
    const id = member?.id ?? '';
    await expect(callAs(world.deps, aUser(organization, 'operator')).identity.members.resetSecondFactor({ id })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    await expect(callAs(world.deps, aUser(await world.organization(), 'administrator')).identity.members.resetSecondFactor({ id })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await administrator.resetSecondFactor({ id });
    await expect(administrator.resetSecondFactor({ id })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
    const phone = server.browser();
    await post(phone, '/sign-in/email', { email, password: testPassword });
    expect(await isIn(phone)).toBe(true);
    expect((await audit('secondFactor'))[0]).toEqual(['secondFactor.reset', 'done']);
  });
});
