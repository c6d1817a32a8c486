import { defineConfig, devices } from '@playwright/test';
import { findCommand } from './tools/services/debian.ts';

/**
 * The browser story, on the system's Chromium against the production build. One worker: each has a whole stack of its own, and
 * two cores carry one. No retries: a story that fails now and then is a defect of the story or of the product.
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.e2e.ts',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: '.selvedge/test/browser.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: findCommand('chromium') ?? findCommand('chromium-browser') ?? findCommand('google-chrome') ?? 'chromium',
      // The sandbox needs a user that root is not; the rest keeps Chromium from calling home.
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
    },
  },
});
