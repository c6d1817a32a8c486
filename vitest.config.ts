import { defineConfig } from 'vitest/config';

/** One run of every unit, property, database, broker and contract test; the browser story runs under Playwright. */
export default defineConfig({
  test: {
    include: ['{app,server,edge-runtime,tools,prisma,examples}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '.next/**', '.selvedge/**'],
    globalSetup: ['tools/testing/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
