import { COALESCE, textOf } from '../functions.ts';
import type { FunctionDefinition } from '../functions.ts';
import { extension } from './define.ts';
import { groupOf, overRegex, pieces, replaced } from './regular.ts';

/** Characters that a repeated text may have. */
const TEXT_MAX = 1_000_000;

function hexOf(text: string): string {
  return [...text].map((one) => (one.codePointAt(0) ?? 0).toString(16)).join('');
}

/** Two hexadecimal digits a character; null for anything else. */
function unhex(text: string): string | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  return (text.match(/../g) ?? []).map((one) => String.fromCharCode(Number.parseInt(one, 16))).join('');
}

/** Java's compareTo: the difference of the first characters that differ, else of the lengths. */
function compared(left: string, right: string): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = left.charCodeAt(at) - right.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Without what stands before the space in Unicode, and the space itself, at both ends: what Java's trim takes away. */
function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 32) from++;
  while (to > from && text.charCodeAt(to - 1) <= 32) to--;
  return text.slice(from, to);
}

function substring(text: unknown, from: unknown, length: unknown): string | null {
  const whole = String(text);
  const start = Number(from);
  const end = length === undefined ? whole.length : start + Number(length);
  return start < 0 || end < start || end > whole.length ? null : whole.slice(start, end);
}

function template(values: readonly unknown[]): string | null {
  const [text, ...given] = values;
  let complete = true;
  const filled = String(text).replaceAll(/\{\{(\d{1,6})\}\}/g, (_, place: string) => {
    const value = given[Number(place) - 1];
    if (value === undefined) complete = false;
    return String(value);
  });
  return complete ? filled : null;
}

/** Siddhi leaves the name of a key that the map lacks in its place, without the brackets. */
function templateOfMap(text: unknown, map: unknown): string | null {
  if (!(map instanceof Map)) return null;
  let complete = true;
  const filled = String(text).replaceAll(/\{\{([^{}]*)\}\}/g, (_, between: string) => {
    const name = between.trim();
    const value: unknown = map.has(name) ? map.get(name) : name;
    if (value === null || value === undefined) complete = false;
    return textOf(value, 'object');
  });
  return complete ? filled : null;
}

export const STR: readonly [string, FunctionDefinition][] = [
  extension('str:charAt', { takes: 's i', gives: 'string', run: (text, at) => (Number(at) < 0 || Number(at) >= String(text).length ? null : String(text).charAt(Number(at))) }),
  extension('str:charFrequency', { takes: 's s', gives: 'long', run: (text, what) => (String(what) === '' ? null : String(text).split(String(what)).length - 1) }),
  ['str:coalesce', COALESCE],
  extension('str:concat', { takes: 's s s*', gives: 'string', nulls: true, run: (...all) => all.map((one) => one ?? '').join('') }),
  extension('str:contains', { takes: 's s', gives: 'bool', run: (text, part) => String(text).includes(String(part)) }),
  extension('str:equalsIgnoreCase', { takes: 's s', gives: 'bool', run: (left, right) => String(left).toLowerCase() === String(right).toLowerCase() }),
  extension('str:fillTemplate', {
    takes: 's o|s v v*',
    gives: 'string',
    prepare: (values) => (values.length === 2 && values[1]?.type === 'object' ? templateOfMap : (...all): unknown => template(all.map((one, index) => textOf(one, values[index]?.type ?? 'string')))),
  }),
  extension('str:hex', { takes: 's', gives: 'string', run: (text) => hexOf(String(text)) }),
  extension('str:length', { takes: 's', gives: 'int', run: (text) => String(text).length }),
  extension('str:locate', { takes: 's s i?', gives: 'int', run: (part, text, from = 1) => String(text).indexOf(String(part), Number(from) - 1) + 1 }),
  extension('str:lower', { takes: 's', gives: 'string', run: (text) => String(text).toLowerCase() }),
  extension('str:regexp', { takes: 's s', gives: 'bool', prepare: overRegex(1, (regex, text) => regex.whole(String(text)) !== undefined) }),
  extension('str:repeat', { takes: 's i', gives: 'string', run: (text, times) => (Number(times) * String(text).length > TEXT_MAX ? null : String(text).repeat(Math.max(0, Number(times)))) }),
  extension('str:replaceAll', { takes: 's s s', gives: 'string', prepare: overRegex(1, (regex, text, _, by) => replaced(regex, String(text), String(by), true)) }),
  extension('str:replaceFirst', { takes: 's s s', gives: 'string', prepare: overRegex(1, (regex, text, _, by) => replaced(regex, String(text), String(by), false)) }),
  extension('str:reverse', { takes: 's', gives: 'string', run: (text) => [...String(text)].reverse().join('') }),
  extension('str:split', { takes: 's s i', gives: 'string', prepare: overRegex(1, (regex, text, _, place) => pieces(regex, String(text))[Number(place)] ?? null) }),
  extension('str:strcmp', { takes: 's s', gives: 'int', run: (left, right) => compared(String(left), String(right)) }),
  extension('str:substr', {
    takes: 's i i?|s s i?',
    gives: 'string',
    prepare: (values) => {
      if (values[1]?.type === 'int') return substring;
      return overRegex(1, (regex, text, _, group = 0) => groupOf(regex, String(text), Number(group)) ?? '')(values);
    },
  }),
  extension('str:trim', { takes: 's', gives: 'string', run: (text) => trimmed(String(text)) }),
  extension('str:unhex', { takes: 's', gives: 'string', run: (text) => unhex(String(text)) }),
  extension('str:upper', { takes: 's', gives: 'string', run: (text) => String(text).toUpperCase() }),
];
