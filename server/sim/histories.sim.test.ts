import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runHistory } from './history.ts';
import { firstSeedOf, sameEachTime, seedsOf } from './seeds.ts';

/** So long at each run of the tests; `npm run sim:histories` goes on for as long as it is let. */
const boxMs = 60_000;
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim();

test('I1, I2, I3, I8, I9, I10: whatever goes wrong in however many places, nothing that must never be is, and in the end the fleet runs what it is to run', { timeout: 600_000 }, async () => {
  const begun = performance.now();
  let run = 0;
  for (const seed of seedsOf(commit)) {
    if (run >= sameEachTime && performance.now() - begun > boxMs) break;
    const { violations, log } = await runHistory(seed);
    if (violations.length > 0) expect.unreachable(`npm run sim:histories -- --seed ${seed}\n${violations.join('\n')}\n${log.slice(-40).join('\n')}`);
    run += 1;
  }
  console.info(`${run} histories: seeds 1 to ${sameEachTime}, and those from ${firstSeedOf(commit)} on, as commit ${commit.slice(0, 12)} has them`);
});

test('the same seed is the same history, to the millisecond', { timeout: 120_000 }, async () => {
  const [once, again] = [await runHistory(890), await runHistory(890)];
  expect(again.log.length).toBeGreaterThan(100);
  expect(again.log).toEqual(once.log);
});
