export interface Tally {
  passed: number;
  failed: number;
}

export const none: Tally = { passed: 0, failed: 0 };
export const passed = (count: number): Tally => ({ passed: count, failed: 0 });
export const failed = (count: number): Tally => ({ passed: 0, failed: count });
export const add = (one: Tally, other: Tally): Tally => ({ passed: one.passed + other.passed, failed: one.failed + other.failed });

/**
 * What vitest's JSON report counts. A file that could not be loaded has no tests and counts as one failure; so does a run that
 * ended badly with every test passed (an error outside of any test), and one that ran nothing.
 */
export function tallyVitest(report: unknown, exitCode: number): Tally {
  const counted = add(passed(numberAt(report, 'numPassedTests')), failed(numberAt(report, 'numFailedTests') + brokenFiles(report)));
  return counted.failed === 0 && (exitCode !== 0 || counted.passed === 0) ? { ...counted, failed: 1 } : counted;
}

function brokenFiles(report: unknown): number {
  const files = memberOf(report, 'testResults');
  if (!Array.isArray(files)) return 1;
  return files.filter((file) => {
    const tests = memberOf(file, 'assertionResults');
    return memberOf(file, 'status') === 'failed' && (!Array.isArray(tests) || tests.every((test) => memberOf(test, 'status') !== 'failed'));
  }).length;
}

/** What Playwright's JSON report counts. A test that was not run because an earlier step of its story failed is a failure. */
export function tallyPlaywright(report: unknown, exitCode: number): Tally {
  const stats = memberOf(report, 'stats');
  const bad = numberAt(stats, 'unexpected') + numberAt(stats, 'flaky') + numberAt(stats, 'skipped');
  const counted = { passed: numberAt(stats, 'expected'), failed: bad };
  return counted.failed === 0 && (exitCode !== 0 || counted.passed === 0) ? { ...counted, failed: 1 } : counted;
}

function numberAt(value: unknown, member: string): number {
  const found = memberOf(value, member);
  return typeof found === 'number' ? found : 0;
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;
}
