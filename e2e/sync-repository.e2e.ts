import type { Page } from '@playwright/test';
import { type Api, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import { gitServer } from '../server/repositories/testing/git-server.ts';
import type { GitServer } from '../server/repositories/testing/git-server.ts';
import { open, signInAsAdministrator } from './actions.ts';
import { apiOf } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, test } from './stack.ts';

const documents = (selector: string, threshold: number) => ({
  'plants/7/documents.yaml': `kind: Fleet\nname: plant-7\nselector: ${selector}\n---\nkind: Rule\nname: plant-7-watch\nfile: watch.siddhi\n---\nkind: Deployment\nfleet: plant-7\nrules: [plant-7-watch]\n`,
  'plants/7/watch.siddhi': `define stream Readings (device string, value double);\n\n@info(name = 'over')\nfrom Readings[value > ${threshold}.0]\nselect device, value\ninsert into TooHigh;\n`,
});

/** Somebody connects a branch, looks at what differs, syncs; then somebody else changes something by hand. */
test.describe.serial('a repository', () => {
  let page: Page;
  let api: Api;
  let git: GitServer;
  let address = '';

  test.beforeAll(async ({ browser, stack }) => {
    git = await gitServer();
    git.credential = { username: 'deploy', password: 'a token for the tests' };
    await git.commit(documents('site=plant-7', 100), 'Watch plant 7');
    // axe asks for a context of its own.
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
    api = await apiOf(stack);
  });
  test.afterAll(async () => {
    await page?.context().close();
    await git?.close();
  });

  test('is connected with a credential that is not shown again, and shows what differs before anything happens', async () => {
    await open(page, '/repositories');
    await page.getByRole('button', { name: 'Connect a repository' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('plant-7');
    await dialog.getByLabel('Address').fill(git.url);
    await dialog.getByLabel('Folder').fill('plants/7');
    await dialog.getByLabel('User name').fill('deploy');
    await dialog.getByLabel('Access token or password').fill('a token for the tests');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'plant-7' })).toBeVisible();
    address = new URL(page.url()).pathname;
    await expect(page.getByText('OutOfSync').first()).toBeVisible();
    await expect(page.getByRole('group', { name: 'What differs in Rule plant-7-watch' })).toContainText('+ from Readings[value > 100.0]');
    expect(itemsOf(await api.call('GET', '/rules?query=plant-7-watch'))).toEqual([]);
    expect(await page.content()).not.toContain('a token for the tests');
  });

  test('is synced by a person, and keeps what was done with its commit', async () => {
    await page.getByRole('button', { name: 'Sync' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sync' }).click();
    await expect(page.getByText('Nothing differs')).toBeVisible();
    await page.getByRole('tab', { name: 'History' }).click();
    await expect(page.getByRole('row', { name: /Succeeded.*Watch plant 7.*Ada Park/ })).toBeVisible();
    await page.getByRole('link', { name: 'deployment of plant-7' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('plant-7');
  });

  test('shows what somebody changed by hand, where that is edited and where it is compared', async () => {
    const [fleet] = itemsOf(await api.call('GET', '/fleets?query=plant-7'));
    const id = textAt(fleet, 'id');
    await open(page, `/fleets/${id}?tab=settings`);
    await expect(page.getByRole('note')).toContainText('The repository plant-7 says how this is to be.');
    await api.call('PATCH', `/fleets/${id}`, { version: 1, selector: 'site=elsewhere' });
    await open(page, address);
    await expect(page.getByRole('group', { name: 'What differs in Fleet plant-7' })).toContainText('- selector site=elsewhere');
    await expect(page.getByText('Drifted').first()).toBeVisible();
  });

  test('says of a commit at fault in which file and line, while the page is open', async () => {
    await git.commit({ 'plants/7/documents.yaml': 'kind: Fleet\nname: plant-7\nselector: site=plant-7\ncolour: red\n' }, 'Paint it');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(page.getByText('plants/7/documents.yaml:4: there is no ‘colour’ in a document of this kind')).toBeVisible();
  });

  test('has pages in which axe finds nothing wrong, in both themes, and that fit a narrow screen', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const one of ['/repositories', address, `${address}?tab=history`, `${address}?tab=settings`]) {
        await openWhole(page, one);
        expect.soft(await wrongWith(page), one).toEqual([]);
      }
    }
    await page.setViewportSize({ width: 390, height: 844 });
    for (const one of ['/repositories', address, `${address}?tab=history`, `${address}?tab=settings`]) {
      await openWhole(page, one);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), one).toBeLessThanOrEqual(390);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('is removed, and what it made stays', async () => {
    await open(page, address);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('No repository yet')).toBeVisible();
    expect(itemsOf(await api.call('GET', '/fleets?query=plant-7'))).toHaveLength(1);
  });
});
