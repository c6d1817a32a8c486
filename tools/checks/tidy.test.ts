import { expect, test } from 'vitest';
import { documentProblems } from './documents.ts';
import { tidyProblems } from './tidy.ts';

test.each([
  ['server/rules/long.ts', '\n'.repeat(500), 'longer than 400 lines'],
  ['server/rules/utils.ts', '', 'named after nothing'],
  ['app/_ui/DataTable.tsx', '', 'kebab-case'],
  ['docs/setup.md', 'see /home/someone/selvedge', 'path of one machine'],
  ['server/rules/service.ts', '// TODO later', 'unfinished'],
  ['server/rules/service.ts', 'const x = y as any;', 'switches the compiler'],
  ['e2e/story.e2e.ts', 'await page.waitForTimeout(500)', 'waits for a time'],
  ['server/rules/service.test.ts', 'test.skip("x", () => {})', 'leaves a test out or lets'],
  ['server/rules/service.test.ts', 'await vi.waitFor(async () => expect(await rows()).toHaveLength(2));', 'the second that is its default'],
  ['playwright.config.ts', 'export default { retries: 2 }', 'tries tests again'],
  ['server/rules/service.ts', 'process.env["PORT"]', 'reads the environment'],
  ['edge-runtime/cep/runtime/clock.ts', 'const now = Date.now();', 'clock, timer or randomness'],
  ['server/rules/service.ts', 'console.log(rule)', 'prints to the console'],
  ['package-lock.json', '"resolved": "https://registry.example/x.tgz"', 'registry'],
])('a planted fault in %s is found: %#', (path, text, expected) => {
  expect(tidyProblems([{ path, text }]).join()).toContain(expected);
});

test('a wait that says its limit has no problem', () => {
  const text = 'await vi.waitFor(() => expect(of(1, 2)).toBe(3), { timeout: 20_000 }); await vi.waitFor(() => settled(one), patient);';
  expect(tidyProblems([{ path: 'server/rules/service.test.ts', text }])).toEqual([]);
});

test('an ordinary file has no problem', () => {
  expect(tidyProblems([{ path: 'app/(console)/nodes/[id]/page.tsx', text: 'export {};\n' }])).toEqual([]);
});

test('documents are held against the tree', () => {
  const page = (path: string, text: string) => ({ path, text });
  const files = [
    page('README.md', '[here](docs/architecture.md) [gone](docs/gone.md#part) [out](https://example.org) `npm run nothing`'),
    page('docs/architecture.md', '[up](../README.md) npm run check'),
    page('docs/errors.md', 'old'),
    page('docs/decisions/0001-one.md', ''),
    page('docs/decisions/0001-other.md', ''),
    page('docs/security.md', '`server/a.test.ts` “a title”, `server/a.test.ts` “no such title”; selvedge_here_total, selvedge_gone_total'),
    page('server/a.test.ts', "test('a title', () => counted('selvedge_here_total'))"),
  ];
  const problems = documentProblems(files, ['check'], [{ path: 'docs/errors.md', text: 'new', program: 'tools/checks/errors-page.ts' }]).join('\n');
  expect(problems).toContain('README.md: links to docs/gone.md');
  expect(problems).toContain('README.md: names npm run nothing');
  expect(problems).toContain('docs/errors.md: is not what the code says; write it again with node tools/checks/errors-page.ts');
  expect(problems).toContain('docs/decisions/0001-other.md: has a number');
  expect(problems).toContain('docs/security.md: names the test “no such title” of server/a.test.ts');
  expect(problems).toContain('docs/security.md: names the metric selvedge_gone_total');
  expect(problems.split('\n')).toHaveLength(6);
});
