import { defineConfig } from 'vitest/config';

/** One run of every unit, property, database, broker and contract test; the browser story runs under Playwright. */
export default defineConfig({
  test: {
    include: ['{app,server,edge-runtime,tools,prisma,examples}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '.next/**', '.selvedge/**'],
    globalSetup: ['tools/testing/global-setup.ts'],
    // Limits for what hangs, not for what is slow: a machine with two busy cores and cold caches must pass too.
    testTimeout: 60_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
  },
});
