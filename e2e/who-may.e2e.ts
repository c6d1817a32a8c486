import type { Browser, Locator, Page } from '@playwright/test';
import { type Api, textAt } from '../examples/pump-loop/api.ts';
import { totpOf } from '../tools/testing/totp.ts';
import { open } from './actions.ts';
import { apiOf, ensureFleet, prepareGround } from './ground.ts';
import { openWhole, pages, wrongWith } from './pages.ts';
import { expect, type Stack, test } from './stack.ts';

type Role = 'operator' | 'author' | 'viewer';

/** What each page lets people begin, and who may; administrators may all of it. */
const actions: readonly { address: string; button: string; may: readonly Role[] }[] = [
  { address: '/fleets', button: 'Create a fleet', may: ['operator'] },
  { address: '/enrolment', button: 'Create a token', may: [] },
  { address: '/deployments', button: 'New deployment', may: ['operator'] },
  { address: '/rules', button: 'New rule', may: ['author'] },
  { address: '/rules/valve-watch', button: 'Deploy', may: ['operator'] },
  { address: '/models', button: 'Publish a model', may: ['author'] },
  { address: '/models/pump-anomaly', button: 'Publish a version', may: ['author'] },
  { address: '/models/pump-anomaly', button: 'Another alias', may: ['author'] },
  { address: '/repositories', button: 'Connect a repository', may: [] },
  { address: '/settings', button: 'Invite a person', may: [] },
  { address: '/settings?tab=roles', button: 'Make a role', may: [] },
  { address: '/settings?tab=tokens', button: 'Create a token', may: [] },
];

/** The same at the control plane, for whoever does not use the page. */
const calls: readonly { method: 'POST' | 'PUT'; path: string; data: object; may: readonly Role[] }[] = [
  { method: 'POST', path: '/api/v1/fleets', data: { name: 'not-mine', selector: '' }, may: ['operator'] },
  { method: 'PUT', path: '/api/v1/rules/valve-watch/draft', data: { text: 5 }, may: ['author'] },
  { method: 'PUT', path: '/api/v1/models/pump-anomaly/aliases/champion', data: { version: 0 }, may: ['author'] },
  { method: 'POST', path: '/api/v1/members/invitations', data: {}, may: [] },
  { method: 'POST', path: '/api/v1/roles', data: {}, may: [] },
];

const firstPassword = 'correct horse battery staple';

for (const role of ['operator', 'author', 'viewer'] as const) {
  test.describe(`a person with the role ${role}`, () => {
    let page: Page;
    let fleet: string;

    test.beforeAll(async ({ browser, stack }) => {
      const api = await apiOf(stack);
      ({ fleet } = await prepareGround(api));
      page = await signInAs(browser, stack, api, role, role);
    });
    test.afterAll(() => page?.context().close());

    test('may begin what the role is for, and is told who may of the rest', async () => {
      for (const { address, button, may } of [...actions, { address: `/fleets/${fleet}`, button: 'Remove', may: ['operator'] as const }]) {
        await openWhole(page, address);
        const place = await actionCalled(page, button);
        if (may.some((each) => each === role)) await expect.soft(place, `${button} on ${address}`).toBeEnabled();
        else {
          await expect.soft(place, `${button} on ${address}`).toBeDisabled();
          await place.hover();
          await expect.soft(page.getByText(/may not do this|needs the role/).first(), `${button} on ${address}`).toBeVisible();
        }
      }
    });

    test('is refused the rest by the control plane too', async ({ stack }) => {
      for (const { method, path, data, may } of calls) {
        const answer = await page.request.fetch(path, { method, data, headers: { origin: stack.url } });
        // What the role may is parsed next, and is wrong on purpose, so that nothing is changed.
        expect.soft(answer.status(), `${method} ${path}`).toBe(may.some((each) => each === role) ? 422 : 403);
      }
    });
  });
}

test.describe('an operator of one fleet', () => {
  let page: Page;
  let elsewhere: string;

  test.beforeAll(async ({ browser, stack }) => {
    const api = await apiOf(stack);
    ({ fleet: elsewhere } = await prepareGround(api));
    const own = await ensureFleet(api, 'harbour', 'site=harbour');
    page = await signInAs(browser, stack, api, 'operator', 'harbour-master', [own]);
  });
  test.afterAll(() => page?.context().close());

  test('finds that fleet and no other, and is told why the rest is closed', async () => {
    await openWhole(page, '/fleets');
    await expect(page.getByRole('main').getByRole('link', { name: 'harbour' })).toBeVisible();
    await expect(page.getByText('pump-loop')).toHaveCount(0);
    await openWhole(page, `/fleets/${elsewhere}`);
    await expect(page.getByText('There is nothing at this address')).toBeVisible();
    await openWhole(page, '/nodes');
    await expect(page.getByText('No node in your fleets yet')).toBeVisible();
    for (const address of ['/enrolment', '/settings', '/settings?tab=roles', '/settings?tab=tokens', '/settings?tab=keys']) {
      await openWhole(page, address);
      await expect.soft(page.getByText(/You may not see/).first(), address).toBeVisible();
      await expect.soft(page.getByText('limited to some of its fleets').first(), address).toBeVisible();
      expect.soft(await wrongWith(page), address).toEqual([]);
    }
    for (const address of ['/', '/fleets', '/deployments/new', '/rules', '/models', '/live', '/detections', '/alerts', '/audit', '/settings?tab=account']) {
      await openWhole(page, address);
      await expect.soft(page.getByText('Could not get'), address).toHaveCount(0);
      expect.soft(await wrongWith(page), address).toEqual([]);
    }
    await openWhole(page, '/audit');
    await expect(page.getByText('What was done to your fleets (harbour)')).toBeVisible();
    await expect(page.getByRole('row', { name: /made the fleet harbour/ })).toBeVisible();
    await expect(page.getByText('pump-loop')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Verify' })).toBeDisabled();
  });
});

test.describe('an administrator', () => {
  let page: Page;

  test.beforeAll(async ({ browser, stack }) => {
    const api = await apiOf(stack);
    await prepareGround(api);
    await ensureFleet(api, 'harbour', 'site=harbour');
    page = await signInAs(browser, stack, api, 'administrator', 'boss');
    await signInAs(browser, stack, api, 'viewer', 'kim').then((other) => other.context().close());
  });
  test.afterAll(() => page?.context().close());

  test('makes a role, gives it to somebody in one fleet, and cannot remove it while it is held', async () => {
    await openWhole(page, '/settings?tab=roles');
    await page.getByRole('main').getByRole('button', { name: 'Make a role' }).click();
    const making = page.getByRole('dialog');
    await making.getByLabel('Name').fill('Night shift');
    await making.getByRole('button', { name: 'Read everything' }).click();
    expect(await wrongWith(page)).toEqual([]);
    await making.getByRole('button', { name: 'Make it' }).click();
    await expect(page.getByRole('row', { name: /Night shift reads nodes/ })).toBeVisible();
    await openWhole(page, '/settings');
    await page.getByRole('button', { name: 'Change what kim may do' }).click();
    const giving = page.getByRole('dialog');
    await giving.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Night shift' }).click();
    await giving.getByRole('button', { name: 'Some fleets' }).click();
    await giving.getByRole('checkbox', { name: 'harbour' }).click();
    expect(await wrongWith(page)).toEqual([]);
    await giving.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('row', { name: /^kim .*Night shift in harbour/ })).toBeVisible();
    await openWhole(page, '/settings?tab=roles');
    const remove = page.getByRole('button', { name: 'Remove the role Night shift' });
    await expect(remove).toBeDisabled();
    await remove.hover();
    await expect(page.getByText('1 member has this role.').first()).toBeVisible();
  });
});

test.describe('a person who may only look', () => {
  let page: Page;

  test.beforeAll(async ({ browser, stack }) => {
    const api = await apiOf(stack);
    await prepareGround(api);
    page = await signInAs(browser, stack, api, 'viewer', 'onlooker');
  });
  test.afterAll(() => page?.context().close());

  test('sees every page, sound', async () => {
    test.setTimeout(600_000);
    for (const address of pages) {
      await openWhole(page, address);
      await expect.soft(page.getByText('Could not get'), address).toHaveCount(0);
      await expect.soft(page.getByText('You may not see'), address).toHaveCount(0);
      expect.soft(await wrongWith(page), address).toEqual([]);
    }
  });

  test('changes the own password, and is in with the new one only', async ({ browser, stack }) => {
    await openWhole(page, '/settings?tab=account');
    await page.getByLabel('Password now').fill('not the password');
    await page.getByLabel('New password').fill('a password of my own');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('This is not your password.')).toBeVisible();
    await page.getByLabel('Password now').fill(firstPassword);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('Your password is changed')).toBeVisible();
    await expect(page.getByLabel('New password')).toHaveValue('');
    const elsewhere = await browser.newPage({ baseURL: stack.url });
    await open(elsewhere, '/sign-in');
    await elsewhere.getByLabel('E-mail').fill('onlooker@example.org');
    await elsewhere.getByLabel('Password').fill('a password of my own');
    await elsewhere.getByRole('button', { name: 'Sign in' }).click();
    await expect(elsewhere.getByRole('link', { name: 'Overview' })).toBeVisible();
    await openWhole(page, '/settings?tab=account');
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByRole('button', { name: 'End them' }).click();
    await expect(page.getByRole('button', { name: 'End it' })).toHaveCount(0);
    await elsewhere.goto('/nodes');
    await expect(elsewhere).toHaveURL(/\/sign-in/);
    await elsewhere.close();
  });

  test('turns a second factor on, is asked for its code at the next sign-in, and turns it off', async ({ browser, stack }) => {
    await openWhole(page, '/settings?tab=account');
    await page.getByLabel('Your password').fill('a password of my own');
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await expect(page.getByRole('img', { name: 'QR code of the key' })).toBeVisible();
    await expect(page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem')).toHaveCount(10);
    expect(await wrongWith(page)).toEqual([]);
    const secret = (await page.locator('code').first().textContent()) ?? '';
    await page.getByLabel('Code', { exact: true }).fill(totpOf(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByText('On: signing in takes a code')).toBeVisible();
    const elsewhere = await browser.newPage({ baseURL: stack.url });
    await open(elsewhere, '/sign-in');
    await elsewhere.getByLabel('E-mail').fill('onlooker@example.org');
    await elsewhere.getByLabel('Password').fill('a password of my own');
    await elsewhere.getByRole('button', { name: 'Sign in' }).click();
    await elsewhere.getByLabel('Code').fill(totpOf(secret));
    await elsewhere.getByRole('button', { name: 'Sign in' }).click();
    await expect(elsewhere.getByRole('link', { name: 'Overview' })).toBeVisible();
    await elsewhere.close();
    await page.getByLabel('Your password').fill('a password of my own');
    await page.getByRole('button', { name: 'Turn it off' }).click();
    await expect(page.getByText('Off: the password alone signs in')).toBeVisible();
  });
});

/** Invites a person over the API, and lets them accept in a browser of their own. */
async function signInAs(browser: Browser, stack: Stack, api: Api, role: Role | 'administrator', name: string, fleets: 'all' | string[] = 'all'): Promise<Page> {
  const link = textAt(await api.call('POST', '/members/invitations', { email: `${name}@example.org`, name, role, fleets }), 'link');
  const page = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await open(page, link);
  await page.getByLabel('Password').fill(firstPassword);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
  return page;
}

/** The first control of that name on the page: a button, or a link that looks like one. */
async function actionCalled(page: Page, name: string): Promise<Locator> {
  const main = page.getByRole('main');
  const place = main.getByRole('button', { name, exact: true }).or(main.getByRole('link', { name, exact: true })).first();
  await expect(place).toBeVisible();
  return place;
}
