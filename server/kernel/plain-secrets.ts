import { DomainError } from './errors.ts';
import { isPlainSecret } from './secret-names.ts';

/** Texts that are secrets by their look, whatever they are called. */
const looks: readonly { what: string; pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'an API token of Selvedge', pattern: /\bslv_[\w-]{20,}/ },
  { what: 'an access token', pattern: /\b(gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16}\b)/ },
  { what: 'a password in an address', pattern: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@'"]+:(?!\$\{secret:)[^\s/@'"]+@/i },
];

/**
 * An option of a source or sink in a rule that is given its secret, as in `password='…'`, from the word that says so on. What stands before that word is
 * looked at where it was found: a pattern that begins with any letters tries all of them again from each.
 */
const secretOption = /(?:password|secret|token|private\.?key|credential|api\.?key|authorization)\s*=\s*(?:'(?!\$\{secret:)[^']+'|"(?!\$\{secret:)[^"]+")/i;

/** Letters before the word that are told with it. */
const optionNameMax = 64;

export interface FoundSecret {
  path: (string | number)[];
  /** Where in a text with several lines, from 0. */
  line: number;
  /** Where in the text; the whole value where there is none. */
  from: number;
  to: number;
  message: string;
}

/** Throws InvalidInput where a secret itself stands in what is to be kept, and would reach pages, bundles and backups with it. */
export function refusePlainSecrets(value: unknown, path: (string | number)[] = []): void {
  const found = findSecret(value, path);
  if (found === null) return;
  throw new DomainError('InvalidInput', `${found.path.join('.')}: ${found.message}.`, { details: { issues: [{ path: found.path.map(String), message: found.message }] } });
}

/** The first secret that stands in a value itself. What it is is never repeated. */
export function findSecret(value: unknown, path: (string | number)[] = []): FoundSecret | null {
  if (typeof value === 'string') return inText(value, path);
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const found = isPlainSecret(key, member) ? { path: at, line: 0, from: 0, to: 0, message: adviceFor(key) } : findSecret(member, at);
    if (found !== null) return found;
  }
  return null;
}

function inText(text: string, path: (string | number)[]): FoundSecret | null {
  const option = secretOption.exec(text);
  if (option !== null) {
    const before = /[\w.]*$/.exec(text.slice(Math.max(0, option.index - optionNameMax), option.index))?.[0] ?? '';
    const [words = ''] = option[0].split(/\s*=/);
    return { path, ...placeOf(text, option.index - before.length, option.index + option[0].length), message: adviceFor(`${before}${words}`) };
  }
  for (const { what, pattern } of looks) {
    const match = pattern.exec(text);
    if (match !== null) return { path, ...placeOf(text, match.index, match.index + match[0].length), message: `here stands ${what}; write \${secret:NAME} and keep it on the nodes` };
  }
  return null;
}

function adviceFor(name: string): string {
  return `${name} is a secret and must not stand here; write \${secret:NAME} and keep it on the nodes`;
}

function placeOf(text: string, from: number, to: number): Pick<FoundSecret, 'line' | 'from' | 'to'> {
  return { line: text.slice(0, from).split('\n').length - 1, from, to };
}
