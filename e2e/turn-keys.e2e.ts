import { generateKeyPairSync, sign } from 'node:crypto';
import type { Page } from '@playwright/test';
import { type Api, fieldAt, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import { apiOf, ensureFleet } from './ground.ts';
import { openWhole, wrongWith } from './pages.ts';
import { expect, type Stack, type StackNode, test } from './stack.ts';
import { open } from './actions.ts';

/** For what crosses to a node and back: by far enough on two cores that everything here shares. */
const crossed = { timeout: 120_000 };

async function join(stack: Stack, api: Api): Promise<StackNode> {
  const token = textAt(await api.call('POST', '/enrollment/tokens', { label: 'keyed', labels: { site: 'keyed' }, uses: 1, expiresAt: Date.now() + 3_600_000 }), 'token');
  return stack.startNode('keyed-node', token);
}

async function signIn(page: Page, api: Api, name: string): Promise<void> {
  await open(page, textAt(await api.call('POST', '/members/invitations', { email: `${name}@example.org`, name, role: 'administrator' }), 'link'));
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
}

test('a node is given another key, and then made to enrol again, from its page', async ({ browser, stack }) => {
  const api = await apiOf(stack);
  const node = await join(stack, api);
  const page = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await signIn(page, api, 'keys');
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
  await openWhole(page, '/settings?tab=keys');
  await page.getByLabel('Ask each node for another key').click();
  await page.getByRole('option', { name: 'When its key is 90 days old' }).click();
  await expect.poll(async () => fieldAt(await api.call('GET', '/settings/node-keys'), 'days')).toBe('90');
  expect(await wrongWith(page)).toEqual([]);
  await api.call('PUT', '/settings/node-keys', { days: null });
  await api.call('POST', `/nodes/${textAt(await find(), 'id')}/revocation`, { reason: 'The test is over' });
  await page.context().close();
  await node.stop();
});

test('what nodes are to run waits for who holds a key, and goes on when they have signed', async ({ browser, stack }) => {
  const api = await apiOf(stack);
  const fleet = await ensureFleet(api, 'signed', 'site=signed');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signs = async (digest: string): Promise<void> => {
    const payload = textAt(await api.call('GET', `/signing-requests/${digest}`), 'payload');
    await api.call('POST', `/signing-requests/${digest}/signatures`, { signature: sign(null, Buffer.from(payload), privateKey).toString('base64url') });
  };
  const waiting = async (): Promise<string> => textAt(itemsOf(await api.call('GET', '/signing-requests'))[0], 'digest');
  const page = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await signIn(page, api, 'holder');
  await openWhole(page, '/settings?tab=keys');
  await page.getByRole('button', { name: 'Add a person’s key' }).click();
  await page.getByLabel('Who holds it').fill('Ada');
  await page.getByLabel('Public half').fill(publicKey.export({ format: 'jwk' }).x ?? '');
  expect(await wrongWith(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add it' }).click();
  await expect(page.getByRole('row', { name: /Ada Active/ })).toBeVisible();
  await page.getByLabel('Who has to sign a bundle before nodes take it on').click();
  await page.getByRole('option', { name: 'The control plane and one person' }).click();
  await expect(page.getByText('2 have to sign instead of 1')).toBeVisible();
  expect(await wrongWith(page)).toEqual([]);
  await signs(await waiting());
  await expect(page.getByText('2 have to sign instead of 1')).toHaveCount(0);
  await expect(page.getByLabel('Who has to sign a bundle before nodes take it on')).toContainText('The control plane and one person');

  await api.call('POST', '/rules', { name: 'signed-watch', text: 'define stream S (v int);\nfrom S[v > 1] select v insert into O;\n', note: 'For the tests' });
  await openWhole(page, `/deployments/new?fleet=${fleet}&rule=signed-watch`);
  await expect(page.getByText('One signature is missing')).toBeVisible();
  expect(await wrongWith(page)).toEqual([]);
  const plan = await api.call('POST', '/deployment-plans', { fleet, rules: [{ name: 'signed-watch', version: 1 }] });
  const deployment = textAt(await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash') }), 'id');
  await openWhole(page, `/deployments/${deployment}`);
  await expect(page.getByText('It waits for signatures')).toBeVisible();
  await expect(page.getByText('Not signed')).toBeVisible();
  expect(await wrongWith(page)).toEqual([]);
  await signs(textAt(await api.call('GET', `/deployments/${deployment}`), 'bundle'));
  await expect(page.getByText('As many have signed it as nodes want.')).toBeVisible(crossed);
  // Whoever comes after this on the same stack is to sign alone again.
  await api.call('PUT', '/signing-keys/threshold', { threshold: 1 });
  await signs(await waiting());
  await page.context().close();
});
