import type { AttributeType } from '../api.ts';
import { isNumeric, type Typed } from './types.ts';

/** A cast says what a value is and leaves it alone. Where it may be something else, that shows when it is computed with. */
export function castTo(type: AttributeType, value: Typed): Typed {
  const known = value.type === type || type === 'object' || (isNumeric(value.type) && isNumeric(type));
  const cast: Typed = { kind: 'call', type, arguments: [value], run: (one) => one ?? null, ...(known ? {} : { claimed: true }) };
  // A bool is true or false as soon as it is read.
  return type === 'bool' ? computedWith(cast) : cast;
}

/** A value as arithmetic, a comparison, a condition or an aggregator takes it: one that is not what it was cast to is a fault of its event. */
export function computedWith(value: Typed): Typed {
  if (value.kind !== 'call' || value.claimed !== true) return value;
  const { type } = value;
  const fits = isNumeric(type) ? isNumber : (one: unknown): boolean => typeof one === (type === 'bool' ? 'boolean' : 'string');
  const check = (one: unknown): unknown => {
    if (one == null || fits(one)) return one;
    throw new TypeError(`A value was cast to ${type} and is a ${typeof one}.`);
  };
  return { kind: 'call', type, arguments: value.arguments, run: check };
}

/** A boxed number is one too: a number that says its own type. */
function isNumber(value: unknown): boolean {
  const plain: unknown = Object(value).valueOf();
  return typeof plain === 'number' || typeof plain === 'bigint';
}
