import type { AttributeValue } from '../protocol/index.ts';

const textMax = 16_384;

/** A value as it travels: a long beyond 2^53 as its digits, an object as JSON, what no JSON number can be as null. */
export function wireValue(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'string':
      return value.length > textMax ? value.slice(0, textMax) : value;
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : JSON.stringify(value).slice(0, textMax);
    default:
      return null;
  }
}
