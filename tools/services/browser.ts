import { type Browser, type Page, chromium } from 'playwright';
import config from '../../playwright.config.ts';

/** The system's Chromium, as the browser tests start it. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch(config.use?.launchOptions ?? {});
}

/**
 * Waits until React has taken over what the server drew: what is clicked or typed before that reaches nobody. React marks each
 * element that it has taken over with properties of its own. Resolves with the milliseconds since the navigation began.
 */
export async function untilTakenOver(page: Page): Promise<number> {
  const marked = await page.waitForFunction(
    () => ([...document.querySelectorAll('button')].every((button) => Object.keys(button).some((key) => key.startsWith('__reactProps'))) ? performance.now() : undefined),
    undefined,
    { polling: 'raf' },
  );
  return (await marked.jsonValue()) ?? 0;
}

export interface Administrator {
  name: string;
  email: string;
  password: string;
}

/** Opens a one-time link and gives what the page asks of a new administrator; does not wait for what comes of it. */
export async function fillAdministrator(page: Page, link: string, { name, email, password }: Administrator): Promise<void> {
  await page.goto(link);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await untilTakenOver(page);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
}
