import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChecks } from '../checks/run.ts';
import { environment, stateFolder } from '../environment.ts';
import { ensureDebianPackages } from '../services/debian.ts';
import { chromiumProgram } from '../services/chromium.ts';
import { fetchJars, jarsAreHere, kafkaPrograms } from '../services/kafka.ts';
import { gitProgram } from '../services/git.ts';
import { redisProgram } from '../services/redis.ts';
import { buildConsole, generateDatabaseClient } from '../start/build.ts';
import { runSession } from '../start/session.ts';
import { type Tally, add, failed, none, passed } from './tally.ts';
import { runPlaywright, runVitest } from './runners.ts';

/**
 * `npm test`: what it needs, the checks, the tests of vitest, the production build, the browser story. Every part runs even
 * when an earlier one failed, unless it cannot. The last line sums them up: a check and the build count as one each.
 */
await runSession(async ({ steps, print }) => {
  let tally: Tally = none;
  const part = async (name: string, run: () => Promise<Tally>): Promise<boolean> => {
    print(`\n── ${name}`);
    const outcome = await run().catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      return failed(1);
    });
    tally = add(tally, outcome);
    return outcome.failed === 0;
  };
  const reports = path.join(stateFolder, 'test');
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  await part('what it needs', async () => {
    const needed = [redisProgram, gitProgram, chromiumProgram, ...(environment.kafkaBrokers === undefined ? kafkaPrograms() : [])];
    await steps.run('programs', () => ensureDebianPackages(needed), (added) => (added.length === 0 ? 'in place' : `installed ${added.join(', ')}`));
    // Here, and not in the first test that asks for a broker: what a network takes is no test's time.
    if (environment.kafkaBrokers === undefined && !jarsAreHere()) await steps.run('Kafka', fetchJars, () => 'fetched by Maven');
    await steps.run('database client', generateDatabaseClient, (made) => (made ? 'written' : 'in place'));
    return none;
  });

  await part('checks', async () => {
    const outcomes = await runChecks();
    const clean = outcomes.filter(({ problems }) => problems.length === 0).length;
    return { passed: clean, failed: outcomes.length - clean };
  });
  await part('units, properties, databases, brokers, contracts', () => runVitest(path.join(reports, 'vitest.json')));
  const built = await part('production build', async () => {
    await steps.run('console', buildConsole, (made) => (made ? 'built' : 'in place'));
    return passed(1);
  });
  if (built) await part('browser', () => runPlaywright(path.join(reports, 'browser.json')));

  print(`\n${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 ? 0 : 1;
});
