import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import config from '../../playwright.config.ts';
import { checkout } from '../environment.ts';

/**
 * Takes the README's picture of a running Selvedge: `npm run picture -- --link LINK`, with the one-time link that `npm start` printed.
 * It waits until the example has something to show, a detection among it.
 */
const { values } = parseArgs({ options: { link: { type: 'string' }, output: { type: 'string', default: path.join(checkout, 'docs/overview.png') } } });
if (values.link === undefined) throw new Error('usage: npm run picture -- --link LINK');

const browser = await chromium.launch(config.use?.launchOptions ?? {});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1020 }, colorScheme: 'dark' });
  await page.goto(values.link);
  await page.getByLabel('Name').fill('Mira Kovač');
  await page.getByLabel('E-mail').fill('mira@example.org');
  await page.getByLabel('Password').fill(crypto.randomUUID());
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Valve closing').first().waitFor({ timeout: 180_000 });
  await page.getByText('p99', { exact: true }).first().waitFor();
  await page.screenshot({ path: values.output });
} finally {
  await browser.close();
}
