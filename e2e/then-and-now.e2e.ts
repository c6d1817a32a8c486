import type { Page } from '@playwright/test';
import { type Api, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import { open, signInAsAdministrator } from './actions.ts';
import { apiOf, ensureFleet } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, test } from './stack.ts';

/** Somebody looks at how a node and its fleet were before they were changed. */
test.describe.serial('the past', () => {
  let page: Page;
  let api: Api;
  let node = '';
  let fleet = { id: '', name: '' };
  let then = '';

  test.beforeAll(async ({ browser, stack }) => {
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
    api = await apiOf(stack);
    await stack.startNode('then-and-now', await stack.grant({ kind: 'enrollment-token', label: 'then', labels: { site: 'before' }, uses: 1, minutes: 30 }));
    await expect.poll(async () => itemsOf(await api.call('GET', '/nodes?query=then-and-now&health=Healthy')).length, { timeout: 60_000 }).toBe(1);
    node = textAt(itemsOf(await api.call('GET', '/nodes?query=then-and-now'))[0], 'id');
    // A fleet of everything may be there from before; else one is made for the node.
    if (itemsOf(await api.call('GET', '/nodes?query=then-and-now&fleet=none')).length === 1) await ensureFleet(api, 'then-fleet', 'site=before');
    for (const each of itemsOf(await api.call('GET', '/fleets'))) {
      const id = textAt(each, 'id');
      if (itemsOf(await api.call('GET', `/nodes?query=then-and-now&fleet=${id}`)).length === 1) fleet = { id, name: textAt(each, 'name') };
    }
    // Of a whole second, as it is written into the field.
    const second = Math.ceil(Date.now() / 1000) * 1000;
    then = new Date(second).toISOString();
    await expect.poll(() => Date.now()).toBeGreaterThan(second);
    await api.call('PUT', `/nodes/${node}/labels`, { labels: { site: 'after' } });
    await api.call('PATCH', `/nodes/${node}`, { name: 'now-and-then' });
    await api.call('PUT', `/nodes/${node}/quarantine`, { reason: 'bad disk' });
  });
  test.afterAll(() => page?.context().close());

  test('of a node is shown as it stood, marked as the past, with nothing to be done', async () => {
    await openWhole(page, `/nodes/${node}`);
    await expect(page.getByRole('heading', { level: 1, name: 'now-and-then' })).toBeVisible();
    await expect(page.getByRole('main')).toContainText('site=after');
    await expect(page.getByText('Telemetry this minute')).toBeVisible();
    await openWhole(page, `/nodes/${node}?at=${encodeURIComponent(then)}`);
    await expect(page.getByRole('status').filter({ hasText: 'As it was at' })).toBeVisible();
    await expect(page.getByRole('main')).toContainText('site=before');
    await expect(page.getByRole('heading', { level: 1, name: 'then-and-now' })).toBeVisible();
    await expect(page.getByRole('main')).toContainText(`fleet ${fleet.name}`);
    await expect(page.getByRole('main')).not.toContainText('bad disk');
    await expect(page.getByRole('button', { name: 'Revoke' })).toHaveCount(0);
    expect(await wrongWith(page)).toEqual([]);
  });

  test('leads to its fleet of then, the node in it, and back to now', async () => {
    await page.getByRole('link', { name: `fleet ${fleet.name}` }).click();
    await expect(page.getByRole('heading', { level: 1, name: fleet.name })).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/fleets/${fleet.id}\\?at=`));
    await expect(page.getByRole('table', { name: `Nodes of ${fleet.name}` })).toContainText('then-and-now');
    expect(await wrongWith(page)).toEqual([]);
    await page.getByRole('button', { name: 'Now' }).click();
    await expect(page.getByRole('button', { name: 'Remove' })).toBeVisible();
    await expect(page.getByText('then-and-now')).toHaveCount(0);
  });

  test('is asked for on a list, by a moment or by how long ago, and says what is not kept', async () => {
    await open(page, '/nodes');
    await page.getByRole('button', { name: 'Then' }).click();
    await page.getByLabel('Moment').fill(new Date(Date.parse(then) - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19));
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'As it was at' })).toBeVisible();
    const row = page.getByRole('row', { name: /then-and-now/ });
    await expect(row).toContainText(fleet.name);
    await expect(row).toContainText('site=before');
    await page.getByRole('button', { name: 'Another moment' }).click();
    await page.getByRole('button', { name: '7 days ago' }).click();
    await expect(page.getByText(/earliest moment that can be read/)).toBeVisible();
  });
});
