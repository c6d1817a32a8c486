import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../environment.ts';
import { generateDatabaseClient } from '../start/build.ts';
import { type Advisories, advisoryProblems, askForAdvisories } from './advisories.ts';
import { deploymentProblems } from './deployment-files.ts';
import { type GeneratedPage, documentProblems } from './documents.ts';
import { renderErrorsPage } from './errors-page.ts';
import { procedureProblems, reachProblems } from './cli-reach.ts';
import { checkImports } from './imports.ts';
import { licenceProblems } from './licences.ts';
import { lockfileProblems } from './lockfile.ts';
import { renderSettingsPage } from './settings-page.ts';
import { renderCliPage } from './cli-page.ts';
import { renderSiddhiqlPage } from './siddhiql-page.ts';
import { tidyProblems } from './tidy.ts';
import { readTrackedFiles, type TrackedFile } from './tracked-files.ts';

export interface CheckOutcome {
  name: string;
  problems: string[];
  seconds: number;
}

const checks: { name: string; find: () => Promise<string[] | Advisories> }[] = [
  { name: 'types', find: async () => (await complaints('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit', '--pretty', 'false'], /error TS/)).filter(isOurs) },
  { name: 'lint', find: () => complaints('node_modules/oxlint/bin/oxlint', ['--format', 'unix', '--deny-warnings'], /^[^:]+:\d+:\d+: /) },
  { name: 'imports', find: async () => (await checkImports(checkout)).problems },
  { name: 'tidy', find: async () => tidyProblems(readTrackedFiles(checkout)) },
  { name: 'documents', find: async () => documentProblems(readTrackedFiles(checkout), await scriptNames(), await generatedPages()) },
  { name: 'reach', find: async () => reachOfAll(readTrackedFiles(checkout)) },
  { name: 'deployment', find: async () => deploymentProblems(readTrackedFiles(checkout)) },
  { name: 'lockfile', find: async () => lockfileProblems(await readLockfile()) },
  { name: 'licences', find: async () => licenceProblems(await readLockfile()) },
  { name: 'advisories', find: async () => advisoryProblems(await askForAdvisories(), await readFile(path.join(checkout, 'tools/checks/advisories.json'), 'utf8'), new Date().toISOString().slice(0, 10)) },
];

function readLockfile(): Promise<string> {
  return readFile(path.join(checkout, 'package-lock.json'), 'utf8');
}

/** Runs every check, one after the other, and prints what each found. */
export async function runChecks(): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const { name, find } of checks) {
    const started = performance.now();
    // A check that cannot be made has found something, and the others are made all the same.
    const found = await find().catch((error: unknown) => [`could not be made: ${error instanceof Error ? error.message : String(error)}`]);
    const { problems, note } = Array.isArray(found) ? { problems: found, note: undefined } : found;
    const seconds = (performance.now() - started) / 1000;
    console.log(`${problems.length === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(10)} ${seconds.toFixed(1)} s${note === undefined ? '' : `  ${note}`}`);
    for (const problem of problems) console.log(`        ${problem}`);
    outcomes.push({ name, problems, seconds });
  }
  return outcomes;
}

/** Runs a program of the toolchain; its lines that match are the problems. One that fails without such a line is a problem too. */
async function complaints(program: string, args: string[], problem: RegExp): Promise<string[]> {
  const run = promisify(execFile)(process.execPath, [program, ...args], { cwd: checkout, maxBuffer: 64 * 1024 ** 2 });
  const { output, failed } = await run.then(
    ({ stdout }) => ({ output: stdout, failed: false }),
    (error: Error & { stdout?: string; stderr?: string }) => ({ output: `${error.stdout ?? ''}\n${error.stderr ?? ''}`, failed: true }),
  );
  const lines = output.split('\n').filter((line) => problem.test(line));
  return failed && lines.length === 0 ? [`${program} failed: ${output.trim().slice(-2000)}`] : lines;
}

/** Next writes types of its own beside ours, which do not hold themselves to our compiler settings. */
function isOurs(complaint: string): boolean {
  return !complaint.startsWith('.next/');
}

/** The page of the API needs the database client, which a fresh clone has not got when this file is loaded. */
async function generatedPages(): Promise<GeneratedPage[]> {
  const { renderApiPage } = await import('./api-page.ts');
  return [
    { path: 'docs/errors.md', text: renderErrorsPage(), program: 'tools/checks/errors-page.ts' },
    { path: 'docs/settings.md', text: renderSettingsPage(), program: 'tools/checks/settings-page.ts' },
    { path: 'docs/cli.md', text: renderCliPage(), program: 'tools/checks/cli-page.ts' },
    { path: 'docs/siddhiql-calls.md', text: renderSiddhiqlPage(), program: 'tools/checks/siddhiql-page.ts' },
    { path: 'docs/api.md', text: renderApiPage(), program: 'tools/checks/api-page.ts' },
  ];
}

/** Whether pages, command line and REST reach the same; needs the database client as well. */
async function reachOfAll(files: readonly TrackedFile[]): Promise<string[]> {
  const [{ listProcedures, listRestRoutes }, { rawRoutes }] = await Promise.all([import('../../server/rest/routes.ts'), import('../../server/surfaces.ts')]);
  const commands = new Map(files.filter(({ path: file }) => /^tools\/cli\/[^/]+(?<!\.test)\.ts$/.test(file)).map(({ path: file, text }) => [file, text ?? '']));
  return [...reachProblems(commands, [...listRestRoutes(), ...rawRoutes]), ...procedureProblems(listProcedures())];
}

async function scriptNames(): Promise<string[]> {
  const manifest: { scripts?: Record<string, string> } = JSON.parse(await readFile(path.join(checkout, 'package.json'), 'utf8'));
  return Object.keys(manifest.scripts ?? {});
}

if (import.meta.main) {
  await generateDatabaseClient();
  const outcomes = await runChecks();
  process.exitCode = outcomes.every(({ problems }) => problems.length === 0) ? 0 : 1;
}
