import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../environment.ts';
import { fillAdministrator, launchChromium } from '../services/browser.ts';

/**
 * Takes the README's picture of a running Selvedge: `npm run picture -- --link LINK`, with the one-time link that `npm start` printed.
 * It waits until the example has something to show, a detection among it.
 */
const { values } = parseArgs({ options: { link: { type: 'string' }, output: { type: 'string', default: path.join(checkout, 'docs/overview.png') } } });
if (values.link === undefined) throw new Error('usage: npm run picture -- --link LINK');

const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1020 }, colorScheme: 'dark' });
  await fillAdministrator(page, values.link, { name: 'Mira Kovač', email: 'mira@example.org', password: crypto.randomUUID() });
  await page.getByText('Valve closing').first().waitFor({ timeout: 180_000 });
  await page.getByText('p99', { exact: true }).first().waitFor();
  await page.screenshot({ path: values.output });
} finally {
  await browser.close();
}
