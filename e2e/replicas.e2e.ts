import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { Api, fieldAt, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import type { AgentService } from '../tools/services/agent.ts';
import { endsOfLogs } from '../tools/services/logs.ts';
import { open, signInAsAdministrator } from './actions.ts';
import { type Replica, type Replicas, startReplicas } from './replicas.ts';

const rule = `@app:name('watch')

@source(type='http', path='/readings', @map(type='json'))
define stream Readings (device string, value double);

define stream High (device string, value double);

@info(name = 'over')
from Readings[value > 100.0]
select device, value
insert into High;
`;
const withinMs = 150_000;
const scopes = ['nodes:read', 'fleets:read', 'fleets:write', 'rules:read', 'rules:write', 'deployments:read', 'deployments:write'];

/** Three control planes upon one database: each of them may be killed while people look and a rollout is under way. */
test.describe.serial('a control plane of three replicas', () => {
  let folder: string;
  let replicas: Replicas;
  let page: Page;
  let api: Api;
  let deployment = '';
  const nodes: AgentService[] = [];

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(300_000);
    folder = await mkdtemp(path.join(tmpdir(), 'selvedge-replicas-'));
    replicas = await startReplicas(folder, 3);
    page = await (await browser.newContext({ baseURL: replicas.url })).newPage();
    await signInAsAdministrator(page, await replicas.grant({ kind: 'sign-in-link' }));
    api = new Api(replicas.url, await replicas.grant({ kind: 'api-token', name: 'Tests', scopes, minutes: 60 }));
    const token = await replicas.grant({ kind: 'enrollment-token', label: 'site', labels: {}, uses: 3, minutes: 30 });
    for (const name of ['north', 'east', 'south']) nodes.push(await replicas.startNode(name, token));
  });
  test.afterAll(async () => {
    for (const node of nodes) await node.stop();
    for (const replica of replicas?.all ?? []) await replica.kill9();
    await page?.context().close();
    await replicas?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  test.afterEach(() => {
    const info = test.info();
    if (info.status !== info.expectedStatus) console.log(endsOfLogs(folder));
  });

  test('shows a node’s stream as it comes, whichever replica the node is connected to', async () => {
    await expect.poll(async () => itemsOf(await api.call('GET', '/nodes')).filter((node) => fieldAt(Reflect.get(Object(node), 'health'), 'status') === 'Healthy').length, { timeout: withinMs }).toBe(3);
    await deploy({ waves: [], bakeSeconds: 0, maxUnavailable: { unit: 'percent', value: 100 } });
    await expect.poll(stateOfDeployment, { timeout: withinMs }).toBe('Succeeded');
    await open(page, `/nodes/${await idOf('north')}?tab=live`);
    await expect.poll(() => readAndLookFor('before'), { timeout: withinMs }).toBe(true);
  });

  test('goes on with a rollout, and with what is looked at, when the replica that holds the nodes is killed', async () => {
    await deploy({ waves: [{ limit: { unit: 'nodes', value: 1 } }, { limit: { unit: 'nodes', value: 2 } }], bakeSeconds: 4 }, rule.replace('100.0', '120.0'));
    const watching = await page.context().newPage();
    await open(watching, `/deployments/${deployment}`);
    await busiest().then((replica) => replica.kill9());
    await expect.poll(stateOfDeployment, { timeout: withinMs }).toBe('Succeeded');
    await expect(watching.getByText('Succeeded', { exact: true }).first()).toBeVisible({ timeout: withinMs });
    await watching.close();
    await expect.poll(() => readAndLookFor('after'), { timeout: withinMs }).toBe(true);
    const { items } = Object(await api.call('GET', '/nodes'));
    expect(items.map((node: object) => fieldAt(Reflect.get(node, 'sync'), 'status'))).toEqual(['Synced', 'Synced', 'Synced']);
  });

  test('takes a replica back, and loses the two others without losing a node', async () => {
    for (const replica of replicas.all) if (!(await answers(replica))) await replica.start();
    for (const replica of replicas.all.slice(0, 2)) await replica.kill9();
    await expect.poll(async () => replicas.all[2]?.nodes(), { timeout: withinMs }).toBe(3);
    await expect.poll(() => readAndLookFor('at the last'), { timeout: withinMs }).toBe(true);
  });

  async function deploy(policy: object, text = rule): Promise<void> {
    const version = Number(textAt(await api.call('POST', '/rules', { name: 'watch', text, note: 'For the tests' }), 'version'));
    const fleet = itemsOf(await api.call('GET', '/fleets'))[0] ?? (await api.call('POST', '/fleets', { name: 'all', selector: '*' }));
    const plan = await api.call('POST', '/deployment-plans', { fleet: textAt(fleet, 'id'), rules: [{ name: 'watch', version }], policy });
    deployment = textAt(await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash') }), 'id');
  }

  /** Undefined where the replica that was asked is killed before it answers. */
  async function stateOfDeployment(): Promise<string | undefined> {
    return api.call('GET', `/deployments/${deployment}`).then((answer) => fieldAt(answer, 'state'), () => undefined);
  }

  async function idOf(name: string): Promise<string> {
    return textAt(itemsOf(await api.call('GET', `/nodes?query=${name}`))[0], 'id');
  }

  /** Hands a reading to the node and says whether the open page has shown it. */
  async function readAndLookFor(device: string): Promise<boolean> {
    const [node] = nodes;
    const token = (await readFile(node?.tokenFile ?? '', 'utf8')).trim();
    await fetch(`${node?.url}/v1/ingest/readings`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify([{ device, value: 20 }]) });
    return page.getByRole('cell', { name: device, exact: true }).first().isVisible();
  }

  async function busiest(): Promise<Replica> {
    const counted = await Promise.all(replicas.all.map(async (replica) => ({ replica, nodes: await replica.nodes() })));
    const [most] = counted.sort((a, b) => b.nodes - a.nodes);
    if (most === undefined || most.nodes === 0) throw new Error('no replica has a node');
    return most.replica;
  }
});

async function answers(replica: Replica): Promise<boolean> {
  return fetch(`${replica.url}/healthz`).then((answer) => answer.ok, () => false);
}
