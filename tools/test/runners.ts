import { checkout } from '../environment.ts';
import { runInSight } from '../services/command.ts';
import { endsOfLogs } from '../services/logs.ts';
import { readJson } from '../start/remembered.ts';
import { keptLogs } from '../testing/service-desk.ts';
import { type Tally, tallyPlaywright, tallyVitest } from './tally.ts';

/** Either part takes less than half of this where two cores are busy; one that hangs must not take the rest of the run along. */
const limitMs = 25 * 60_000;

export async function runVitest(reportFile: string): Promise<Tally> {
  const code = await runInSight(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`], { cwd: checkout, limitMs });
  if (code !== 0) console.log(`\nThe servers that the tests shared, the ends of their logs:\n${endsOfLogs(keptLogs)}`);
  return tallyVitest(readJson(reportFile), code);
}

/** The report's place is what playwright.config.ts says. */
export async function runPlaywright(reportFile: string): Promise<Tally> {
  const code = await runInSight(process.execPath, ['node_modules/@playwright/test/cli.js', 'test'], { cwd: checkout, limitMs });
  return tallyPlaywright(readJson(reportFile), code);
}
