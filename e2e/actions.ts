import { expect, type Page } from '@playwright/test';

/**
 * Opens a page and waits until React has taken over what the server drew: what is clicked or typed before that reaches
 * nobody. React marks each element that it has taken over with properties of its own.
 */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.waitForFunction(() => [...document.querySelectorAll('button')].every((button) => Object.keys(button).some((key) => key.startsWith('__reactProps'))));
}

/** Opens a one-time link and gives what the page asks of a new administrator. */
export async function fillAdministrator(page: Page, link: string): Promise<void> {
  await open(page, link);
  await page.getByLabel('Name').fill('Ada Park');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Continue' }).click();
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
