import { describe, expect, it } from 'vitest';
import { aUser, callAs } from '../../testing/index.ts';
import { servedTests, testPassword } from '../../testing/http.ts';
import type { TestBrowser } from '../../testing/http.ts';
import { aDevice } from '../testing/a-device.ts';
import { havePasskeys } from './ceremonies.ts';

const here = servedTests();

const origin = 'http://selvedge.test';
const post = (browser: TestBrowser, path: string, body: unknown = {}) => browser.fetch(`/api/auth${path}`, { method: 'POST', body });
const call = async (browser: TestBrowser, name: string, body?: unknown) => (await browser.fetch(`/api/trpc/${name}`, body === undefined ? {} : { method: 'POST', body })).json();
const audit = async (action: string) => (await callAs(here.world.deps, aUser(here.organization)).audit.list({ action })).items.map((entry) => [entry.action, entry.outcome]);

/** A passkey that a person made in this browser. */
async function register(browser: TestBrowser, device = aDevice(origin), name = 'laptop') {
  const options = await (await post(browser, '/passkey/register-options', { password: testPassword })).json();
  const answer = await post(browser, '/passkey/register', { name, response: device.make(options) });
  return { device, answer, options };
}

async function signIn(browser: TestBrowser, device: ReturnType<typeof aDevice>, otherwise = {}): Promise<Response> {
  const options = await (await post(browser, '/passkey/sign-in-options')).json();
  return post(browser, '/passkey/sign-in', { response: device.prove(options, otherwise) });
}

describe('a passkey', () => {
  it('is made by who knows the password, and signs in by itself, on record', async () => {
    const laptop = await here.server.signIn(here.organization, 'ada@passkeys.test');
    const { device, answer, options } = await register(laptop);
    expect(options).toMatchObject({ rp: { id: 'selvedge.test' }, user: { name: 'ada@passkeys.test' }, authenticatorSelection: { residentKey: 'required', userVerification: 'required' }, attestation: 'none' });
    expect(answer.status).toBe(200);
    const other = here.server.browser();
    expect((await signIn(other, device)).status).toBe(200);
    expect(await (await other.fetch('/api/v1/me')).json()).toMatchObject({ user: { email: 'ada@passkeys.test' } });
    const { result } = await call(laptop, 'identity.passkeys.list');
    expect(result.data.items).toMatchObject([{ name: 'laptop', lastUsedAt: expect.any(Number) }]);
    expect(await audit('passkey')).toEqual([['passkey.add', 'done']]);
    expect((await audit('session.start')).length).toBe(2);
  });

  it('is not made without the password, twice, or without the challenge that was given', async () => {
    const laptop = await here.server.signIn(here.organization);
    const refused = await post(laptop, '/passkey/register-options', { password: 'not the password' });
    expect([refused.status, (await refused.json()).code]).toEqual([400, 'INVALID_PASSWORD']);
    expect((await post(here.server.browser(), '/passkey/register-options', { password: testPassword })).status).toBe(401);
    const { device, options } = await register(laptop);
    expect((await post(laptop, '/passkey/register', { name: 'again', response: aDevice(origin).make(options) })).status).toBe(400);
    expect((await register(laptop, device)).answer.status).toBe(400);
    expect(await audit('passkey')).toEqual([['passkey.add', 'refused'], ['passkey.add', 'refused'], ['passkey.add', 'done']]);
    expect((await call(laptop, 'identity.passkeys.list')).result.data.items).toHaveLength(1);
  });

  it.each([
    ['another origin', { origin: 'https://evil.test' }],
    ['another host', { host: 'evil.test' }],
    ['no code, finger or face', { verifies: false }],
  ])('is not made, and does not sign in, for an answer with %s', async (_, otherwise) => {
    const laptop = await here.server.signIn(here.organization);
    const options = await (await post(laptop, '/passkey/register-options', { password: testPassword })).json();
    expect((await post(laptop, '/passkey/register', { name: 'x', response: aDevice(origin).make(options, otherwise) })).status).toBe(400);
    const { device } = await register(laptop);
    const other = here.server.browser();
    expect((await signIn(other, device, otherwise)).status).toBe(401);
    expect((await other.fetch('/api/v1/me')).status).toBe(401);
    expect((await audit('session.start'))[0]).toEqual(['session.start', 'refused']);
  });

  it('does not sign in by an answer that was given before, to another browser, or late', async () => {
    const laptop = await here.server.signIn(here.organization);
    const { device } = await register(laptop);
    const [mine, thief] = [here.server.browser(), here.server.browser()];
    const options = await (await post(mine, '/passkey/sign-in-options')).json();
    const response = device.prove(options);
    await post(thief, '/passkey/sign-in-options');
    expect((await post(thief, '/passkey/sign-in', { response })).status).toBe(401);
    const kept = new Map(mine.cookies);
    expect((await post(mine, '/passkey/sign-in', { response })).status).toBe(200);
    for (const [name, value] of kept) thief.cookies.set(name, value);
    expect((await post(thief, '/passkey/sign-in', { response })).status).toBe(401);
    const late = here.server.browser();
    const slow = await (await post(late, '/passkey/sign-in-options')).json();
    await here.world.deps.db.verification.updateMany({ data: { expiresAt: new Date(Date.now() - 1000) } });
    expect((await post(late, '/passkey/sign-in', { response: device.prove(slow) })).status).toBe(401);
  });

  it('of a device that counts does not sign in from a copy that counts behind', async () => {
    const laptop = await here.server.signIn(here.organization);
    const { device } = await register(laptop);
    expect((await signIn(here.server.browser(), device, { counter: 7 })).status).toBe(200);
    expect((await signIn(here.server.browser(), device, { counter: 6 })).status).toBe(401);
    expect((await signIn(here.server.browser(), device, { counter: 8 })).status).toBe(200);
  });

  it('is removed by its person, and by nobody else; then it signs nobody in', async () => {
    const laptop = await here.server.signIn(here.organization);
    const { device } = await register(laptop);
    const [passkey] = (await call(laptop, 'identity.passkeys.list')).result.data.items;
    const stranger = await here.server.signIn(here.organization);
    expect(await call(stranger, 'identity.passkeys.remove', { id: passkey.id })).toMatchObject({ error: { data: { code: 'NotFound' } } });
    expect((await call(laptop, 'identity.passkeys.remove', { id: passkey.id })).result.data).toEqual({ done: true });
    expect((await signIn(here.server.browser(), device)).status).toBe(401);
    expect(await audit('passkey.remove')).toEqual([['passkey.remove', 'done']]);
  });

  it('is counted beside a member, and forgotten with the second factor of who lost the device', async () => {
    const laptop = await here.server.signIn(here.organization, 'grace@passkeys.test');
    const { device } = await register(laptop);
    const { members } = callAs(here.world.deps, aUser(here.organization)).identity;
    const [member] = (await members.list()).items;
    expect(member).toMatchObject({ passkeys: 1, secondFactor: false, can: { resetSecondFactor: { allowed: true } } });
    await members.resetSecondFactor({ id: member?.id ?? '' });
    expect((await signIn(here.server.browser(), device)).status).toBe(401);
  });
});

describe('a second factor that the organization asks of everybody', () => {
  const closed = async (browser: TestBrowser) => {
    const answer = await browser.fetch('/api/v1/nodes');
    return [answer.status, (await answer.text()).includes('asks for a second factor')];
  };

  it('closes all but the own account to a session that has shown none, until a passkey is made or signs in', async () => {
    const password = await here.server.signIn(here.organization, 'joan@passkeys.test');
    const admin = callAs(here.world.deps, aUser(here.organization)).identity;
    expect(await closed(password)).toEqual([200, false]);
    await admin.organization.demandSecondFactor({ required: true });
    expect(await closed(password)).toEqual([403, true]);
    expect(await (await password.fetch('/api/v1/me')).json()).toMatchObject({ awaitsSecondFactor: true, capabilities: [] });
    expect((await call(password, 'identity.sessions.list')).result.data.items).toHaveLength(1);
    expect((await (await password.fetch('/api/v1/search?query=a')).json()).length ?? 0).toBe(0);
    const { device } = await register(password);
    expect(await closed(password)).toEqual([200, false]);
    const other = here.server.browser();
    await signIn(other, device);
    expect(await closed(other)).toEqual([200, false]);
    const again = here.server.browser();
    await post(again, '/sign-in/email', { email: 'joan@passkeys.test', password: testPassword });
    expect(await closed(again)).toEqual([403, true]);
    await admin.organization.demandSecondFactor({ required: false });
    expect(await closed(again)).toEqual([200, false]);
    expect(await audit('organization')).toEqual([['organization.demandSecondFactor', 'done'], ['organization.demandSecondFactor', 'done']]);
  });
});

it.each([
  ['https://selvedge.example', true],
  ['http://localhost:3000', true],
  ['http://selvedge.example', false],
  ['https://192.0.2.7', false],
  ['https://[2001:db8::1]:8443', false],
])('browsers have passkeys for %s: %s', (url, expected) => {
  expect(havePasskeys(url)).toBe(expected);
});
