import type { CDPSession, Page } from '@playwright/test';
import { type Api, textAt } from '../examples/pump-loop/api.ts';
import { open } from './actions.ts';
import { apiOf, prepareGround } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, test } from './stack.ts';

const password = 'correct horse battery staple';

/** A device that the browser believes to have, which its person has unlocked; `setUserVerified` takes that back. */
async function withDevice(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { cdp, authenticatorId };
}

async function join(page: Page, api: Api, name: string): Promise<void> {
  const link = textAt(await api.call('POST', '/members/invitations', { email: `${name}@example.org`, name, role: 'viewer' }), 'link');
  await open(page, link);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
}

async function addPasskey(page: Page): Promise<void> {
  await openWhole(page, '/settings?tab=account');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const adding = page.getByRole('dialog');
  await adding.getByLabel('Name of the device').fill('My laptop');
  await adding.getByLabel('Your password').fill('not the password');
  await adding.getByRole('button', { name: 'Go on' }).click();
  await expect(adding.getByText('This is not your password.')).toBeVisible();
  await adding.getByLabel('Your password').fill(password);
  await adding.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('table', { name: 'Your passkeys' }).getByText('My laptop')).toBeVisible();
}

test('a person adds a passkey, signs in by it alone, and removes it', async ({ browser, stack }) => {
  const api = await apiOf(stack);
  await prepareGround(api);
  const page = await (await browser.newContext({ baseURL: stack.url })).newPage();
  const { cdp, authenticatorId } = await withDevice(page);
  await join(page, api, 'passkey-person');
  await addPasskey(page);
  expect(await wrongWith(page)).toEqual([]);
  await page.context().clearCookies();
  await open(page, '/sign-in');
  expect(await wrongWith(page)).toEqual([]);
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByText('No passkey was given')).toBeVisible();
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
  await openWhole(page, '/settings?tab=account');
  await page.getByRole('button', { name: 'Remove the passkey My laptop' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByText('No passkey yet')).toBeVisible();
  await page.context().clearCookies();
  await open(page, '/sign-in');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByText('This passkey is not known here')).toBeVisible();
  await page.context().close();
});

test('where the organization asks for a second factor, all is closed until a passkey is added', async ({ browser, stack }) => {
  const api = await apiOf(stack);
  await prepareGround(api);
  const page = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await withDevice(page);
  await join(page, api, 'asked-person');
  await api.call('PUT', '/organization/second-factor', { required: true });
  try {
    await openWhole(page, '/fleets');
    await expect(page.getByText('You may not see the fleets')).toBeVisible();
    await expect(page.getByText('Your organization asks for a second factor')).toBeVisible();
    expect(await wrongWith(page)).toEqual([]);
    await page.getByRole('link', { name: 'Add a passkey or an authenticator app' }).click();
    await expect(page.getByRole('heading', { name: 'Passkeys' })).toBeVisible();
    await addPasskey(page);
    await expect(page.getByText('Your organization asks for a second factor')).toHaveCount(0);
    await openWhole(page, '/fleets');
    await expect(page.getByRole('main').getByRole('link', { name: 'pump-loop' })).toBeVisible();
  } finally {
    await api.call('PUT', '/organization/second-factor', { required: false });
    await page.context().close();
  }
});
