import { type Api, fieldAt, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import { apiOf } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, type Stack, type StackNode, test } from './stack.ts';
import { open } from './actions.ts';

/** For what crosses to a node and back: by far enough on two cores that everything here shares. */
const crossed = { timeout: 120_000 };

async function join(stack: Stack, api: Api): Promise<StackNode> {
  const token = textAt(await api.call('POST', '/enrollment/tokens', { label: 'keyed', labels: { site: 'keyed' }, uses: 1, expiresAt: Date.now() + 3_600_000 }), 'token');
  return stack.startNode('keyed-node', token);
}

test('a node is given another key, and then made to enrol again, from its page', async ({ browser, stack }) => {
  const api = await apiOf(stack);
  const node = await join(stack, api);
  const page = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await open(page, textAt(await api.call('POST', '/members/invitations', { email: 'keys@example.org', name: 'keys', role: 'administrator' }), 'link'));
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
  const find = async () => itemsOf(await api.call('GET', '/nodes?query=keyed-node'))[0];
  await expect.poll(async () => fieldAt(await find(), 'connectedSince'), crossed).not.toBeNull();
  await openWhole(page, `/nodes/${textAt(await find(), 'id')}?tab=identity`);
  await page.getByRole('button', { name: 'Rotate' }).click();
  await expect(page.getByText('Former keys')).toBeVisible(crossed);
  await expect(page.getByText('Good', { exact: true })).toBeVisible();
  expect(await wrongWith(page)).toEqual([]);

  await page.getByRole('button', { name: 'Enrol again' }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('its disk was copied');
  expect(await wrongWith(page)).toEqual([]);
  await page.getByRole('button', { name: 'Refuse its key' }).click();
  await expect(page.getByText('The token, shown this once')).toBeVisible();
  await expect(page.getByRole('dialog').getByText(/--token selvedge-enrol-/)).toBeVisible();
  expect(await wrongWith(page)).toEqual([]);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('It has to enrol again').first()).toBeVisible();
  expect(await wrongWith(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/node-key.png', fullPage: true });
  await openWhole(page, '/settings?tab=keys');
  await page.getByLabel('Ask each node for another key').click();
  await page.getByRole('option', { name: 'When its key is 90 days old' }).click();
  await expect.poll(async () => fieldAt(await api.call('GET', '/settings/node-keys'), 'days')).toBe(90);
  expect(await wrongWith(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/settings-keys.png', fullPage: true });
  await api.call('PUT', '/settings/node-keys', { days: null });
  await page.context().close();
  await node.stop();
});
