import { checkout } from '../environment.ts';
import { runInSight } from '../services/command.ts';
import { readJson } from '../start/remembered.ts';
import { type Tally, tallyPlaywright, tallyVitest } from './tally.ts';

export async function runVitest(reportFile: string): Promise<Tally> {
  const code = await runInSight(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`], checkout);
  return tallyVitest(readJson(reportFile), code);
}

/** The report's place is what playwright.config.ts says. */
export async function runPlaywright(reportFile: string): Promise<Tally> {
  const code = await runInSight(process.execPath, ['node_modules/@playwright/test/cli.js', 'test'], checkout);
  return tallyPlaywright(readJson(reportFile), code);
}
