import type { Browser, Page } from 'playwright';
import { paths } from '../../app/paths.ts';
import { fieldAt, itemsOf } from '../../examples/pump-loop/api.ts';
import { fillAdministrator, launchChromium, untilTakenOver } from '../services/browser.ts';
import { type ExampleStack, until } from './example-stack.ts';
import { type ManyNodes, seedNodes } from './many-nodes.ts';
import { childrenOf } from './memory.ts';
import { processorSecondsOf } from './processor.ts';
import { type Table, seconds, spreadOf } from './table.ts';

const visits = 3;

/**
 * When a visit showed what the page is about, and when it could be used, in milliseconds from the start of the navigation; and the
 * milliseconds of processor time that control plane and Postgres took meanwhile, and the page's own thread.
 */
interface Visit {
  shown: number;
  usable: number;
  server: number;
  browser: number;
}

/** Every page of the console in a real Chromium, while the example runs beside so many other nodes: the second visit and those after it. */
export async function measurePages(example: ExampleStack, otherNodes: number): Promise<Table[]> {
  await example.live();
  const many = otherNodes === 0 ? undefined : await seedNodes(example.stack.postgres.url, example.api, otherNodes);
  const browser = await launchChromium();
  try {
    const page = await signedIn(browser, example);
    const thread = await threadTimeOf(page);
    const rows: string[][] = [];
    for (const [name, address] of await addressesOf(example, many)) {
      await visit(page, address, example, thread);
      const measured: Visit[] = [];
      for (let count = 0; count < visits; count += 1) measured.push(await visit(page, address, example, thread));
      const of = (part: keyof Visit) => spreadOf(measured.map((each) => each[part]));
      rows.push([name, seconds(of('shown').median), seconds(of('shown').max), seconds(of('usable').median), seconds(of('usable').max), seconds(of('server').median), seconds(of('browser').median)]);
    }
    return [
      {
        title: 'Console pages',
        about: `Full loads of the production build after a first visit, ${visits} each${many === undefined ? '' : `, with ${otherNodes.toLocaleString('en')} nodes in the database`}: until the page shows what it is about in place of a skeleton, and until what it shows can be clicked; then processor time, of control plane and Postgres for all that they did meanwhile, and of the page's own thread. Broker, devices, node and browser share the machine. The aim is 1 s.`,
        columns: ['page', 'shown, median', 'shown, worst', 'usable, median', 'usable, worst', 'servers, processor', 'page, processor'],
        rows,
      },
    ];
  } finally {
    await browser.close();
  }
}

/** Milliseconds of processor time that the page's main thread has taken since its navigation, with which Chromium begins another. */
async function threadTimeOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1000;
}

function serverTimeOf({ stack: { controlPlane, postgres } }: ExampleStack): number {
  return [controlPlane.pid, postgres.pid, ...childrenOf(postgres.pid)].reduce((sum, pid) => sum + processorSecondsOf(pid), 0) * 1000;
}

async function signedIn(browser: Browser, { stack }: ExampleStack): Promise<Page> {
  const page = await browser.newPage({ baseURL: stack.url, viewport: { width: 1440, height: 900 } });
  await fillAdministrator(page, await stack.signInLink(), { name: 'Ada Park', email: 'ada@example.org', password: crypto.randomUUID() });
  await page.getByRole('link', { name: 'Overview' }).waitFor();
  return page;
}

/** Every page by its name, those of one thing with the example's own or the largest, and with a detection to show. */
async function addressesOf({ api, nodeId }: ExampleStack, many: ManyNodes | undefined): Promise<[string, string][]> {
  const firstOf = async (list: string) => itemsOf(await api.call('GET', list)).map((item) => fieldAt(item, 'id'))[0];
  const detection = await until('a valve has closed', () => firstOf('/detections?severity=critical'), 500);
  const { fleet, deployment } = many ?? { fleet: (await firstOf('/fleets')) ?? '', deployment: (await firstOf('/deployments')) ?? '' };
  return [
    ['Overview', paths.overview()],
    ['Nodes', paths.nodes()],
    ['Node', paths.node(nodeId)],
    ['Node, live', paths.node(nodeId, 'live')],
    ['Fleets', paths.fleets()],
    ['Fleet', paths.fleet(fleet)],
    ['Enrolment', paths.enrolment()],
    ['Deployments', paths.deployments()],
    ['New deployment', paths.newDeployment({ rule: 'valve-watch' })],
    ['Deployment', paths.deployment(deployment)],
    ['Rules', paths.rules()],
    ['New rule', paths.newRule()],
    ['Rule', paths.rule('valve-watch')],
    ['Models', paths.models()],
    ['Model', paths.model('pump-anomaly')],
    ['Live', paths.live()],
    ['Detections', paths.detections()],
    ['Detection', paths.detection(detection)],
    ['Alerts', paths.alerts()],
    ['Audit', paths.audit()],
    ['Settings', paths.settings()],
  ];
}

async function visit(page: Page, address: string, example: ExampleStack, thread: () => Promise<number>): Promise<Visit> {
  const before = serverTimeOf(example);
  await page.goto(address, { waitUntil: 'commit' });
  const shown = await page.waitForFunction(() => (document.querySelector('h1') !== null && document.querySelector('[role=status][aria-label=Loading]') === null ? performance.now() : undefined), undefined, { polling: 'raf' });
  const usable = await untilTakenOver(page);
  return { shown: (await shown.jsonValue()) ?? 0, usable, server: serverTimeOf(example) - before, browser: await thread() };
}
