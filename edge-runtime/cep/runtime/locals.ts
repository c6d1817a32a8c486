import type { Typed } from '../plan/types.ts';

/** The local variables of generated code that an expression looks at, each once, but for the row of a table that `in` looks at. */
export function localsOf(expression: Typed): string[] {
  return [...new Set(seenBy(expression))].filter((one) => one !== 'n').sort();
}

function seenBy(expression: Typed): string[] {
  switch (expression.kind) {
    case 'value':
      return seenThrough(expression.access);
    case 'timestamp':
      return expression.of === undefined ? [] : seenThrough(expression.of);
    case 'events':
    case 'no-event':
      return ['s'];
    case 'row-null':
      return [expression.variable];
    case 'aggregate':
      return [`a${expression.index}`];
    case 'arithmetic':
    case 'compare':
    case 'logic':
      return [...seenBy(expression.left), ...seenBy(expression.right)];
    case 'not':
    case 'is-null':
      return seenBy(expression.operand);
    case 'if':
      return [expression.condition, expression.then, expression.otherwise].flatMap(seenBy);
    case 'call':
      return expression.arguments.flatMap(seenBy);
    case 'in':
      return seenBy(expression.condition);
    case 'constant':
    case 'now':
    case 'uuid':
      return [];
  }
}

function seenThrough(access: Extract<Typed, { kind: 'value' }>['access']): string[] {
  switch (access.from) {
    case 'row':
      return [access.variable];
    case 'state':
      return ['s'];
    case 'output':
      return [`o${access.index}`];
  }
}
