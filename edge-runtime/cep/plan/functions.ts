import type { AttributeType } from '../api.ts';
import { doubleOf, doubleText, doubleToInt, doubleToLong, floatText, longToInt, parseDouble, parseInt32, parseLong, type Long } from '../runtime/java-number.ts';
import { ValueList } from '../runtime/value-list.ts';
import { castTo } from './cast.ts';
import { isNumeric, type Typed } from './types.ts';

/** What a function makes of its arguments, or why it cannot. */
export type FunctionResult = Typed | { wrong: string };

export interface FunctionDefinition {
  /** For people: `ifThenElse(condition, then, otherwise)`. */
  form: string;
  build(values: readonly Typed[]): FunctionResult;
  /** Of a function that the app defines: its body. */
  source?: string;
}

const CASTABLE: readonly AttributeType[] = ['int', 'long', 'float', 'double', 'string', 'bool'];

/** The first of its arguments that is there. */
export const COALESCE: FunctionDefinition = { form: 'coalesce(value, …)', build: coalesce };

/** SiddhiQL's own functions by name; names are case-sensitive as in Siddhi. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([
  ['cast', { form: "cast(value, 'type')", build: (values) => typedBy('cast', values, (type, value) => castTo(type, value)) }],
  ['convert', { form: "convert(value, 'type')", build: (values) => typedBy('convert', values, (type, value) => convertTo(type, value)) }],
  ['ifThenElse', { form: 'ifThenElse(condition, then, otherwise)', build: ifThenElse }],
  ['coalesce', COALESCE],
  ['default', { form: 'default(value, constant)', build: defaultTo }],
  ['maximum', { form: 'maximum(number, …)', build: (values) => extreme(values, (left, right) => (right > left ? right : left)) }],
  ['minimum', { form: 'minimum(number, …)', build: (values) => extreme(values, (left, right) => (right < left ? right : left)) }],
  ['instanceOfString', instanceOf('instanceOfString', 'string')],
  ['instanceOfInteger', instanceOf('instanceOfInteger', 'int')],
  ['instanceOfLong', instanceOf('instanceOfLong', 'long')],
  ['instanceOfFloat', instanceOf('instanceOfFloat', 'float')],
  ['instanceOfDouble', instanceOf('instanceOfDouble', 'double')],
  ['instanceOfBoolean', instanceOf('instanceOfBoolean', 'bool')],
  ['currentTimeMillis', { form: 'currentTimeMillis()', build: (values) => noArguments(values, { kind: 'now', type: 'long' }) }],
  ['UUID', { form: 'UUID()', build: (values) => noArguments(values, { kind: 'uuid', type: 'string' }) }],
  ['createSet', { form: 'createSet(value)', build: createSet }],
  ['sizeOfSet', { form: 'sizeOfSet(set)', build: sizeOfSet }],
]);

function wrongCount(expected: string, values: readonly Typed[]): FunctionResult {
  return { wrong: `takes ${expected}, found ${values.length}` };
}

function noArguments(values: readonly Typed[], result: Typed): FunctionResult {
  return values.length === 0 ? result : wrongCount('no arguments', values);
}

function typedBy(name: string, values: readonly Typed[], build: (type: AttributeType, value: Typed) => FunctionResult): FunctionResult {
  const [value, wanted] = values;
  if (values.length !== 2 || value === undefined || wanted === undefined) return wrongCount('two arguments', values);
  const text = wanted.kind === 'constant' && typeof wanted.value === 'string' ? wanted.value.toLowerCase() : undefined;
  const type = CASTABLE.find((one) => one === text);
  if (type === undefined) return { wrong: `takes as its second argument one of ${CASTABLE.map((one) => `'${one}'`).join(', ')}` };
  if (name === 'convert' && value.type === 'object' && type !== 'string') return { wrong: `cannot make '${type}' of an object, only 'string'` };
  return build(type, value);
}

function convertTo(type: AttributeType, value: Typed): FunctionResult {
  // Of nothing a bool is false, even where it was one before.
  if (type === 'bool' && value.type === 'bool') return { kind: 'call', type, arguments: [value], run: (one) => one === true };
  return asType(type, value);
}

/** A value as one of another type, as Java's boxed types convert it; nothing stays nothing. */
export function asType(type: AttributeType, value: Typed): Typed {
  const from = value.type;
  if (from === type) return value;
  const convert = converter(from, type);
  return { kind: 'call', type, arguments: [value], run: (one) => (one === null || one === undefined ? null : convert(one)) };
}

/** From one type to another as Java's boxed types do it; null when a text is no number. */
export function converter(from: AttributeType, to: AttributeType): (value: unknown) => unknown {
  switch (to) {
    case 'string':
      return (value) => textOf(value, from);
    case 'bool':
      return from === 'string' ? (value) => String(value).toLowerCase() === 'true' : (value) => value === 1;
    case 'int':
      if (from === 'string') return (value) => parseInt32(String(value)) ?? null;
      if (from === 'bool') return (value) => (value === true ? 1 : 0);
      return from === 'long' ? (value) => longToInt(longIn(value)) : (value) => doubleToInt(Number(value));
    case 'long':
      if (from === 'string') return (value) => parseLong(String(value)) ?? null;
      if (from === 'bool') return (value) => (value === true ? 1 : 0);
      return from === 'int' ? (value) => value : (value) => doubleToLong(Number(value));
    case 'float':
    case 'double': {
      const round = to === 'float' ? Math.fround : (value: number): number => value;
      if (from === 'bool') return (value) => (value === true ? 1 : 0);
      if (from === 'string') {
        return (value) => {
          const number = parseDouble(String(value));
          return number === undefined ? null : round(number);
        };
      }
      return (value) => round(doubleOf(longIn(value)));
    }
    case 'object':
      return (value) => value;
  }
}

function longIn(value: unknown): Long {
  return typeof value === 'bigint' ? value : Number(value);
}

/** Java's toString of a value of a type. */
export function textOf(value: unknown, type: AttributeType): string {
  if (typeof value === 'number') {
    if (type === 'double') return doubleText(value);
    if (type === 'float') return floatText(value);
  }
  if (value instanceof Set) return `[${[...value].map((one) => String(one)).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].map(([key, one]) => `${textOf(key, 'object')}=${textOf(one, 'object')}`).join(', ')}}`;
  if (value instanceof ValueList) return `[${value.map((one) => textOf(one, value.element)).join(', ')}]`;
  if (Array.isArray(value)) return `[${value.map((one) => String(one)).join(', ')}]`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function ifThenElse(values: readonly Typed[]): FunctionResult {
  const [condition, then, otherwise] = values;
  if (values.length !== 3 || condition === undefined || then === undefined || otherwise === undefined) return wrongCount('three arguments', values);
  if (condition.type !== 'bool') return { wrong: `takes a bool as its condition, found ${condition.type}` };
  if (then.type !== otherwise.type) return { wrong: `takes two results of one type, found ${then.type} and ${otherwise.type}` };
  return { kind: 'if', type: then.type, condition, then, otherwise };
}

function coalesce(values: readonly Typed[]): FunctionResult {
  const [first] = values;
  if (first === undefined) return wrongCount('at least one argument', values);
  const other = values.find((one) => one.type !== first.type);
  if (other !== undefined) return { wrong: `takes arguments of one type, found ${first.type} and ${other.type}` };
  return { kind: 'call', type: first.type, arguments: [...values], run: (...all) => all.find((one) => one !== null && one !== undefined) ?? null };
}

function defaultTo(values: readonly Typed[]): FunctionResult {
  const [value, fallback] = values;
  if (values.length !== 2 || value === undefined || fallback === undefined) return wrongCount('two arguments', values);
  if (fallback.kind !== 'constant') return { wrong: 'takes a constant as its second argument' };
  if (value.type !== fallback.type) return { wrong: `takes a default of the value's type ${value.type}, found ${fallback.type}` };
  return { kind: 'call', type: value.type, arguments: [value, fallback], run: (one, two) => one ?? two };
}

function extreme(values: readonly Typed[], choose: (left: Long, right: Long) => Long): FunctionResult {
  const [first] = values;
  if (first === undefined) return wrongCount('at least one argument', values);
  for (const one of values) {
    if (!isNumeric(one.type)) return { wrong: `takes numbers, found ${one.type}` };
    if (one.type !== first.type) return { wrong: `takes arguments of one type, found ${first.type} and ${one.type}` };
  }
  const run = (...all: readonly unknown[]): unknown => {
    let best: Long | undefined;
    for (const one of all) {
      if (one === null || one === undefined) continue;
      const value = longIn(one);
      best = best === undefined ? value : choose(best, value);
    }
    return best ?? null;
  };
  return { kind: 'call', type: first.type, arguments: [...values], run };
}

/** On a typed attribute the answer depends on null alone; an object's value is looked at. */
function instanceOf(name: string, type: AttributeType): FunctionDefinition {
  return {
    form: `${name}(value)`,
    build: (values) => {
      const [value] = values;
      if (values.length !== 1 || value === undefined) return wrongCount('one argument', values);
      const test = value.type === 'object' ? objectTest(type) : (one: unknown): boolean => value.type === type && one !== null && one !== undefined;
      return { kind: 'call', type: 'bool', arguments: [value], run: (one) => test(one) };
    },
  };
}

function objectTest(type: AttributeType): (value: unknown) => boolean {
  switch (type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'bool':
      return (value) => typeof value === 'boolean';
    case 'int':
      return (value) => typeof value === 'number' && Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647;
    case 'long':
      return (value) => typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value) && (value < -2_147_483_648 || value > 2_147_483_647));
    case 'double':
      return (value) => typeof value === 'number' && !Number.isInteger(value);
    default:
      return () => false;
  }
}

function createSet(values: readonly Typed[]): FunctionResult {
  const [value] = values;
  if (values.length !== 1 || value === undefined) return wrongCount('one argument', values);
  if (value.type === 'object') return { wrong: 'takes a number, a string or a bool, found object' };
  return { kind: 'call', type: 'object', arguments: [value], run: (one) => new Set([one]) };
}

function sizeOfSet(values: readonly Typed[]): FunctionResult {
  const [value] = values;
  if (values.length !== 1 || value === undefined) return wrongCount('one argument', values);
  if (value.type !== 'object') return { wrong: `takes a set, found ${value.type}` };
  return { kind: 'call', type: 'int', arguments: [value], run: (one) => (one instanceof Set ? one.size : one === null || one === undefined ? 0 : null) };
}
