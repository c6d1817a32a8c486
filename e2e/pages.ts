import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { open } from './actions.ts';
import { expect } from './stack.ts';

/** Every page that has an address of its own, with each tab that shows something else. */
export const pages = [
  '/', '/nodes', '/fleets', '/enrolment', '/enrolment?tab=tokens', '/deployments', '/deployments/new', '/rules', '/rules/new', '/models', '/repositories', '/live', '/detections', '/alerts', '/audit',
  '/settings', '/settings?tab=roles', '/settings?tab=tokens', '/settings?tab=notifications', '/settings?tab=account', '/settings?tab=keys',
];

/** Lists whose first row, if they have one, leads to a page of its own. */
const lists = ['/nodes', '/fleets', '/deployments', '/rules', '/models', '/detections'];

/** Addresses of what is listed: one node, one fleet, one of each. */
export async function firstOfEach(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const list of lists) {
    await openWhole(page, list);
    const link = page.getByRole('main').locator(`table a[href^="${list}/"]`).first();
    const address = (await link.count()) === 0 ? null : await link.getAttribute('href');
    if (address !== null) found.push(address);
  }
  return found;
}

/** Opens a page and waits until it shows what it is about in place of a skeleton. */
export async function openWhole(page: Page, address: string): Promise<void> {
  await open(page, address);
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}

/** Waits until the page that a link leads to shows what it is about. */
export async function untilWhole(page: Page, address: string): Promise<void> {
  await expect(page).toHaveURL(({ pathname }) => pathname === address);
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}

/** What axe finds wrong by WCAG 2.2 AA, a line a rule. */
export async function wrongWith(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')}`);
}
