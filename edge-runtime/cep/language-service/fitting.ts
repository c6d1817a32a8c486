import type { Attribute, AttributeType, Environment } from '../api.ts';
import { Diagnostics } from '../language/diagnostics.ts';
import type { Expression, Query } from '../language/syntax.ts';
import { checkExpression } from '../plan/check-expression.ts';
import { rowSource, Scope } from '../plan/scope.ts';
import { isNumeric } from '../plan/types.ts';
import { isWindow, planWindow } from '../plan/windows.ts';
import { study, type Observed } from './observed.ts';
import { MARK, mended, type Statement } from './statement.ts';
import { handlersOf, queriesOf } from './walk.ts';

const TYPES: readonly AttributeType[] = ['int', 'long', 'float', 'double', 'bool', 'string', 'object'];

/** What may stand at a place inside an expression. */
export interface Fitting {
  scope: Scope;
  /** Types that type-check as the text stands. */
  accepted: ReadonlySet<AttributeType>;
  /** Types with which it can be made to: where a condition stands, anything that can still be compared. */
  possible: ReadonlySet<AttributeType>;
}

/**
 * Asks the planner itself: the statement is mended around a mark, planned, and every type is tried in the mark's place. So
 * what is offered is what the engine would accept, whatever the language grows.
 */
export function fittingAt(text: string, statement: Statement, from: number, to: number, environment: Environment): Fitting | undefined {
  const mend = mended(text, statement, from, to);
  if (mend === undefined) return undefined;
  const { app, observed } = study(mend.text, environment);
  const around = observed.filter(({ expression }) => expression.from <= mend.at && mend.at + MARK.length <= expression.to);
  const mark = around.find(({ expression }) => expression.kind === 'attribute' && expression.name.text === MARK);
  const root = around.at(-1);
  if (mark === undefined || root === undefined) return undefined;
  const placed = queriesOf(app).find(({ query }) => query.from <= mend.at && mend.at < query.to);
  const accepted = new Set(TYPES.filter((type) => fits(type, root, placed?.query, environment)));
  // Where a bool fits, a comparison of anything does.
  const possible = new Set(accepted.has('bool') || accepted.size === 0 ? TYPES : accepted);
  return { scope: mark.scope, accepted, possible };
}

const PROBE = '\u0000probe';
const PROBES: readonly Attribute[] = TYPES.map((type) => ({ name: type, type }));

function fits(type: AttributeType, root: Observed, query: Query | undefined, environment: Environment): boolean {
  const diagnostics = new Diagnostics('');
  const around = { ...root.around, diagnostics, observe: undefined };
  const scope = new Scope([...root.scope.sources, rowSource([PROBE], { name: PROBE, attributes: PROBES }, 'r')], root.scope.options);
  const handler = query === undefined ? undefined : handlersOf(query.input).find((one) => one.kind !== 'filter' && one.call.arguments.includes(sameSpan(one.call.arguments, root.expression)));
  if (handler !== undefined && handler.kind !== 'filter' && isWindow(handler)) {
    planWindow({ ...handler.call, arguments: handler.call.arguments.map((one) => substituted(one, type)) }, scope, around);
    return !diagnostics.failed;
  }
  const typed = checkExpression(substituted(root.expression, type), scope, around);
  if (typed === undefined || diagnostics.failed) return false;
  if (handler?.kind === 'function' && handler.call.namespace === 'model') {
    const wanted = inputAt(handler.call.arguments, root.expression, environment);
    return wanted === undefined || wanted === typed.type || (isNumeric(wanted) && isNumeric(typed.type));
  }
  return query === undefined || !isCondition(query, root.expression) || typed.type === 'bool';
}

function sameSpan(list: readonly Expression[], expression: Expression): Expression {
  return list.find((one) => one.from === expression.from && one.to === expression.to) ?? expression;
}

function inputAt(list: readonly Expression[], expression: Expression, environment: Environment): AttributeType | undefined {
  const [first] = list;
  if (first?.kind !== 'constant' || typeof first.value !== 'string') return undefined;
  const signature = environment.model?.(first.value);
  const index = list.indexOf(sameSpan(list, expression)) - 1;
  return signature === undefined || 'missing' in signature ? undefined : signature.inputs[index]?.type;
}

/** The expression with a value of a type where the mark is. */
function substituted(expression: Expression, type: AttributeType): Expression {
  const inner = (one: Expression): Expression => substituted(one, type);
  switch (expression.kind) {
    case 'attribute': {
      const { from, to } = expression;
      if (expression.name.text !== MARK) return expression;
      return { kind: 'attribute', stream: { name: PROBE, prefix: '', from, to }, name: { text: type, from, to }, from, to };
    }
    case 'call':
      return { ...expression, arguments: expression.arguments.map(inner) };
    case 'arithmetic':
    case 'compare':
    case 'logic':
      return { ...expression, left: inner(expression.left), right: inner(expression.right) };
    case 'not':
    case 'in':
    case 'is-null':
      return { ...expression, operand: inner(expression.operand) };
    default:
      return expression;
  }
}

/** Whether an expression has to be a bool where it stands. */
function isCondition(query: Query, { from, to }: Expression): boolean {
  const { input, select, output } = query;
  const conditions = handlersOf(input).flatMap((one) => (one.kind === 'filter' ? [one.condition] : []));
  if (input.kind === 'join' && input.on !== undefined) conditions.push(input.on);
  if (select.having !== undefined) conditions.push(select.having);
  if (output.kind !== 'insert' && output.kind !== 'return' && output.on !== undefined) conditions.push(output.on);
  return conditions.some((one) => one.from === from && one.to === to);
}
