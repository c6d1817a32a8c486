import { compareValues } from '../../runtime/order-by.ts';
import type { FunctionDefinition } from '../functions.ts';
import type { Typed } from '../types.ts';
import { constantOf, extension, type Run } from './define.ts';

/** A list is never changed: each function gives another one, since events that hold it may still be looked at. */
function overList(run: (list: readonly unknown[], ...more: readonly unknown[]) => unknown): Run {
  return (list, ...more) => (Array.isArray(list) ? run(list, ...more) : null);
}

const ORDERS = ['asc', 'desc', 'rev'];

/** Up, down, or only the other way round. */
function sorted(list: readonly unknown[], order: unknown): unknown[] | null {
  const way = String(order ?? 'asc').toLowerCase();
  if (!ORDERS.includes(way)) return null;
  if (way === 'rev') return list.toReversed();
  return list.toSorted((left, right) => (way === 'desc' ? compareValues(right, left) : compareValues(left, right)));
}

function sorting([, order]: readonly Typed[]): Run | { wrong: string } {
  const way = constantOf(order);
  return typeof way === 'string' && !ORDERS.includes(way.toLowerCase()) ? { wrong: `takes 'asc', 'desc' or 'rev', found '${way}'` } : overList(sorted);
}

function inserted(list: readonly unknown[], value: unknown, at: unknown): unknown {
  const place = at === undefined ? list.length : Number(at);
  return place < 0 || place > list.length ? null : [...list.slice(0, place), value, ...list.slice(place)];
}

function within(list: readonly unknown[], at: unknown): boolean {
  return Number(at) >= 0 && Number(at) < list.length;
}

export const LIST: readonly [string, FunctionDefinition][] = [
  extension('list:add', { takes: 'o a i?', gives: 'object', nulls: true, run: overList((list, value, at) => inserted(list, value ?? null, at)) }),
  extension('list:addAll', { takes: 'o o b?', gives: 'object', run: overList((list, other, distinct) => (Array.isArray(other) ? (distinct === true ? [...new Set([...list, ...other])] : [...list, ...other]) : null)) }),
  extension('list:clear', { takes: 'o', gives: 'object', run: overList(() => []) }),
  extension('list:clone', { takes: 'o', gives: 'object', run: overList((list) => [...list]) }),
  extension('list:contains', { takes: 'o a', gives: 'bool', nulls: true, run: overList((list, value) => list.includes(value ?? null)) }),
  extension('list:containsAll', { takes: 'o o', gives: 'bool', run: overList((list, other) => Array.isArray(other) && other.every((one) => list.includes(one))) }),
  extension('list:containsAny', { takes: 'o o', gives: 'bool', run: overList((list, other) => Array.isArray(other) && other.some((one) => list.includes(one))) }),
  extension('list:create', { takes: 'a*', gives: 'object', nulls: true, run: (...values) => values.map((one) => one ?? null) }),
  extension('list:get', { takes: 'o i', gives: 'object', run: overList((list, at) => list[Number(at)] ?? null) }),
  extension('list:indexOf', { takes: 'o a', gives: 'int', nulls: true, run: overList((list, value) => list.indexOf(value ?? null)) }),
  extension('list:isEmpty', { takes: 'o', gives: 'bool', run: overList((list) => list.length === 0) }),
  extension('list:isList', { takes: 'a', gives: 'bool', nulls: true, run: (value) => Array.isArray(value) }),
  extension('list:lastIndexOf', { takes: 'o a', gives: 'int', nulls: true, run: overList((list, value) => list.lastIndexOf(value ?? null)) }),
  extension('list:remove', {
    takes: 'o a',
    gives: 'object',
    nulls: true,
    run: overList((list, value) => {
      const at = list.indexOf(value ?? null);
      return at < 0 ? list : list.toSpliced(at, 1);
    }),
  }),
  extension('list:removeAll', { takes: 'o o', gives: 'object', run: overList((list, other) => (Array.isArray(other) ? list.filter((one) => !other.includes(one)) : null)) }),
  extension('list:removeByIndex', { takes: 'o i', gives: 'object', run: overList((list, at) => (within(list, at) ? list.toSpliced(Number(at), 1) : null)) }),
  extension('list:retainAll', { takes: 'o o', gives: 'object', run: overList((list, other) => (Array.isArray(other) ? list.filter((one) => other.includes(one)) : null)) }),
  extension('list:setValue', { takes: 'o i a', gives: 'object', nulls: true, run: overList((list, at, value) => (within(list, at) ? list.with(Number(at), value ?? null) : null)) }),
  extension('list:size', { takes: 'o', gives: 'int', run: overList((list) => list.length) }),
  extension('list:sort', { takes: 'o s?', gives: 'object', prepare: sorting }),
];
