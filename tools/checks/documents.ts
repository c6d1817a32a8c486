import path from 'node:path';
import type { TrackedFile } from './tracked-files.ts';

/**
 * What the documents say that a machine can hold against the tree: links, names of npm scripts, numbers of decisions, and the
 * page of errors, which must be the one that the catalogue gives.
 */
export function documentProblems(files: readonly TrackedFile[], scripts: readonly string[], errorsPage: string): string[] {
  const known = new Set(files.flatMap(({ path: file }) => ancestors(file)));
  const pages = files.filter(({ path: file }) => file.endsWith('.md'));
  const committed = pages.find(({ path: file }) => file === 'docs/errors.md')?.text;
  return [
    ...pages.flatMap((page) => brokenLinks(page, known)),
    ...pages.flatMap((page) => unknownScripts(page, scripts)),
    ...(committed === errorsPage ? [] : ['docs/errors.md: is not what the catalogue says; write it again with node tools/checks/errors-page.ts.']),
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

function decisionProblems(pages: readonly string[]): string[] {
  const decisions = pages.filter((page) => page.startsWith('docs/decisions/'));
  const numbers = decisions.map((page) => path.posix.basename(page).slice(0, 4));
  return [
    ...decisions.filter((page) => !/\/\d{4}-[a-z0-9-]+\.md$/.test(page)).map((page) => `${page}: is not named NNNN-its-subject.md.`),
    ...decisions.filter((_, index) => numbers.indexOf(numbers[index] ?? '') !== index).map((page) => `${page}: has a number that another decision has.`),
  ];
}
