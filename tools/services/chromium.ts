import type { NeededProgram } from './debian.ts';

/** The browser of the stories and of the benchmark of pages. */
export const chromiumProgram: NeededProgram = { command: 'chromium', debianPackage: 'chromium', neededBy: 'the browser story' };
