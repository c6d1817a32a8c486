import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { open, signInAsAdministrator } from './actions.ts';
import { expect, test } from './stack.ts';

/** Every page of the console as the story left it: found sound by axe in both themes, whole on a narrow screen, and reached without a mouse. */
const pages = ['/', '/nodes', '/fleets', '/enrolment', '/deployments', '/deployments/new', '/rules', '/rules/new', '/models', '/live', '/detections', '/audit', '/settings'];

test.describe('every page', () => {
  let page: Page;

  test.beforeAll(async ({ browser, stack }) => {
    // axe asks for a context of its own.
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
  });
  test.afterAll(() => page?.context().close());

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`has nothing that axe finds wrong, ${colorScheme}`, async () => {
      test.setTimeout(600_000);
      await page.emulateMedia({ colorScheme });
      for (const address of pages) {
        await openWhole(page, address);
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')}`);
        expect.soft(found, address).toEqual([]);
      }
    });
  }

  test('fits a screen of 390 pixels', async () => {
    test.setTimeout(600_000);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const address of pages) {
      await openWhole(page, address);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(390);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('is reached by the keyboard alone', async () => {
    await openWhole(page, '/');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await expect(page).toHaveURL(/\/fleets$/);
    await expect(page.getByRole('link', { name: 'pump-loop' })).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'pump-loop' })).toBeVisible();
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

/** Opens a page and waits until it shows what it is about in place of a skeleton. */
async function openWhole(page: Page, address: string): Promise<void> {
  await open(page, address);
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}
