import type { Browser, Page } from 'playwright';
import { paths } from '../../app/paths.ts';
import { fieldAt, itemsOf } from '../../examples/pump-loop/api.ts';
import { fillAdministrator, launchChromium, untilTakenOver } from '../services/browser.ts';
import { type ExampleStack, until } from './example-stack.ts';
import { type Table, seconds, spreadOf } from './table.ts';

const visits = 3;

/** When a visit showed what the page is about, and when it could be used, in milliseconds from the start of the navigation. */
interface Visit {
  shown: number;
  usable: number;
}

/** Every page of the console in a real Chromium, while the example runs: the second visit and those after it. */
export async function measurePages(example: ExampleStack): Promise<Table[]> {
  await example.live();
  const browser = await launchChromium();
  try {
    const page = await signedIn(browser, example);
    const rows: string[][] = [];
    for (const [name, address] of await addressesOf(example)) {
      await visit(page, address);
      const measured: Visit[] = [];
      for (let count = 0; count < visits; count += 1) measured.push(await visit(page, address));
      const [shown, usable] = [spreadOf(measured.map((each) => each.shown)), spreadOf(measured.map((each) => each.usable))];
      rows.push([name, seconds(shown.median), seconds(shown.max), seconds(usable.median), seconds(usable.max)]);
    }
    return [
      {
        title: 'Console pages',
        about: `Full loads of the production build after a first visit, ${visits} each: until the page shows what it is about in place of a skeleton, and until what it shows can be clicked. Broker, devices, node and browser share the machine. The aim is 1 s.`,
        columns: ['page', 'shown, median', 'shown, worst', 'usable, median', 'usable, worst'],
        rows,
      },
    ];
  } finally {
    await browser.close();
  }
}

async function signedIn(browser: Browser, { stack }: ExampleStack): Promise<Page> {
  const page = await browser.newPage({ baseURL: stack.url, viewport: { width: 1440, height: 900 } });
  await fillAdministrator(page, await stack.signInLink(), { name: 'Ada Park', email: 'ada@example.org', password: crypto.randomUUID() });
  await page.getByRole('link', { name: 'Overview' }).waitFor();
  return page;
}

/** Every page by its name, those of one thing with the example's own, and with a detection to show. */
async function addressesOf({ api, nodeId }: ExampleStack): Promise<[string, string][]> {
  const firstOf = async (list: string) => itemsOf(await api.call('GET', list)).map((item) => fieldAt(item, 'id'))[0];
  const detection = await until('a valve has closed', () => firstOf('/detections'), 500);
  const [fleet = '', deployment = ''] = await Promise.all([firstOf('/fleets'), firstOf('/deployments')]);
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
    ['Audit', paths.audit()],
    ['Settings', paths.settings()],
  ];
}

async function visit(page: Page, address: string): Promise<Visit> {
  await page.goto(address, { waitUntil: 'commit' });
  const shown = await page.waitForFunction(() => (document.querySelector('h1') !== null && document.querySelector('[role=status][aria-label=Loading]') === null ? performance.now() : undefined), undefined, { polling: 'raf' });
  return { shown: (await shown.jsonValue()) ?? 0, usable: await untilTakenOver(page) };
}
