import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';
import { stopAll } from '../tools/services/owned-process.ts';
import { type Stack, startStack } from '../tools/services/stack.ts';

export type { Stack, StackNode } from '../tools/services/stack.ts';

/** Tests of one worker share a stack; it ends with the worker. A test that fails prints what the stack's parts wrote last. */
export const test = base.extend<{ explained: void }, { stack: Stack }>({
  stack: [
    // Playwright reads the names of other fixtures from the pattern, so an empty one is how to ask for none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-e2e-'));
      try {
        await use(await startStack(folder));
      } finally {
        await stopAll();
        await rm(folder, { recursive: true, force: true, maxRetries: 10 });
      }
    },
    { scope: 'worker', timeout: 480_000 },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
  explained: [
    async ({ stack }, use, info) => {
      await use();
      if (info.status !== info.expectedStatus) console.log(`\n“${info.title}” failed; the ends of the logs at that moment:\n${stack.logs()}`);
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';
