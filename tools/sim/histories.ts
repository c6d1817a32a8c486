import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Outcome, runHistory } from '../../server/sim/history.ts';

/*
 * `npm run sim:histories -- --seconds 300`: as many histories as fit, from seed `--from` on and at most `--seeds`, on as many cores as there are. Each that
 * goes wrong is named by its number. `--seed N` runs that one again and tells what happened in it. Ends with 1 when something was violated.
 */
const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seconds: text, seeds: text, from: text, step: text, seed: text } });
const number = z.coerce.number().int().min(1);
const wanted = z.object({ seconds: number.default(300), seeds: number.default(10_000), from: number.default(1), step: number.optional(), seed: number.optional() }).parse(values);
/** What happened last, of the first few that went wrong. */
const toldMax = 3;
const linesMax = 25;

function tell({ seed, violations, log }: Outcome, lines: number): void {
  for (const violation of violations.slice(0, 3)) console.error(`seed ${seed}: ${violation.stack ?? violation.message}`);
  for (const line of log.slice(-lines)) console.error(`  ${line}`);
}

async function runOne(seed: number): Promise<boolean> {
  const outcome = await runHistory(seed);
  tell(outcome, outcome.log.length);
  console.log(outcome.violations.length === 0 ? 'All that must hold held.' : `${outcome.violations.length} violated.`);
  return outcome.violations.length === 0;
}

/** Every `step`-th seed, until the time is up. */
async function runMany(from: number, step: number): Promise<boolean> {
  const started = performance.now();
  let [run, misfortunes, failed] = [0, 0, 0];
  for (let seed = from; run < wanted.seeds / step && performance.now() - started < wanted.seconds * 1000; seed += step) {
    const outcome = await runHistory(seed);
    run += 1;
    misfortunes += outcome.misfortunes;
    if (outcome.violations.length === 0) continue;
    failed += 1;
    tell(outcome, failed > toldMax ? 0 : linesMax);
    console.error(`  again: npm run sim:histories -- --seed ${seed}`);
  }
  const { user, system } = process.cpuUsage();
  console.log(`${run} histories with ${misfortunes} misfortunes in ${((performance.now() - started) / 1000).toFixed(0)} s, ${((user + system) / 1000 / Math.max(1, run)).toFixed(0)} ms of processor each: seeds ${from}, ${from + step} and so on; ${failed} violated what must hold.`);
  return failed === 0;
}

async function runOnAllCores(): Promise<boolean> {
  const cores = availableParallelism();
  const ends = Array.from({ length: cores }, (_, index) => {
    const child = fork(import.meta.filename, ['--seconds', String(wanted.seconds), '--seeds', String(wanted.seeds), '--from', String(wanted.from + index), '--step', String(cores)]);
    return new Promise<boolean>((resolve) => child.once('exit', (code) => resolve(code === 0)));
  });
  return (await Promise.all(ends)).every(Boolean);
}

const held = wanted.seed !== undefined ? await runOne(wanted.seed) : wanted.step !== undefined ? await runMany(wanted.from, wanted.step) : await runOnAllCores();
process.exitCode = held ? 0 : 1;
