import type { FunctionDefinition } from '../functions.ts';
import { extension, type Run } from './define.ts';
import { decoded, encoded } from './json.ts';
import { isObject } from './json-path.ts';
import { elementOf, xmlOf } from './xml.ts';

type AnyMap = ReadonlyMap<unknown, unknown>;

/** A map is never changed: each function gives another one, since events that hold it may still be looked at. */
function overMap(run: (map: AnyMap, ...more: readonly unknown[]) => unknown): Run {
  return (map, ...more) => (map instanceof Map ? run(map, ...more) : null);
}

function pairs(values: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let at = 0; at + 1 < values.length; at += 2) map.set(values[at] ?? null, values[at + 1] ?? null);
  return map;
}

function without(map: AnyMap, key: unknown): Map<unknown, unknown> {
  return new Map([...map].filter(([one]) => one !== key));
}

/** Every value of a key in a list, over several maps. */
function combined(maps: readonly unknown[]): Map<unknown, unknown[]> {
  const lists = new Map<unknown, unknown[]>();
  for (const map of maps) {
    if (!(map instanceof Map)) continue;
    for (const [key, value] of map) lists.set(key, [...(lists.get(key) ?? []), value]);
  }
  return lists;
}

export const MAP: readonly [string, FunctionDefinition][] = [
  extension('map:clear', { takes: 'o', gives: 'object', run: overMap(() => new Map()) }),
  extension('map:clone', { takes: 'o', gives: 'object', run: overMap((map) => new Map(map)) }),
  extension('map:combineByKey', { takes: 'o o o*', gives: 'object', run: (...maps) => combined(maps) }),
  extension('map:containsKey', { takes: 'o a', gives: 'bool', nulls: true, run: overMap((map, key) => map.has(key ?? null)) }),
  extension('map:containsValue', { takes: 'o a', gives: 'bool', nulls: true, run: overMap((map, value) => [...map.values()].includes(value ?? null)) }),
  extension('map:create', {
    takes: 'a*',
    gives: 'object',
    nulls: true,
    prepare: (values) => (values.length % 2 === 0 ? (...given): unknown => pairs(given) : { wrong: `takes keys and values in turn, found ${values.length} of them` }),
  }),
  extension('map:createFromJSON', {
    takes: 's',
    gives: 'object',
    run: (text) => {
      const value = decoded(text);
      return isObject(value) ? new Map(Object.entries(value).map(([key, one]) => [key, typeof one === 'object' && one !== null ? encoded(one) : one])) : null;
    },
  }),
  extension('map:createFromXML', { takes: 's', gives: 'object', run: (text) => elementOf(String(text)) ?? null }),
  extension('map:get', { takes: 'o a a?', gives: ([, , fallback]) => fallback?.type ?? 'object', nulls: true, run: overMap((map, key, fallback) => map.get(key ?? null) ?? fallback ?? null) }),
  extension('map:isEmpty', { takes: 'o', gives: 'bool', run: overMap((map) => map.size === 0) }),
  extension('map:isMap', { takes: 'a', gives: 'bool', nulls: true, run: (value) => value instanceof Map }),
  extension('map:keys', { takes: 'o', gives: 'object', run: overMap((map) => [...map.keys()]) }),
  extension('map:put', { takes: 'o a a', gives: 'object', nulls: true, run: overMap((map, key, value) => new Map(map).set(key ?? null, value ?? null)) }),
  extension('map:putAll', { takes: 'o o', gives: 'object', run: overMap((map, other) => (other instanceof Map ? new Map([...map, ...other]) : null)) }),
  extension('map:putIfAbsent', { takes: 'o a a', gives: 'object', nulls: true, run: overMap((map, key, value) => (map.has(key ?? null) ? map : new Map(map).set(key ?? null, value ?? null))) }),
  extension('map:remove', { takes: 'o a', gives: 'object', nulls: true, run: overMap((map, key) => without(map, key ?? null)) }),
  extension('map:replace', { takes: 'o a a', gives: 'object', nulls: true, run: overMap((map, key, value) => (map.has(key ?? null) ? new Map(map).set(key ?? null, value ?? null) : map)) }),
  extension('map:replaceAll', { takes: 'o o', gives: 'object', run: overMap((map, other) => (other instanceof Map ? new Map([...map].map(([key, value]) => [key, other.has(key) ? other.get(key) : value])) : null)) }),
  extension('map:size', { takes: 'o', gives: 'int', run: overMap((map) => map.size) }),
  extension('map:toJSON', { takes: 'o', gives: 'string', run: overMap((map) => encoded(map)) }),
  extension('map:toXML', { takes: 'o s?', gives: 'string', run: overMap((map, root) => (root === undefined ? xmlOf(map) : `<${String(root)}>${xmlOf(map)}</${String(root)}>`)) }),
  extension('map:values', { takes: 'o', gives: 'object', run: overMap((map) => [...map.values()]) }),
];
