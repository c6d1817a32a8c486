import type { Page } from '@playwright/test';
import { signInAsAdministrator } from './actions.ts';
import { apiOf, prepareGround } from './ground.ts';
import { firstOfEach, openWhole, pages, untilWhole, wrongWith } from './pages.ts';
import { expect, test } from './stack.ts';

/** Every page of the console with something in it: found sound by axe in both themes, whole on a narrow screen, and reached without a mouse. */
test.describe('every page', () => {
  let page: Page;
  let addresses: string[] = pages;

  test.beforeAll(async ({ browser, stack }) => {
    await prepareGround(await apiOf(stack));
    // axe asks for a context of its own.
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
    addresses = [...pages, ...(await firstOfEach(page))];
  });
  test.afterAll(() => page?.context().close());

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`has nothing that axe finds wrong, ${colorScheme}`, async () => {
      test.setTimeout(600_000);
      await page.emulateMedia({ colorScheme });
      for (const address of addresses) {
        await openWhole(page, address);
        expect.soft(await wrongWith(page), address).toEqual([]);
      }
    });
  }

  test('carries the headers that keep foreign code out, and marks its own scripts anew each time', async () => {
    const nonces = new Set<string>();
    for (const address of addresses) {
      const response = await page.request.get(address);
      const headers = response.headers();
      const policy = headers['content-security-policy'] ?? '';
      const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
      const nonce = /'nonce-([^']+)'/.exec(scripts)?.[1] ?? '';
      expect.soft(scripts, address).not.toMatch(/unsafe|https?:|\*/);
      expect.soft(policy, address).toMatch(/object-src 'none'.*base-uri 'none'.*frame-ancestors 'none'/);
      expect.soft(headers, address).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin' });
      const unmarked = [...(await response.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !tag.includes(`nonce="${nonce}"`));
      expect.soft(unmarked, address).toEqual([]);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(addresses.length);
  });

  // A page that was come to by a link stands in the document of the first, under the policy and nonce of that one.
  test('is come to by links as by its address, and the browser has nothing to say', async () => {
    test.setTimeout(240_000);
    const said: string[] = [];
    page.on('console', (message) => (message.type() === 'error' ? said.push(`${page.url()}: ${message.text()}`) : undefined));
    page.on('pageerror', (error) => said.push(`${page.url()}: ${error.message}`));
    await openWhole(page, '/');
    const ways = await page.getByRole('navigation').first().getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    for (const way of ways) {
      await page.getByRole('navigation').first().locator(`a[href="${way}"]`).click();
      await untilWhole(page, way);
      for (const further of [page.getByRole('main').locator(`a[href="${way}/new"]`), page.getByRole('main').locator(`table a[href^="${way}/"]`)]) {
        if ((await further.count()) === 0) continue;
        const address = (await further.first().getAttribute('href')) ?? '';
        await further.first().click();
        await untilWhole(page, address);
        await page.goBack();
        await untilWhole(page, way);
      }
    }
    expect(ways.length).toBeGreaterThan(10);
    expect(said).toEqual([]);
  });

  test('tells moments that the server drew by the clock of who reads them', async ({ browser, stack }) => {
    const storageState = await page.context().storageState();
    const context = await browser.newContext({ baseURL: stack.url, storageState, timezoneId: 'Asia/Tokyo' });
    const away = await context.newPage();
    await openWhole(away, `/nodes?at=${new Date(Date.now() - 60_000).toISOString()}`);
    await expect(away.getByText('As it was at')).toContainText('GMT+9');
    await context.close();
  });

  test('fits a screen of 390 pixels', async () => {
    test.setTimeout(600_000);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const address of addresses) {
      await openWhole(page, address);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(390);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  for (const { address, button } of [
    { address: '/fleets', button: 'Create a fleet' },
    { address: '/enrolment', button: 'Create a token' },
    { address: '/models', button: 'Publish a model' },
    { address: '/settings', button: 'Invite a person' },
    { address: '/settings?tab=tokens', button: 'Create a token' },
  ]) {
    test(`opens “${button}” of ${address} by keyboard, sound, and gives the focus back`, async () => {
      await openWhole(page, address);
      const opener = page.getByRole('main').getByRole('button', { name: button }).first();
      await opener.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await expect(dialog).toBeVisible();
      await expect.poll(() => dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
      expect(await wrongWith(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      await expect(opener).toBeFocused();
    });
  }

  test('moves nothing for those who asked for less motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await openWhole(page, '/');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    const longest = await page.evaluate(() => Math.max(0, ...document.getAnimations().map((animation) => Number(animation.effect?.getComputedTiming().activeDuration ?? 0))));
    expect(longest).toBeLessThanOrEqual(1);
    await page.keyboard.press('Escape');
    await page.emulateMedia({ reducedMotion: null });
  });

  test('is reached by the keyboard alone', async () => {
    await openWhole(page, '/');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await expect(page).toHaveURL(/\/fleets$/);
    await expect(page.getByRole('link', { name: 'pump-loop' })).toBeVisible();
    const first = await page.getByRole('main').locator('table a[href^="/fleets/"]').first().innerText();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: first })).toBeVisible();
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
    await page.keyboard.type('valve');
    await expect(page.getByRole('option', { name: /valve-watch/ }).first()).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/rules\/valve-watch|\/deployments\//);
    await page.goBack();
    await expect(page).toHaveURL(/\/fleets\//);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toContainText('Go to');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
});
