import type { TrackedFile } from './tracked-files.ts';

interface TidyRule {
  /** Completes "file: …". */
  says: string;
  applies: (file: string) => boolean;
  breaks: (text: string, file: string) => boolean;
}

const isCode = (file: string) => /\.(ts|tsx|mts|mjs|css)$/.test(file);
const isTest = (file: string) => /\.(test|e2e)\.tsx?$|^e2e\//.test(file);
const isThisCheck = (file: string) => file.startsWith('tools/checks/');
const shipped = (file: string) => isCode(file) && !isTest(file) && /^(server|edge-runtime|app)\//.test(file);

/** Files that may read the environment, each the one place of its program. */
const environmentFiles = ['server/kernel/env.ts', 'edge-runtime/host/config.ts', 'tools/environment.ts', 'tools/launch.mjs', 'prisma/generate.ts'];

/** What a person reading a diff would ask to change, so that no person has to. */
const rules: TidyRule[] = [
  { says: 'is longer than 400 lines; split it by what its parts are about', applies: isCode, breaks: (text) => text.split('\n').length > 401 },
  { says: 'is named after nothing (utils, helpers, lib, common, misc); name what it is about', applies: () => true, breaks: (_, file) => /(^|\/)(utils?|helpers?|lib|common|misc|shared)(\.[a-z]+)*(\/|$)/i.test(file) },
  { says: 'is not named in kebab-case', applies: isCode, breaks: (_, file) => file.split('/').some((part) => !/^[_.]?[a-z0-9]+([.-][a-z0-9]+)*$|^\(.+\)$|^\[.+\]$/.test(part)) },
  { says: 'names a path of one machine', applies: (file) => !isThisCheck(file), breaks: (text) => /(^|[\s"'`(=:])\/(home|Users|root|work)\/[a-z]/m.test(text) },
  { says: 'has a note of unfinished work', applies: (file) => isCode(file) && !isThisCheck(file), breaks: (text) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text) },
  { says: 'switches the compiler or the linter off', applies: (file) => isCode(file) && !isThisCheck(file), breaks: (text) => /@ts-(ignore|nocheck|expect-error)|\bas any\s*[;,)\]}>]|(eslint|oxlint)-disable(?!-next-line no-empty-pattern)/.test(text) },
  { says: 'waits for a time in place of a fact', applies: (file) => isTest(file) && !isThisCheck(file), breaks: (text) => /waitForTimeout|\bsleep\(/.test(text) },
  { says: 'waits with vi.waitFor for the second that is its default; say a limit that a busy machine keeps', applies: (file) => isTest(file) && !isThisCheck(file), breaks: waitsForDefault },
  { says: 'leaves a test out or lets it fail', applies: (file) => isTest(file) && !isThisCheck(file), breaks: (text) => /\b(test|it|describe)\.(skip|only|todo|fails)\b/.test(text) },
  { says: 'tries tests again; one that fails now and then is a defect', applies: (file) => /^(playwright|vitest)\.config\.ts$/.test(file), breaks: (text) => /\bretr(y|ies)\b\s*:\s*[1-9]/.test(text) },
  { says: `reads the environment; only ${environmentFiles.join(', ')} may`, applies: (file) => isCode(file) && !isTest(file) && !isThisCheck(file) && !environmentFiles.includes(file), breaks: (text) => /\bprocess\.env\b/.test(text) },
  { says: 'has a clock, timer or randomness of its own; the engine is given time with its events', applies: (file) => shipped(file) && file.startsWith('edge-runtime/cep/'), breaks: (text) => /\b(Date\.now|performance\.now|setTimeout|setInterval|setImmediate|Math\.random|new Date\(\))/.test(withoutComments(text)) },
  { says: 'prints to the console; there is a logger', applies: (file) => shipped(file) && !/\/bench\/|\/host\/main\.ts$|^server\/main\.ts$/.test(file), breaks: (text) => /\bconsole\.(log|error|warn|info|debug)\(/.test(text) },
  { says: 'names a registry or where a package was fetched from; the lockfile must work from any', applies: (file) => file.endsWith('package-lock.json'), breaks: (text) => /"resolved": "https?:/.test(text) },
];

/** Every rule that a file breaks, as `path: what is wrong`. */
export function tidyProblems(files: readonly TrackedFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    rules.filter((rule) => rule.applies(path) && rule.breaks(text ?? '', path)).map((rule) => `${path}: ${rule.says}.`),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** Whether a call of vi.waitFor or vi.waitUntil ends without options: `{ timeout: … }`, or a name that stands for them. */
function waitsForDefault(text: string): boolean {
  return [...text.matchAll(/\bvi\.wait(?:For|Until)\(/g)].some(({ index, 0: opening }) => {
    let depth = 1;
    let end = index + opening.length;
    for (; depth > 0 && end < text.length; end += 1) depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
    return !/\btimeout\b|,\s*\w+,?\s*\)$/.test(text.slice(index, end));
  });
}
