import { expect, type Page } from '@playwright/test';
import { fillAdministrator as fill, untilTakenOver } from '../tools/services/browser.ts';

/** Opens a page and waits until it can be used. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await untilTakenOver(page);
}

/** Opens a one-time link and gives what the page asks of a new administrator. */
export async function fillAdministrator(page: Page, link: string): Promise<void> {
  await fill(page, link, { name: 'Ada Park', email: 'ada@example.org', password: 'correct horse battery staple' });
}

export async function signInAsAdministrator(page: Page, link: string): Promise<void> {
  await fillAdministrator(page, link);
  await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible();
}

/** Replaces the text of the rule editor, as pasting over it would. */
export async function writeInEditor(page: Page, text: string): Promise<void> {
  const editor = page.locator('[data-rule-editor] .cm-content');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}
