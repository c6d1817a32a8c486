import type { Attribute } from '../api.ts';
import { linearRegex } from '../regex/linear-regex.ts';
import { constantOf, fits } from './extensions/define.ts';
import { elementsAt, encoded } from './extensions/json.ts';
import { keptRegex, pieces } from './extensions/regular.ts';
import type { StreamFunction } from './stream-function.ts';

function tokenizer(form: string, takes: string, added: readonly Attribute[], spread: (values: readonly unknown[]) => readonly (readonly unknown[])[]): StreamFunction {
  const forms = takes.split('|').map((one) => one.trim().split(' '));
  return {
    form,
    build: (values) => (forms.some((one) => fits(one, values)) ? { added } : { wrong: `is written ${form}, found ${values.length === 0 ? 'nothing' : values.map((one) => one.type).join(', ')}` }),
    run: () => [],
    spread,
  };
}

function jsonTokens(element: (value: unknown) => unknown): (values: readonly unknown[]) => readonly (readonly unknown[])[] {
  return ([json, path, failing = true]) => {
    const found = elementsAt(json, path);
    // Without an element, an event goes on alone unless it is to be left out.
    return found === undefined ? (failing === true ? [] : [[null]]) : found.map((one) => [element(one)]);
  };
}

/** Functions that make several events of one: one for each piece of a text, list, map or JSON document. */
export const TOKENIZERS: readonly [string, StreamFunction][] = [
  ['str:tokenize', strTokenize()],
  [
    'list:tokenize',
    tokenizer('#list:tokenize(list, …)', 'o o*', [{ name: 'index', type: 'int' }, { name: 'value', type: 'object' }], (lists) => {
      const arrays = lists.map((one): readonly unknown[] => (Array.isArray(one) ? one : []));
      const length = Math.max(0, ...arrays.map((one) => one.length));
      return Array.from({ length }, (_, at) => [at, arrays.length === 1 ? (arrays[0]?.[at] ?? null) : arrays.map((one) => one[at] ?? null)]);
    }),
  ],
  [
    'map:tokenize',
    tokenizer('#map:tokenize(map)', 'o', [{ name: 'key', type: 'object' }, { name: 'value', type: 'object' }], ([map]) => (map instanceof Map ? [...map].map(([key, value]) => [key, value]) : [])),
  ],
  ['json:tokenize', tokenizer("#json:tokenize(json, 'path', [leave out what has no such element])", 's s b?|o s b?', [{ name: 'jsonElement', type: 'string' }], jsonTokens((value) => (typeof value === 'string' ? value : encoded(value))))],
  ['json:tokenizeAsObject', tokenizer("#json:tokenizeAsObject(json, 'path', [leave out what has no such element])", 's s b?|o s b?', [{ name: 'jsonElement', type: 'object' }], jsonTokens((value) => value))],
];

function strTokenize(): StreamFunction {
  const plain = tokenizer("#str:tokenize(text, 'regular expression', [distinct])", 's s b?', [{ name: 'token', type: 'string' }], ([text, pattern, distinct]) => {
    const regex = text === null || text === undefined ? undefined : keptRegex(String(pattern));
    const parts = regex === undefined ? [] : pieces(regex, String(text));
    return (distinct === true ? [...new Set(parts)] : parts).map((one) => [one]);
  });
  return {
    ...plain,
    build: (values) => {
      const pattern = constantOf(values[1]);
      const made = typeof pattern === 'string' ? linearRegex(pattern) : undefined;
      return made !== undefined && 'wrong' in made ? { wrong: `takes a regular expression: ${made.wrong}` } : plain.build(values);
    },
  };
}
