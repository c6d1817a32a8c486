import type { FunctionDefinition } from '../functions.ts';
import type { Typed } from '../types.ts';
import { constantOf, extension, type Run } from './define.ts';
import { parseJson } from './json-text.ts';
import { followPath, isDefinite, jsonPath, withElement } from './json-path.ts';

const NOT_JSON = Symbol('not JSON');

/** Decodes a text; an object that is decoded already goes as it is. */
export function decoded(given: unknown): unknown {
  if (typeof given !== 'string') return given instanceof Map ? Object.fromEntries(given) : given;
  try {
    return parseJson(given);
  } catch {
    return NOT_JSON;
  }
}

/** As JSON writes it; maps as objects, sets as lists, and integers beyond 2^53 as they are in digits. */
export function encoded(value: unknown): string | null {
  if (value === undefined || value === NOT_JSON) return null;
  return JSON.stringify(value, (_, one: unknown) => (one instanceof Map ? Object.fromEntries(one) : one instanceof Set ? [...one] : typeof one === 'bigint' ? Number(one) : one)) ?? null;
}

type Path = NonNullable<ReturnType<typeof jsonPath>>;

/** A function over what a path leads to; a constant path is read once and refused when it is none. */
function overPath(run: (found: readonly unknown[], definite: boolean) => unknown): (values: readonly Typed[]) => Run | { wrong: string } {
  const at = (path: Path, json: unknown): unknown => {
    const root = decoded(json);
    return root === NOT_JSON ? null : run(followPath(path, root), isDefinite(path));
  };
  return (values) => {
    const constant = constantOf(values[1]);
    if (typeof constant !== 'string') {
      return (json, text) => {
        const path = jsonPath(String(text));
        return path === undefined ? null : at(path, json);
      };
    }
    const path = jsonPath(constant);
    return path === undefined ? { wrong: `takes a path such as '$.pump.values[0]', found '${constant}'` } : (json) => at(path, json);
  };
}

/** The one thing that was found, a list of all where a path may lead to several; undefined when there is nothing. */
function only(found: readonly unknown[], definite: boolean): unknown {
  return definite ? found[0] : found.length === 0 ? undefined : [...found];
}

const getting = (take: (value: unknown) => unknown): ((values: readonly Typed[]) => Run | { wrong: string }) => overPath((found, definite) => take(only(found, definite)) ?? null);

const whole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

export const JSON_FUNCTIONS: readonly [string, FunctionDefinition][] = [
  extension('json:getBool', { takes: 's s|o s', gives: 'bool', prepare: getting((value) => (typeof value === 'boolean' ? value : null)) }),
  extension('json:getDouble', { takes: 's s|o s', gives: 'double', prepare: getting((value) => (typeof value === 'number' ? value : null)) }),
  extension('json:getFloat', { takes: 's s|o s', gives: 'float', prepare: getting((value) => (typeof value === 'number' ? Math.fround(value) : null)) }),
  extension('json:getInt', { takes: 's s|o s', gives: 'int', prepare: getting((value) => (whole(value) && Math.abs(value) <= 2_147_483_647 ? value : null)) }),
  extension('json:getLong', { takes: 's s|o s', gives: 'long', prepare: getting((value) => (whole(value) ? value : null)) }),
  extension('json:getObject', { takes: 's s|o s', gives: 'object', prepare: getting((value) => value) }),
  extension('json:getString', { takes: 's s|o s', gives: 'string', prepare: getting((value) => (value === null || value === undefined ? null : typeof value === 'string' ? value : encoded(value))) }),
  extension('json:isExists', { takes: 's s|o s', gives: 'bool', prepare: overPath((found) => found.length > 0) }),
  extension('json:setElement', {
    takes: 's s a s?|o s a s?',
    gives: 'object',
    nulls: true,
    run: (json, text, value, key) => {
      const path = jsonPath(String(text));
      const root = decoded(json);
      if (path === undefined || root === NOT_JSON || root === null || root === undefined) return null;
      const given = decoded(value);
      return withElement(path, root, given === NOT_JSON ? value : given, key === undefined ? undefined : String(key));
    },
  }),
  extension('json:toObject', {
    takes: 's',
    gives: 'object',
    run: (text) => {
      const value = decoded(text);
      return value === NOT_JSON ? null : value;
    },
  }),
  extension('json:toString', { takes: 'o|s', gives: 'string', run: (value) => (typeof value === 'string' ? value : encoded(value)) }),
];

/** What `#json:tokenize` finds: each element of a list, or the one thing there is. Undefined when there is nothing. */
export function elementsAt(json: unknown, text: unknown): readonly unknown[] | undefined {
  const path = jsonPath(String(text));
  const root = decoded(json);
  if (path === undefined || root === NOT_JSON) return undefined;
  const found = followPath(path, root);
  const [first] = found;
  if (found.length === 0) return undefined;
  return isDefinite(path) && Array.isArray(first) ? first : found;
}
