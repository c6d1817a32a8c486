import type { Typed } from './types.ts';

/** Whether an expression is worked out from the event alone and cannot fail: when it is done, and how often, makes no difference. */
export function looksAtEventOnly(expression: Typed): boolean {
  switch (expression.kind) {
    case 'value':
      return expression.access.from !== 'state';
    case 'timestamp':
      return expression.of === undefined;
    case 'constant':
      return true;
    case 'arithmetic':
    case 'compare':
    case 'logic':
      return looksAtEventOnly(expression.left) && looksAtEventOnly(expression.right);
    case 'not':
    case 'is-null':
      return looksAtEventOnly(expression.operand);
    case 'if':
      return [expression.condition, expression.then, expression.otherwise].every(looksAtEventOnly);
    default:
      return false;
  }
}
