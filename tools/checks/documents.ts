import path from 'node:path';
import type { TrackedFile } from './tracked-files.ts';

/** A page that a program writes from the code. */
export interface GeneratedPage {
  path: string;
  text: string;
  /** What writes it. */
  program: string;
}

/**
 * What the documents say that a machine can hold against the tree: links, names of npm scripts, of tests and of metrics, numbers
 * of decisions, and the pages that are written from the code, which must be as the code gives them now.
 */
export function documentProblems(files: readonly TrackedFile[], scripts: readonly string[], generated: readonly GeneratedPage[]): string[] {
  const known = new Set(files.flatMap(({ path: file }) => ancestors(file)));
  const pages = files.filter(({ path: file }) => file.endsWith('.md'));
  const code = files.filter(({ path: file }) => /\.tsx?$/.test(file));
  const committed = new Map(pages.map((page) => [page.path, page.text]));
  return [
    ...pages.flatMap((page) => brokenLinks(page, known)),
    ...pages.flatMap((page) => unknownScripts(page, scripts)),
    ...pages.flatMap((page) => unknownTests(page, code)),
    ...unknownMetrics(pages, code),
    ...generated.filter((page) => committed.get(page.path) !== page.text).map((page) => `${page.path}: is not what the code says; write it again with node ${page.program}.`),
    ...decisionProblems(pages.map((page) => page.path)),
  ];
}

function ancestors(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function brokenLinks({ path: page, text = '' }: TrackedFile, known: ReadonlySet<string>): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/\bsrc="([^"]+)"/g)].flatMap((match) => match[1] ?? []);
  return targets
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .map((target) => path.posix.normalize(path.posix.join(path.posix.dirname(page), target.replace(/#.*$/, ''))).replace(/\/$/, ''))
    .filter((target) => target !== '.' && !known.has(target))
    .map((target) => `${page}: links to ${target}, which does not exist.`);
}

function unknownScripts({ path: page, text = '' }: TrackedFile, scripts: readonly string[]): string[] {
  const named = [...text.matchAll(/\bnpm run ([a-z][a-z0-9:-]*)/g)].flatMap((match) => match[1] ?? []);
  return [...new Set(named)].filter((name) => !scripts.includes(name)).map((name) => `${page}: names npm run ${name}, which package.json does not have.`);
}

/** A test as a document names it: `path/of.test.ts` “its title”. */
function unknownTests({ path: page, text = '' }: TrackedFile, code: readonly TrackedFile[]): string[] {
  const named = [...text.matchAll(/`([^`]+\.(?:test|e2e)\.ts)` “([^”]+)”/g)];
  return named.filter(([, file, title = '']) => code.find((one) => one.path === file)?.text?.includes(`'${title}'`) !== true).map(([, file, title]) => `${page}: names the test “${title}” of ${file}, which is not there.`);
}

/** Metrics are written with their whole names in the code that counts them. */
function unknownMetrics(pages: readonly TrackedFile[], code: readonly TrackedFile[]): string[] {
  const known = new Set(code.flatMap(({ text = '' }) => text.match(/\bselvedge_[a-z_]+/g) ?? []));
  return pages.flatMap(({ path: page, text = '' }) => [...new Set(text.match(/\bselvedge_[a-z_]+/g) ?? [])].filter((name) => !known.has(name)).map((name) => `${page}: names the metric ${name}, which nothing counts.`));
}

function decisionProblems(pages: readonly string[]): string[] {
  const decisions = pages.filter((page) => page.startsWith('docs/decisions/'));
  const numbers = decisions.map((page) => path.posix.basename(page).slice(0, 4));
  return [
    ...decisions.filter((page) => !/\/\d{4}-[a-z0-9-]+\.md$/.test(page)).map((page) => `${page}: is not named NNNN-its-subject.md.`),
    ...decisions.filter((_, index) => numbers.indexOf(numbers[index] ?? '') !== index).map((page) => `${page}: has a number that another decision has.`),
  ];
}
