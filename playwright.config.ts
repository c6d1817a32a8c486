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
  // Limits for what hangs, not for what is slow. A click on what is not there says so by itself, before it has taken the test's time.
  timeout: 300_000,
  globalTimeout: 1_200_000,
  expect: { timeout: 60_000 },
  reporter: [['list'], ['json', { outputFile: '.selvedge/test/browser.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    actionTimeout: 60_000,
    navigationTimeout: 90_000,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: findCommand('chromium') ?? findCommand('chromium-browser') ?? findCommand('google-chrome') ?? 'chromium',
      // The sandbox needs a user that root is not; the rest keeps Chromium from calling home.
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
    },
  },
});
