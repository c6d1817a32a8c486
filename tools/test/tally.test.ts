import { expect, test } from 'vitest';
import { tallyPlaywright, tallyVitest } from './tally.ts';

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((each) => ({ status: each })) });

test.each([
  ['all passed', { numPassedTests: 3, numFailedTests: 0, testResults: [file('passed', 'passed')] }, 0, { passed: 3, failed: 0 }],
  ['one failed', { numPassedTests: 2, numFailedTests: 1, testResults: [file('failed', 'passed', 'failed')] }, 1, { passed: 2, failed: 1 }],
  ['a file that does not load', { numPassedTests: 2, numFailedTests: 0, testResults: [file('failed')] }, 1, { passed: 2, failed: 1 }],
  ['an error outside of any test', { numPassedTests: 2, numFailedTests: 0, testResults: [file('passed', 'passed')] }, 1, { passed: 2, failed: 1 }],
  ['nothing ran', { numPassedTests: 0, numFailedTests: 0, testResults: [] }, 0, { passed: 0, failed: 1 }],
  ['no report at all', undefined, 1, { passed: 0, failed: 1 }],
])('vitest: %s', (_, report, exitCode, expected) => {
  expect(tallyVitest(report, exitCode)).toEqual(expected);
});

test.each([
  ['all passed', { stats: { expected: 4, unexpected: 0, flaky: 0, skipped: 0 } }, 0, { passed: 4, failed: 0 }],
  ['a step failed and the rest was not run', { stats: { expected: 1, unexpected: 1, flaky: 0, skipped: 2 } }, 1, { passed: 1, failed: 3 }],
  ['the stack did not start', { stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } }, 1, { passed: 0, failed: 1 }],
  ['no report at all', undefined, 1, { passed: 0, failed: 1 }],
])('playwright: %s', (_, report, exitCode, expected) => {
  expect(tallyPlaywright(report, exitCode)).toEqual(expected);
});
