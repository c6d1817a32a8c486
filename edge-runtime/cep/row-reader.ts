import type { Attribute, AttributeType, RowReader } from './api.ts';
import { asLong } from './runtime/java-number.ts';

const LONG_MAX = 9_223_372_036_854_775_807n;

/** What a checker returns when the value is of another type; no value of a row is ever this. */
const WRONG = Symbol('wrong type');

/**
 * Reads decoded JSON objects as rows of one stream: each value is checked against its attribute's type, and a float is
 * rounded to single precision. An object is read by name, an array by position.
 */
export function rowReader(definition: { name: string; attributes: readonly Attribute[] }): RowReader {
  return new CheckedRowReader(definition);
}

class CheckedRowReader implements RowReader {
  error = '';
  private readonly name: string;
  private readonly attributes: readonly Attribute[];
  private readonly names: readonly string[];
  private readonly checks: readonly ((value: unknown) => unknown)[];

  constructor(definition: { name: string; attributes: readonly Attribute[] }) {
    this.name = definition.name;
    this.attributes = definition.attributes;
    this.names = definition.attributes.map((one) => one.name);
    this.checks = definition.attributes.map((one) => CHECKS[one.type]);
  }

  read(object: unknown): unknown[] | undefined {
    const { names, checks } = this;
    if (typeof object !== 'object' || object === null) return this.refuse(`an event of '${this.name}' is an object, found ${describe(object)}`);
    const byPosition = Array.isArray(object);
    if (byPosition && object.length !== names.length) return this.refuse(`an event of '${this.name}' has ${names.length} values, found ${object.length}`);
    const row = new Array<unknown>(names.length);
    for (let index = 0; index < names.length; index++) {
      const name = names[index] ?? '';
      const given: unknown = byPosition ? object[index] : Object.hasOwn(object, name) ? Reflect.get(object, name) : null;
      if (given === null || given === undefined) {
        row[index] = null;
        continue;
      }
      const value = checks[index]?.(given);
      if (value === WRONG) return this.refuse(`'${name}' of '${this.name}' is ${this.attributes[index]?.type}, found ${describe(given)}`);
      row[index] = value;
    }
    return row;
  }

  private refuse(reason: string): undefined {
    this.error = reason;
    return undefined;
  }
}

const CHECKS: Readonly<Record<AttributeType, (value: unknown) => unknown>> = {
  int: (value) => (typeof value === 'number' && (value | 0) === value ? value + 0 : WRONG),
  long: readLong,
  float: (value) => (typeof value === 'number' ? Math.fround(value) : WRONG),
  double: (value) => (typeof value === 'number' ? value : WRONG),
  bool: (value) => (typeof value === 'boolean' ? value : WRONG),
  string: (value) => (typeof value === 'string' ? value : WRONG),
  object: (value) => value,
};

/** A whole number; beyond 2^53 JSON's numbers are no longer exact, so a text of digits is taken too. */
function readLong(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : WRONG;
  if (typeof value === 'bigint') return inLong(value);
  if (typeof value === 'string' && /^-?[0-9]{1,19}$/.test(value)) return inLong(BigInt(value));
  return WRONG;
}

function inLong(value: bigint): unknown {
  return value <= LONG_MAX && value >= -LONG_MAX - 1n ? asLong(value) : WRONG;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `the string '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (typeof value === 'object') return 'an object';
  return `${typeof value} ${String(value)}`;
}
