import type { Page } from '@playwright/test';
import { type Api, fieldAt, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import { open, signInAsAdministrator } from './actions.ts';
import { apiOf, ensureFleet } from './ground.ts';
import { expect, type Stack, type StackNode, test } from './stack.ts';
import { layWire, type Wire } from './wire.ts';

const rule = `@app:name('too-high')

@source(type='http', path='/readings', @map(type='json'))
define stream Readings (device string, value double);

@detection(title='Too high', severity='warning')
define stream TooHigh (device string, value double);

@info(name = 'over')
from Readings[value > 100.0]
select device, value
insert into TooHigh;
`;

/** For what crosses to a node and back: by far enough on two cores that everything here shares. */
const convergedWithinMs = 150_000;

/**
 * A site whose network is pulled: its node goes on detecting and storing, the console says that it is offline and since when, and
 * with the network back what was buffered arrives, once.
 */
test.describe.serial('a node whose network is pulled', () => {
  let page: Page;
  let api: Api;
  let node: StackNode;
  let wire: Wire;
  let id = '';

  test.beforeAll(async ({ browser, stack }) => {
    test.setTimeout(300_000);
    page = await browser.newPage({ baseURL: stack.url });
    await signInAsAdministrator(page, await stack.signInLink());
    api = await apiOf(stack);
    wire = await layWire(stack.url);
    node = await joinAt(stack, api, wire.link);
    id = await deployed(api);
  });
  test.afterAll(async () => {
    await node?.stop();
    await wire?.close();
    await page?.close();
  });

  test('detects while all is well', async () => {
    await read(node, ['before']);
    await open(page, '/detections?rule=too-high');
    await expect(page.getByRole('table', { name: 'Detections' }).getByRole('link', { name: /Too high/ })).toHaveCount(1, { timeout: convergedWithinMs });
    await open(page, `/nodes/${id}`);
    await expect(page.getByText('Healthy', { exact: true }).first()).toBeVisible();
  });

  test('is Offline in the open page, and since when, and goes on detecting by itself', async () => {
    wire.pull();
    await expect(page.getByText(/^Offline for \d/).first()).toBeVisible({ timeout: convergedWithinMs });
    await read(node, ['first', 'second', 'third']);
    await expect.poll(() => heldBy(node), { timeout: convergedWithinMs }).toBe(4);
    expect(await arrived(api)).toEqual(['before']);
  });

  test('delivers what it buffered once the network is back, and once only', async () => {
    wire.plug();
    await expect(page.getByText('Healthy', { exact: true }).first()).toBeVisible({ timeout: convergedWithinMs });
    await expect.poll(() => arrived(api), { timeout: convergedWithinMs }).toEqual(['before', 'first', 'second', 'third']);
    // What comes after shows that nothing of before is still on its way.
    await read(node, ['after']);
    await expect.poll(() => arrived(api), { timeout: convergedWithinMs }).toEqual(['after', 'before', 'first', 'second', 'third']);
    await open(page, '/detections?rule=too-high');
    await expect(page.getByRole('table', { name: 'Detections' }).getByRole('link', { name: /Too high/ })).toHaveCount(5);
  });
});

/** A node of a fleet of its own, whatever fleets earlier tests have left. */
async function joinAt(stack: Stack, api: Api, link: string): Promise<StackNode> {
  for (const fleet of itemsOf(await api.call('GET', '/fleets'))) {
    if (fieldAt(fleet, 'selector') !== '*') continue;
    const all = textAt(fleet, 'id');
    const { version } = Object(await api.call('GET', `/fleets/${all}`));
    await api.call('PATCH', `/fleets/${all}`, { version, selector: '!wire' });
  }
  await ensureFleet(api, 'far-site', 'wire=long');
  const token = await stack.grant({ kind: 'enrollment-token', label: 'far-site', labels: { wire: 'long' }, uses: 1, minutes: 30 });
  return stack.startNode('far-node', token, link);
}

/** Publishes the rule, deploys it to the node's fleet and waits until the node reports it; gives the node's id. */
async function deployed(api: Api): Promise<string> {
  const fleet = await ensureFleet(api, 'far-site', 'wire=long');
  const version = Number(textAt(await api.call('POST', '/rules', { name: 'too-high', text: rule, note: 'For the tests' }), 'version'));
  const find = async () => itemsOf(await api.call('GET', '/nodes?query=far-node'))[0];
  await expect.poll(async () => fieldAt(Reflect.get(Object(await find()), 'fleet'), 'name'), { timeout: convergedWithinMs }).toBe('far-site');
  const plan = await api.call('POST', '/deployment-plans', { fleet, rules: [{ name: 'too-high', version }] });
  const deployment = textAt(await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash') }), 'id');
  await expect.poll(async () => fieldAt(await api.call('GET', `/deployments/${deployment}`), 'state'), { timeout: convergedWithinMs }).toBe('Succeeded');
  return textAt(await find(), 'id');
}

/** Hands readings that are too high to the node's own gateway, which takes them with or without a control plane. */
async function read(node: StackNode, devices: readonly string[]): Promise<void> {
  const body = JSON.stringify(devices.map((device) => ({ device, value: 140 })));
  const answer = await fetch(`${node.gateway}/v1/ingest/readings`, { method: 'POST', headers: { authorization: `Bearer ${await node.gatewayToken()}`, 'content-type': 'application/json' }, body });
  expect(answer.status, await answer.text()).toBe(202);
}

/** How many detections the node has in its own store. */
async function heldBy(node: StackNode): Promise<number> {
  const answer = await fetch(`${node.gateway}/v1/detections?limit=100`, { headers: { authorization: `Bearer ${await node.gatewayToken()}` } });
  const detections: unknown = Reflect.get(Object(await answer.json()), 'detections');
  return Array.isArray(detections) ? detections.length : 0;
}

/** The devices of the detections that the control plane has, in order of name; one that came twice stands twice. */
async function arrived(api: Api): Promise<(string | undefined)[]> {
  const items = itemsOf(await api.call('GET', '/detections?rule=too-high&limit=100'));
  return items.map((item) => fieldAt(Reflect.get(Object(item), 'data'), 'device')).sort();
}
