import type { Choices } from './choices.ts';
import type { Column, ValueType } from './events.ts';

const NUMBERS: readonly ValueType[] = ['int', 'long', 'float', 'double'];

/** An expression of one type over some attributes; `depth` limits how far it nests. */
export function expressionOf(choices: Choices, type: ValueType, columns: readonly Column[], depth: number): string {
  const own = columns.filter((one) => one.type === type);
  const kind = choices.below(depth > 0 ? 6 : 2);
  if (kind === 0 && own.length > 0) return choices.pick(own).name;
  if (kind <= 1) return constantOf(choices, type);
  if (kind === 2) return `ifThenElse(${conditionOf(choices, columns, depth - 1)}, ${expressionOf(choices, type, columns, depth - 1)}, ${expressionOf(choices, type, columns, depth - 1)})`;
  if (kind === 3) return `coalesce(${expressionOf(choices, type, columns, depth - 1)}, ${expressionOf(choices, type, columns, depth - 1)})`;
  switch (type) {
    case 'bool':
      return conditionOf(choices, columns, depth - 1);
    case 'string':
      return choices.chance(50) ? `convert(${expressionOf(choices, choices.pick(['int', 'long', 'bool'] as const), columns, depth - 1)}, 'string')` : `default(${expressionOf(choices, 'string', columns, depth - 1)}, 'd')`;
    default:
      return numberOf(choices, type, columns, depth);
  }
}

function numberOf(choices: Choices, type: ValueType, columns: readonly Column[], depth: number): string {
  const kind = choices.below(5);
  if (kind <= 2) {
    const operator = choices.pick(['+', '-', '*', '/', '%']);
    const other = choices.pick(NUMBERS.slice(0, NUMBERS.indexOf(type) + 1));
    const sides = [expressionOf(choices, type, columns, depth - 1), expressionOf(choices, other, columns, depth - 1)];
    if (choices.chance(50)) sides.reverse();
    return `(${sides.join(` ${operator} `)})`;
  }
  if (kind === 3) return `convert(${expressionOf(choices, choices.pick(NUMBERS), columns, depth - 1)}, '${type}')`;
  return `${choices.pick(['maximum', 'minimum'])}(${expressionOf(choices, type, columns, depth - 1)}, ${expressionOf(choices, type, columns, depth - 1)})`;
}

/** A condition, with comparisons between all pairs of numeric types, missing values and functions. */
export function conditionOf(choices: Choices, columns: readonly Column[], depth: number): string {
  const kind = choices.below(depth > 0 ? 8 : 3);
  const comparison = ['>', '<', '>=', '<=', '==', '!='];
  if (kind <= 2) {
    const [left, right] = [choices.pick(NUMBERS), choices.pick(NUMBERS)];
    return `${expressionOf(choices, left, columns, depth - 1)} ${choices.pick(comparison)} ${expressionOf(choices, right, columns, depth - 1)}`;
  }
  if (kind === 3) return `${expressionOf(choices, 'string', columns, depth - 1)} ${choices.pick(['==', '!='])} ${expressionOf(choices, 'string', columns, depth - 1)}`;
  if (kind === 4) return `(${conditionOf(choices, columns, depth - 1)} ${choices.pick(['and', 'or'])} ${conditionOf(choices, columns, depth - 1)})`;
  if (kind === 5) return `not (${conditionOf(choices, columns, depth - 1)})`;
  if (kind === 6) return `${choices.pick(columns).name} is null`;
  return `${choices.pick(['instanceOfInteger', 'instanceOfLong', 'instanceOfFloat', 'instanceOfDouble', 'instanceOfBoolean', 'instanceOfString'])}(${choices.pick(columns).name})`;
}

function constantOf(choices: Choices, type: ValueType): string {
  switch (type) {
    case 'int':
      return choices.pick(['0', '1', '3', '7', '2147483647']);
    case 'long':
      return choices.pick(['0L', '2L', '50L', '9007199254740993L']);
    case 'float':
      return choices.pick(['1.5f', '0f', '2.25f']);
    case 'double':
      return choices.pick(['0.5', '2.0', '0.1', '3.75']);
    case 'bool':
      return choices.pick(['true', 'false']);
    case 'string':
      return choices.pick(["'x'", "'y'", "''"]);
  }
}
