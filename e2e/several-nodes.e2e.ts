import type { Page } from '@playwright/test';
import { itemsOf, textAt } from '../examples/pump-loop/api.ts';
import { signInAsAdministrator } from './actions.ts';
import { apiOf } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, type StackNode, test } from './stack.ts';

/** Nodes looked at and taken together from their list, by the keyboard but for what only a mouse does. */
test.describe.serial('several nodes', () => {
  let page: Page;
  const nodes: StackNode[] = [];
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  const box = (name: string) => page.getByRole('checkbox', { name: `Select ${name}` });

  test.beforeAll(async ({ browser, stack }) => {
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
    const token = await stack.grant({ kind: 'enrollment-token', label: 'several', labels: { batch: 'several' }, uses: 3, minutes: 30 });
    for (const name of ['several-1', 'several-2', 'several-3']) nodes.push(await stack.startNode(name, token));
    await openWhole(page, '/nodes?label=batch%3Dseveral');
    await expect(row('several-3')).toBeVisible();
  });
  test.afterAll(async ({ stack }) => {
    await page?.context().close();
    // Fleets of other tests that select everything would have them too.
    const api = await apiOf(stack);
    for (const node of itemsOf(await api.call('GET', '/nodes?query=several-'))) await api.call('POST', `/nodes/${textAt(node, 'id')}/revocation`, { reason: 'The test is over' });
    for (const node of nodes) await node.stop();
  });

  test('are peeked at with Space, which follows the keys, and Escape lets go', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    const first = page.getByRole('region', { name: 'Peek at several-1' });
    await expect(first).toContainText('Health');
    await expect(first).toContainText('batch=several');
    expect(await wrongWith(page)).toEqual([]);
    await page.keyboard.press('j');
    await expect(page.getByRole('region', { name: 'Peek at several-2' })).toBeVisible();
    await expect(first).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('region', { name: /^Peek at/ })).toHaveCount(0);
    await expect(row('several-2')).toHaveAttribute('data-current', 'true');
  });

  test('are selected with x, in ranges with shift, all by the head, and let go of with Escape', async () => {
    const bar = page.getByRole('region', { name: 'Selected nodes' });
    await page.keyboard.press('x');
    await expect(bar).toContainText('1 selected');
    await expect(box('several-2')).toBeChecked();
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await expect(bar).toContainText('2 selected');
    expect(new URL(page.url()).search).toBe('?label=batch%3Dseveral');
    await page.keyboard.press('Escape');
    await expect(bar).toHaveCount(0);
    await box('several-1').click();
    await box('several-3').click({ modifiers: ['Shift'] });
    await expect(bar).toContainText('3 selected');
    await page.getByRole('checkbox', { name: 'Select the rows' }).click();
    await expect(bar).toHaveCount(0);
    await page.getByRole('checkbox', { name: 'Select the rows' }).click();
    await expect(bar).toContainText('3 selected');
    expect((await row('several-1').boundingBox())?.height).toBe(36);
    expect(await wrongWith(page)).toEqual([]);
  });

  test('get labels after it was said what that changes, each with its outcome, and keep those they had', async () => {
    await page.keyboard.press('l');
    const dialog = page.getByRole('dialog', { name: 'Labels of 3 nodes' });
    await dialog.getByLabel('Labels to add or change').fill('shift=late');
    await dialog.getByRole('button', { name: 'See what changes' }).click();
    await expect(dialog.getByRole('group', { name: 'What it would do' }).getByRole('listitem')).toHaveCount(3);
    await dialog.getByRole('button', { name: 'Set labels of 3 nodes' }).click();
    await expect(dialog.getByRole('status')).toHaveText('3 nodes: 3 done');
    expect(await wrongWith(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await expect(dialog).toHaveCount(0);
    await openWhole(page, '/nodes?label=batch%3Dseveral,shift%3Dlate');
    await expect(row('several-3')).toBeVisible();
    await expect(page.getByRole('checkbox', { name: /^Select several/ })).toHaveCount(3);
  });

  test('are not asked again for what there is not to do, and say why', async () => {
    await box('several-1').click();
    await page.getByRole('region', { name: 'Selected nodes' }).getByRole('button', { name: 'Retry' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry 1 node' });
    await expect(dialog).toContainText(/Nothing was deployed to it yet|It runs what it should/);
    await expect(dialog.getByRole('button', { name: 'Retry 0 nodes' })).toBeDisabled();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'Selected nodes' })).toContainText('1 selected');
  });

  test('have their keys in the help', async () => {
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    for (const does of ['Peek at the row', 'Select the row', 'Select up to the row', 'Retry the selected nodes']) await expect(help).toContainText(does);
    await page.keyboard.press('Escape');
    await expect(help).toHaveCount(0);
  });

  test('say each what came of it where one refuses, that one first, and let it be checked again', async ({ stack }) => {
    const api = await apiOf(stack);
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: 'Select the rows' }).click();
    await page.keyboard.press('l');
    const dialog = page.getByRole('dialog', { name: 'Labels of 3 nodes' });
    await dialog.getByLabel('Labels to add or change').fill('shift=night');
    await dialog.getByRole('button', { name: 'See what changes' }).click();
    const button = dialog.getByRole('button', { name: 'Set labels of 3 nodes' });
    await expect(button).toBeEnabled();
    const [third] = itemsOf(await api.call('GET', '/nodes?query=several-3'));
    await api.call('POST', `/nodes/${textAt(third, 'id')}/revocation`, { reason: 'Between the look and the deed' });
    await button.click();
    await expect(dialog.getByRole('status')).toHaveText('3 nodes: 2 done, 1 refused');
    const lines = dialog.getByRole('group', { name: 'How it came out' }).getByRole('listitem');
    await expect(lines).toHaveText([/several-3.*revoked/, /several-1.*Labels were set/, /several-2.*Labels were set/]);
    expect(await wrongWith(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Check 1 node again' }).click();
    await expect(dialog.getByRole('status')).toHaveText('1 node: 1 refused');
    await expect(dialog.getByRole('button', { name: 'Set labels of 0 nodes' })).toBeDisabled();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  });
});
