import type { Page } from '@playwright/test';
import { open, signInAsAdministrator, writeInEditor } from './actions.ts';
import { wrongWith } from './pages.ts';
import { expect, test } from './stack.ts';

/** A rule as its author meets it: what it would have done with recorded events, why, and the cases that hold it to that. */
const rule = `define stream Readings (device string, flow double);

@detection(title='Flow falls', severity='warning')
define stream Low (device string, before double, flow double);

@info(name = 'falls')
from every a = Readings[flow > 5.0] -> b = Readings[device == a.device and flow < 4.0] within 10 sec
select a.device as device, a.flow as before, b.flow as flow
insert into Low;
`;
const events = 'timestamp,device,flow\n1000,pump-1,6.5\n2000,pump-2,7.5\n3000,pump-1,3.5\n4000,pump-2,7.0\n5000,pump-2,2.5\n';

const many = Array.from({ length: 3000 }, (_, index) => `${1000 + index * 1000},pump-1,${index % 2 === 0 ? 6 : 3}`).join('\n');

async function paste(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Paste', exact: true }).first().click();
  await page.getByRole('dialog').getByLabel('Events').fill(events);
  await page.getByRole('button', { name: 'Use them' }).click();
  await expect(page.getByText(/pasted, 5 events in/)).toBeVisible();
}

test.describe('an author', () => {
  let page: Page;

  test.beforeAll(async ({ browser, stack }) => {
    page = await (await browser.newContext({ baseURL: stack.url })).newPage();
    await signInAsAdministrator(page, await stack.signInLink());
  });
  test.afterAll(() => page?.context().close());

  test('sees what a rule does with recorded events, and why', async () => {
    await open(page, '/rules/new');
    await page.getByLabel('Name').fill('flow-watch');
    await writeInEditor(page, rule);
    await expect(page.getByText('Type-checks', { exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: /query falls/ })).toBeVisible();
    await paste(page);
    const rows = page.getByRole('group', { name: 'Events of Low' }).getByRole('row');
    await expect(rows).toHaveCount(4);
    await rows.last().getByRole('button', { name: 'why?' }).click();
    const because = page.getByRole('region', { name: 'Because of' });
    await expect(because).toContainText('a = 1 event');
    await expect(because).toContainText('flow 6.5');
    await expect(because).toContainText('b = 1 event');
    await expect(because).toContainText('flow 3.5');
  });

  test('has the engine in a worker, while the page makes no code', async () => {
    // In a frame's callback: what the browser's debugger calls itself may make code whatever the page's policy says.
    const made = await page.evaluate(() => new Promise<string>((resolve) => requestAnimationFrame(() => {
      try {
        resolve(String(new Function('return 1')()));
      } catch (failure) {
        resolve(failure instanceof Error ? failure.name : 'refused');
      }
    })));
    expect(made).toBe('EvalError');
    expect(page.workers().length).toBe(1);
  });

  test('sees the preview follow the text', async () => {
    await writeInEditor(page, rule.replace('flow < 4.0', 'flow < 3.0'));
    await expect(page.getByRole('group', { name: 'Events of Low' }).getByRole('row')).toHaveCount(3);
    await writeInEditor(page, rule);
    await expect(page.getByRole('group', { name: 'Events of Low' }).getByRole('row')).toHaveCount(4);
  });

  test('looks at everything as it was at a moment, by keyboard', async () => {
    const slider = page.getByRole('slider', { name: 'Show everything as it was at' });
    await slider.focus();
    await slider.press('Home');
    await expect(page.getByText('Low has no event until then.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'query falls, 0 events: show in the text' })).toBeVisible();
    await slider.fill('800');
    await expect(page.getByRole('group', { name: 'Events of Low' }).getByRole('row')).toHaveCount(2);
    await expect(page.getByRole('button', { name: 'query falls, 1 events: show in the text' })).toBeVisible();
    await page.getByRole('button', { name: 'Stop at the slider' }).click();
    await expect(page.getByRole('region', { name: 'Stop' })).toContainText('Stopped at this moment');
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await slider.press('End');
    await expect(page.getByRole('group', { name: 'Events of Low' }).getByRole('row')).toHaveCount(4);
  });

  test('stops at matches of a query, and sees what it holds then', async () => {
    await page.getByRole('button', { name: 'Stop the preview at falls' }).click();
    const stop = page.getByRole('region', { name: 'Stop', exact: true });
    await expect(stop).toContainText('Stopped at match 1 of falls');
    await expect(stop.getByRole('group', { name: 'Begun matches over Readings' }).getByRole('row')).toContainText(['Waits for', 'flow 7.5']);
    await expect(stop.getByRole('region', { name: 'Because of' })).toContainText('flow 3.5');
    await expect(page.getByRole('button', { name: 'query falls, 1 events: show in the text' })).toBeVisible();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect.soft(await wrongWith(page), colorScheme).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('F10');
    await expect(stop).toContainText('One event further');
    await expect(stop.getByRole('group', { name: 'Begun matches over Readings' }).getByRole('row')).toHaveCount(3);
    await stop.getByRole('button', { name: 'Run on' }).click();
    await expect(stop).toContainText('Stopped at match 3 of falls');
    await page.locator('.cm-breakpoint-set').click();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await expect(stop).toContainText('Set the mark beside a query');
  });

  test('sees in a partition what is held for any of its keys, and finds them by a part', async () => {
    await writeInEditor(page, `define stream Readings (device string, flow double);
partition with (device of Readings)
begin
  @info(name = 'mean') from Readings#window.length(3) select device, avg(flow) as flow insert into Means;
end;
`);
    await page.getByRole('button', { name: 'Stop the preview at mean' }).click();
    const stop = page.getByRole('region', { name: 'Stop', exact: true });
    await expect(stop).toContainText('Stopped at match 1 of mean');
    await expect(stop).toContainText('For the key whose event came last, pump-1, of 1 key.');
    await stop.getByRole('button', { name: 'Run on' }).click();
    await stop.getByRole('button', { name: 'Run on' }).click();
    await expect(stop).toContainText('Stopped at match 3 of mean');
    const keys = stop.getByRole('group', { name: 'Key whose state is shown' });
    await expect(keys.getByRole('button')).toHaveText(['latest', 'pump-1', 'pump-2']);
    const held = stop.getByRole('group', { name: 'Window of Readings' }).getByRole('row');
    await expect(held).toHaveCount(3);
    await keys.getByRole('button', { name: 'pump-2' }).click();
    await expect(stop).toContainText('For the key pump-2, of 2 keys.');
    await expect(held).toContainText(['device', '7.5']);
    // It stays the key that is looked at when the run goes on.
    await stop.getByRole('button', { name: 'Next event' }).click();
    await expect(held).toContainText(['device', '7', '7.5']);
    await stop.getByLabel('Keys with').fill('P-1');
    await expect(keys.getByRole('button')).toHaveText(['latest', 'pump-1']);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect.soft(await wrongWith(page), colorScheme).toEqual([]);
    }
    await keys.getByRole('button', { name: 'latest' }).click();
    await expect(stop).toContainText('For the key whose event came last, pump-2, of 2 keys.');
    await page.locator('.cm-breakpoint-set').click();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await writeInEditor(page, rule);
    await expect(page.getByRole('group', { name: 'Events of Low' }).getByRole('row')).toHaveCount(4);
  });

  test('sees at any moment the rows of then, also those that the run did not keep', async () => {
    await page.getByLabel('File with events').setInputFiles({ name: 'pump.csv', mimeType: 'text/csv', buffer: Buffer.from(`timestamp,device,flow\n${many}`) });
    await expect(page.getByText(/pump.csv, 3,000 events in/)).toBeVisible();
    await page.getByRole('slider', { name: 'Show everything as it was at' }).fill('480');
    await expect(page.getByRole('button', { name: 'query falls, 750 events: show in the text' })).toBeVisible();
    await page.getByRole('button', { name: 'Readings 1,500' }).click();
    const rows = page.getByRole('group', { name: 'Events of Readings' }).getByRole('row');
    await expect(rows).toHaveCount(101);
    await expect(rows.nth(1)).toContainText(':25:00.000');
    await expect(page.getByText('The latest 100 of 1,500 are shown.')).toBeVisible();
  });

  test('is told which columns of a recording nothing takes', async () => {
    await page.getByLabel('File with events').setInputFiles({ name: 'other.csv', mimeType: 'text/csv', buffer: Buffer.from('datetime,device,Flow Rate\n2020-03-09 10:00:00,pump-1,6.5\n2020-03-11 10:00:00,pump-1,3\n') });
    await expect(page.getByText('The recording has no flow for Readings, so it is null. Nothing takes Flow Rate: an attribute has to be named as its column.')).toBeVisible();
    await page.getByRole('button', { name: 'Readings 2' }).click();
    await expect(page.getByRole('group', { name: 'Events of Readings' }).getByRole('row').nth(1)).toContainText('11 Mar 2020');
    await page.getByLabel('File with events').setInputFiles({ name: 'pump.csv', mimeType: 'text/csv', buffer: Buffer.from(`timestamp,device,flow\n${many}`) });
    await expect(page.getByText(/pump.csv, 3,000 events in/)).toBeVisible();
  });

  test('is told how a call is written, on a ground that hides the text behind it', async () => {
    const text = await page.locator('[data-rule-editor] .cm-content').innerText();
    await writeInEditor(page, 'define stream S (k string, v double);\nfrom S select ');
    await page.keyboard.type('ifThenElse(v > 1.0, ');
    const told = page.locator('[data-signature]');
    await expect(told).toContainText('ifThenElse(condition, then, otherwise)');
    await expect(told.locator('strong')).toHaveText('then');
    await expect(told).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
    expect(await wrongWith(page)).toEqual([]);
    await writeInEditor(page, text);
  });

  test('cannot publish what fails a test case', async () => {
    await page.getByRole('button', { name: 'Publish version 1' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'flow-watch' })).toBeVisible();
    await expect(page.getByText('Type-checks', { exact: true })).toBeVisible();
    // What the rule was tried on before it had a name is still there.
    await expect(page.getByText(/pump.csv, 3,000 events in/)).toBeVisible();
    await paste(page);
    await page.getByRole('button', { name: 'Save the preview as a case' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('two pumps');
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('passes', { exact: true })).toBeVisible();
    await writeInEditor(page, rule.replace('b.flow as flow', 'a.flow as flow'));
    await expect(page.getByText('fails', { exact: true })).toBeVisible();
    await expect(page.getByText('row 1 of Low:')).toBeVisible();
    await page.getByRole('button', { name: 'Publish version 2' }).hover();
    await expect(page.getByText('It fails 1 test case', { exact: true })).toBeVisible();
  });

  test('begins with a file, and has its columns written down', async () => {
    // The page before has a text that is not saved, and would ask whether to leave it.
    const another = await page.context().newPage();
    await open(another, '/rules/new');
    await writeInEditor(another, "@info(name = 'falls')\nfrom Readings[flow < 4.0]\nselect device, flow\ninsert into Low;\n");
    await another.getByLabel('File with events').setInputFiles({ name: 'loop.csv', mimeType: 'text/csv', buffer: Buffer.from(events) });
    await expect(another.getByText('The text defines no stream Readings, to which 5 events belong.')).toBeVisible();
    await another.getByRole('button', { name: 'Define Readings' }).click();
    await expect(another.locator('.cm-content')).toContainText('define stream Readings (device string, flow double);');
    await expect(another.getByRole('group', { name: 'Events of Low' }).getByRole('row')).toHaveCount(3);
    await another.locator('.cm-content').press('ControlOrMeta+z');
    await expect(another.getByText('1 error')).toBeVisible();
  });
});
