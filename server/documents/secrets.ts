import { isPlainSecret } from '../kernel/secret-names.ts';

/** Texts that are secrets by their look, whatever they are called. */
const looks: readonly { what: string; pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'an API token of Selvedge', pattern: /\bslv_[\w-]{20,}/ },
  { what: 'an access token', pattern: /\b(gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16}\b)/ },
  { what: 'a password in an address', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]+:(?!\$\{secret:)[^\s/@'"]+@/i },
];

/** An option of a source or sink in a rule that is given its secret, as in `password='…'`. */
const secretOption = /([\w.]*(?:password|secret|token|private\.?key|credential|api\.?key|authorization))\s*=\s*(?:'(?!\$\{secret:)[^']+'|"(?!\$\{secret:)[^"]+")/i;

export interface FoundSecret {
  path: (string | number)[];
  /** Where in a text with several lines, from 0. */
  line: number;
  message: string;
}

/** The first secret that stands in a document itself. What it is is never repeated. */
export function findSecret(value: unknown, path: (string | number)[] = []): FoundSecret | null {
  if (typeof value === 'string') return inText(value, path);
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const found = isPlainSecret(key, member) ? { path: at, line: 0, message: adviceFor(key) } : findSecret(member, at);
    if (found !== null) return found;
  }
  return null;
}

function inText(text: string, path: (string | number)[]): FoundSecret | null {
  const option = secretOption.exec(text);
  if (option !== null) return { path, line: lineAt(text, option.index), message: adviceFor(option[1] ?? 'it') };
  const look = looks.find(({ pattern }) => pattern.test(text));
  if (look === undefined) return null;
  return { path, line: lineAt(text, look.pattern.exec(text)?.index ?? 0), message: `here stands ${look.what}; write \${secret:NAME} and keep it on the nodes` };
}

function adviceFor(name: string): string {
  return `${name} is a secret and must not stand in a document; write \${secret:NAME} and keep it on the nodes`;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length - 1;
}
