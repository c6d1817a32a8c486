import type { Page } from '@playwright/test';
import { signInAsAdministrator } from './actions.ts';
import { apiOf, prepareGround } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, test } from './stack.ts';

/** Rows of lists looked at without leaving the list, by the keyboard alone. */
test.describe.serial('a peek', () => {
  let page: Page;

  test.beforeAll(async ({ browser, stack }) => {
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
    await prepareGround(await apiOf(stack));
  });
  test.afterAll(() => page?.context().close());

  for (const { address, says } of [
    { address: '/rules?query=valve-watch', says: /Where it runs.*define stream Readings/s },
    { address: '/models?query=pump-anomaly', says: /Asked by.*valve-watch.*takes and adds.*flowShift/s },
    { address: '/fleets?query=pump-loop', says: /Selector.*In use, by what nodes report/s },
  ]) {
    test(`at ${address} says what its page says first`, async () => {
      await openWhole(page, address);
      await page.keyboard.press('j');
      await page.keyboard.press('Space');
      const peek = page.getByRole('region', { name: /^Peek at/ });
      await expect(peek).toContainText(says);
      expect(await wrongWith(page)).toEqual([]);
      await page.keyboard.press('Space');
      await expect(peek).toHaveCount(0);
      expect(new URL(page.url()).pathname).toBe(new URL(address, page.url()).pathname);
    });
  }

  test('stands in the help of the lists that have it, and selecting of those that have that', async () => {
    for (const { address, keys, not } of [
      { address: '/rules', keys: ['Next row', 'Peek at the row', 'Filter the list'], not: ['Select the row'] },
      { address: '/settings?tab=roles', keys: ['Next row'], not: ['Peek at the row', 'Select the row', 'Filter the list'] },
      { address: '/settings?tab=account', keys: ['Show these keys'], not: ['Peek at the row', 'Select the row'] },
    ]) {
      await openWhole(page, address);
      await page.keyboard.press('?');
      const help = page.getByRole('dialog', { name: 'Keys' });
      for (const key of keys) await expect(help, address).toContainText(key);
      for (const key of not) await expect(help, address).not.toContainText(key);
      await page.keyboard.press('Escape');
      await expect(help).toHaveCount(0);
    }
  });
});
