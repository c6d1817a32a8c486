import { linearRegex, type LinearRegex } from '../../regex/linear-regex.ts';
import type { FunctionDefinition } from '../functions.ts';
import type { Typed } from '../types.ts';
import { constantOf, extension, type Run } from './define.ts';

/** Patterns that come with the events are kept ready, as many as this. */
const KEPT_MAX = 100;
const kept = new Map<string, LinearRegex | undefined>();

/** The regular expression of a pattern that comes with the events; undefined when it is none. */
export function keptRegex(pattern: string): LinearRegex | undefined {
  if (!kept.has(pattern)) {
    if (kept.size >= KEPT_MAX) kept.clear();
    const made = linearRegex(pattern);
    kept.set(pattern, 'wrong' in made ? undefined : made);
  }
  return kept.get(pattern);
}

/**
 * Makes a function over a regular expression at one place of its arguments: a constant one is read once and refused
 * when it is wrong, another one is read when it comes and gives null when it is wrong.
 */
export function overRegex(place: number, run: (regex: LinearRegex, ...values: readonly unknown[]) => unknown): (values: readonly Typed[]) => Run | { wrong: string } {
  return (values) => {
    const pattern = constantOf(values[place]);
    if (typeof pattern !== 'string') {
      return (...given) => {
        const regex = keptRegex(String(given[place]));
        return regex === undefined ? null : run(regex, ...given);
      };
    }
    const made = linearRegex(pattern);
    if ('wrong' in made) return { wrong: `takes a regular expression: ${made.wrong}` };
    return (...given) => run(made, ...given);
  };
}

export const REGEX: readonly [string, FunctionDefinition][] = [
  extension('regex:find', { takes: 's s i?', gives: 'bool', prepare: overRegex(0, (regex, _, text, from = 0) => Number(from) >= 0 && Number(from) <= String(text).length && regex.find(String(text), Number(from)) !== undefined) }),
  extension('regex:matches', { takes: 's s', gives: 'bool', prepare: overRegex(0, (regex, _, text) => regex.whole(String(text)) !== undefined) }),
  extension('regex:lookingAt', { takes: 's s', gives: 'bool', prepare: overRegex(0, (regex, _, text) => regex.atStart(String(text)) !== undefined) }),
  extension('regex:group', { takes: 's s i', gives: 'string', prepare: overRegex(0, (regex, _, text, group) => groupOf(regex, String(text), Number(group))) }),
];

/** What a group of the first match took, null when it took none. */
export function groupOf(regex: LinearRegex, text: string, group: number): string | null {
  const found = regex.find(text);
  const [from, to] = [found?.[group * 2] ?? -1, found?.[group * 2 + 1] ?? -1];
  return from < 0 ? null : text.slice(from, to);
}

/** Replaces matches; `$1` stands for what a group took, `\$` for the sign itself. Null when it names a group there is not. */
export function replaced(regex: LinearRegex, text: string, replacement: string, all: boolean): string | null {
  let result = '';
  let done = 0;
  for (let from = 0; from <= text.length; ) {
    const found = regex.find(text, from);
    if (found === undefined) break;
    const [start = 0, end = 0] = found;
    const piece = filled(replacement, text, found);
    if (piece === null) return null;
    result += text.slice(done, start) + piece;
    done = end;
    from = end > start ? end : end + 1;
    if (!all) break;
  }
  return result + text.slice(done);
}

function filled(replacement: string, text: string, found: readonly number[]): string | null {
  let result = '';
  for (let at = 0; at < replacement.length; at++) {
    const one = replacement.charAt(at);
    if (one === '\\') result += replacement.charAt(++at);
    else if (one !== '$') result += one;
    else {
      const digit = replacement.charAt(++at);
      const [from, to] = [found[Number(digit) * 2], found[Number(digit) * 2 + 1]];
      if (!/^\d$/.test(digit) || from === undefined || to === undefined) return null;
      if (from >= 0) result += text.slice(from, to);
    }
  }
  return result;
}

/** The pieces between matches; empty ones at the end are left out, as Java does. */
export function pieces(regex: LinearRegex, text: string): string[] {
  const parts: string[] = [];
  let done = 0;
  for (let from = 0; from <= text.length; ) {
    const found = regex.find(text, from);
    if (found === undefined) break;
    const [start = 0, end = 0] = found;
    if (end > 0 && start < text.length) {
      parts.push(text.slice(done, start));
      done = end;
    }
    from = end > start ? end : end + 1;
  }
  parts.push(text.slice(done));
  if (done === 0 && parts.length === 1) return [text];
  while (parts.length > 0 && parts.at(-1) === '') parts.pop();
  return parts;
}
