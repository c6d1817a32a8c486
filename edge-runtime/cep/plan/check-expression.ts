import type { Diagnostics, Span } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Call, Expression, StreamReference } from '../language/syntax.ts';
import { AGGREGATORS } from './aggregators.ts';
import { computedWith } from './cast.ts';
import { EXTENSION_AGGREGATORS } from './extension-aggregators.ts';
import { REFUSED } from './extensions/index.ts';
import { FUNCTIONS, type FunctionDefinition } from './functions.ts';
import { rowSource, type Scope } from './scope.ts';
import { isNumeric, promote, type Definition, type Typed } from './types.ts';

/** What expressions may refer to besides the attributes in scope. */
export interface Surroundings {
  diagnostics: Diagnostics;
  table(name: string): Definition | undefined;
  tableNames(): string[];
  /** Functions with a namespace, such as `str:length`. */
  extension(namespace: string, name: string): FunctionDefinition | undefined;
  extensionNames(): string[];
  /** Hears every expression that is checked, the inner ones first; for tools that explain a text. */
  observe?: ExpressionObserver | undefined;
}

/** What an expression was found to be, and which names were visible where it stands. */
export type ExpressionObserver = (expression: Expression, scope: Scope, typed: Typed | undefined, around: Surroundings) => void;

/** Resolves names and types of one expression; every mistake is reported, undefined when there was any. */
export function checkExpression(expression: Expression, scope: Scope, around: Surroundings): Typed | undefined {
  const typed = checkKind(expression, scope, around);
  around.observe?.(expression, scope, typed, around);
  return typed;
}

function checkKind(expression: Expression, scope: Scope, around: Surroundings): Typed | undefined {
  switch (expression.kind) {
    case 'constant':
      return { kind: 'constant', type: expression.type, value: expression.value };
    case 'attribute':
      return checkAttribute(expression, scope, around);
    case 'call':
      return checkCall(expression, scope, around);
    case 'arithmetic':
      return checkArithmetic(expression, scope, around);
    case 'compare':
      return checkCompare(expression, scope, around);
    case 'logic': {
      const times = [expression.left, expression.right].every((one) => one.kind === 'constant' && one.type === 'long');
      const hint = times ? 'The parts of a time follow one another: 1 hour 25 minutes.' : undefined;
      const left = checkCondition(expression.left, scope, around, `'${expression.operator}'`, hint);
      const right = checkCondition(expression.right, scope, around, `'${expression.operator}'`, hint);
      return left && right && { kind: 'logic', type: 'bool', operator: expression.operator, left, right };
    }
    case 'not': {
      const operand = checkCondition(expression.operand, scope, around, "'not'");
      return operand && { kind: 'not', type: 'bool', operand };
    }
    case 'in':
      return checkIn(expression, scope, around);
    case 'is-null':
      return checkNull(expression, scope, around);
    case 'is-null-stream':
      return checkMissing(expression.stream, expression, scope, around);
  }
}

/** An expression that has to be a bool: a filter, `on`, `having`, an operand of `and`. */
export function checkCondition(expression: Expression, scope: Scope, around: Surroundings, what: string, hint?: string): Typed | undefined {
  const typed = checkExpression(expression, scope, around);
  if (typed === undefined || typed.type === 'bool') return typed && computedWith(typed);
  around.diagnostics.error('type.condition', expression, `${what} takes a bool, found ${typed.type}.`, hint);
  return undefined;
}

function checkAttribute(expression: Extract<Expression, { kind: 'attribute' }>, scope: Scope, around: Surroundings): Typed | undefined {
  const { stream, name } = expression;
  const found = scope.resolve(stream, name.text);
  if ('value' in found) return found.value;
  if ('access' in found) {
    const { access, attribute } = found;
    // A counted step without an index stands for all of its events.
    if (access.from === 'state' && access.many && access.at === undefined) return { kind: 'events', type: 'object', slot: access.slot, index: access.index, element: attribute.type };
    return { kind: 'value', type: attribute.type, access };
  }
  const { diagnostics } = around;
  if ('unknownStream' in found) {
    diagnostics.error('name.unknown-stream', stream ?? expression, `There is no stream or event '${found.unknownStream}' here.`, didYouMean(found.unknownStream, scope.streamNames()) ?? listed(scope.streamNames()));
  } else if ('ambiguous' in found) {
    diagnostics.error('name.ambiguous', name, `'${name.text}' is an attribute of ${found.ambiguous.map((one) => `'${one}'`).join(' and ')}.`, `Write ${found.ambiguous[0] ?? ''}.${name.text}, for example.`);
  } else {
    const of = found.of === '' ? '' : ` of '${found.of}'`;
    diagnostics.error('name.unknown-attribute', name, `There is no attribute '${name.text}'${of} here.`, didYouMean(name.text, scope.attributeNames()));
  }
  return undefined;
}

function listed(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `Known here: ${names.slice(0, 8).join(', ')}.`;
}

function checkArithmetic(expression: Extract<Expression, { kind: 'arithmetic' }>, scope: Scope, around: Surroundings): Typed | undefined {
  const left = checkNumber(expression.left, scope, around, expression.operator);
  const right = checkNumber(expression.right, scope, around, expression.operator);
  if (left === undefined || right === undefined || !isNumeric(left.type) || !isNumeric(right.type)) return undefined;
  return { kind: 'arithmetic', type: promote(left.type, right.type), operator: expression.operator, left, right };
}

function checkNumber(expression: Expression, scope: Scope, around: Surroundings, operator: string): Typed | undefined {
  const typed = checkExpression(expression, scope, around);
  if (typed === undefined || isNumeric(typed.type)) return typed && computedWith(typed);
  const hint = operator === '+' && typed.type === 'string' ? 'Strings are joined with str:concat(a, b).' : undefined;
  around.diagnostics.error('type.arithmetic', expression, `'${operator}' takes numbers, found ${typed.type}.`, hint);
  return undefined;
}

function checkCompare(expression: Extract<Expression, { kind: 'compare' }>, scope: Scope, around: Surroundings): Typed | undefined {
  const left = checkExpression(expression.left, scope, around);
  const right = checkExpression(expression.right, scope, around);
  if (left === undefined || right === undefined) return undefined;
  const { operator } = expression;
  const equality = operator === '==' || operator === '!=';
  const numbers = isNumeric(left.type) && isNumeric(right.type);
  const same = left.type === right.type && (left.type === 'string' || left.type === 'bool');
  if (!numbers && !(equality && same)) {
    const what = left.type === right.type ? `two ${left.type}s` : `${left.type} and ${right.type}`;
    around.diagnostics.error('type.compare', expression, `'${operator}' cannot compare ${what}.`, same ? "Only '==' and '!=' compare them." : undefined);
    return undefined;
  }
  return numbers ? { kind: 'compare', type: 'bool', operator, left: computedWith(left), right: computedWith(right) } : { kind: 'compare', type: 'bool', operator, left, right };
}

function checkNull(expression: Extract<Expression, { kind: 'is-null' }>, scope: Scope, around: Surroundings): Typed | undefined {
  const { operand } = expression;
  // `e1 is null` asks for the event where a stream or event of that name is in scope, else for the attribute.
  if (operand.kind === 'attribute' && operand.stream === undefined) {
    const reference: StreamReference = { name: operand.name.text, prefix: '', from: operand.from, to: operand.to };
    if (scope.source(reference) !== undefined) return checkMissing(reference, expression, scope, around);
  }
  const typed = checkExpression(operand, scope, around);
  return typed && { kind: 'is-null', type: 'bool', operand: typed };
}

function checkMissing(reference: StreamReference, at: Span, scope: Scope, around: Surroundings): Typed | undefined {
  const source = scope.source(reference);
  if (source === undefined) {
    const name = reference.prefix + reference.name;
    around.diagnostics.error('name.unknown-stream', at, `There is no stream or event '${name}' here.`, didYouMean(name, scope.streamNames()));
    return undefined;
  }
  return source.missing?.(reference.index) ?? { kind: 'constant', type: 'bool', value: false };
}

function checkIn(expression: Extract<Expression, { kind: 'in' }>, scope: Scope, around: Surroundings): Typed | undefined {
  const { table } = expression;
  const definition = around.table(table.text);
  if (definition === undefined) {
    around.diagnostics.error('name.unknown-table', table, `There is no table '${table.text}'.`, didYouMean(table.text, around.tableNames()));
    return undefined;
  }
  const { operand } = expression;
  const condition = checkCondition(operand, scope.plus(rowSource([table.text], definition, 'n')), around, "'in'", operand.kind === 'attribute' ? `Write ${table.text}.${operand.name.text} == ${operand.name.text} in ${table.text}, for example.` : undefined);
  return condition && { kind: 'in', type: 'bool', table: table.text, condition };
}

function checkCall(expression: Call, scope: Scope, around: Surroundings): Typed | undefined {
  const { namespace, name } = expression;
  const full = namespace === '' ? name.text : `${namespace}:${name.text}`;
  if (namespace === '' && name.text === 'eventTimestamp') return checkEventTimestamp(expression, scope, around);
  if (EXTENSION_AGGREGATORS.has(full)) return checkExtensionAggregate(expression, full, scope, around);
  const definition = namespace === '' ? (FUNCTIONS.get(name.text) ?? around.extension('', name.text)) : around.extension(namespace, name.text);
  if (definition !== undefined) {
    const values = checkAll(expression.arguments, scope, around);
    if (values === undefined) return undefined;
    const built = definition.build(values);
    if (!('wrong' in built)) return built;
    around.diagnostics.error('type.arguments', expression, `${full} ${built.wrong}.`, `Form: ${definition.form}`);
    return undefined;
  }
  if (namespace === '' && AGGREGATORS.has(name.text)) return checkAggregate(expression, scope, around);
  const known = [...FUNCTIONS.keys(), ...AGGREGATORS.keys(), 'eventTimestamp', ...around.extensionNames(), ...EXTENSION_AGGREGATORS.keys()];
  around.diagnostics.error('name.unknown-function', name, REFUSED.get(full) ?? `There is no function '${full}'.`, REFUSED.has(full) ? undefined : didYouMean(full, known));
  return undefined;
}

function checkAll(list: readonly Expression[], scope: Scope, around: Surroundings): Typed[] | undefined {
  const values = list.map((one) => checkExpression(one, scope, around));
  const known = values.filter((one) => one !== undefined);
  return known.length === values.length ? known : undefined;
}

function checkEventTimestamp(expression: Call, scope: Scope, around: Surroundings): Typed | undefined {
  const [event, ...more] = expression.arguments;
  if (event === undefined) return { kind: 'timestamp', type: 'long' };
  const named = event.kind === 'attribute' && event.stream === undefined && more.length === 0 ? event : undefined;
  const source = named === undefined ? undefined : scope.source({ name: named.name.text, prefix: '', from: named.from, to: named.to });
  if (source?.timestamp !== undefined) return source.timestamp(undefined);
  around.diagnostics.error('type.arguments', named ?? expression, 'eventTimestamp takes the name of an event of the pattern, or nothing.', listed(scope.streamNames()));
  return undefined;
}

function checkExtensionAggregate(expression: Call, name: string, scope: Scope, around: Surroundings): Typed | undefined {
  const { aggregates } = scope.options;
  const definition = EXTENSION_AGGREGATORS.get(name);
  if (definition === undefined) return undefined;
  if (aggregates === undefined) {
    around.diagnostics.error('type.aggregate', expression, `${name} is an aggregator; it stands in 'select', in 'having' or in a stream's filter only.`);
    return undefined;
  }
  const values = checkAll(expression.arguments, scope.inside(), around);
  const built = values && definition.build(values);
  if (built === undefined) return undefined;
  if ('wrong' in built) {
    around.diagnostics.error('type.arguments', expression, `${name} ${built.wrong}.`, `Form: ${definition.form}`);
    return undefined;
  }
  const index = aggregates.add({ name, type: built.type, inputType: built.argument.type, argument: built.argument, settings: built.settings });
  return { kind: 'aggregate', type: built.type, index };
}

function checkAggregate(expression: Call, scope: Scope, around: Surroundings): Typed | undefined {
  const name = expression.name.text;
  const { aggregates } = scope.options;
  const definition = AGGREGATORS.get(name);
  if (definition === undefined) return undefined;
  if (aggregates === undefined) {
    around.diagnostics.error('type.aggregate', expression, `${name} is an aggregator; it stands in 'select', in 'having' or in a stream's filter only.`);
    return undefined;
  }
  if (expression.star) {
    around.diagnostics.error('type.arguments', expression, `${name} takes no '*'.`, `Form: ${definition.form}`);
    return undefined;
  }
  if (expression.arguments.length > 1) {
    around.diagnostics.error('type.arguments', expression, `${name} takes at most one argument, found ${expression.arguments.length}.`, `Form: ${definition.form}`);
    return undefined;
  }
  const [given] = expression.arguments;
  // An aggregator inside an aggregator's argument has nothing to aggregate.
  const argument = given === undefined ? undefined : checkExpression(given, scope.inside(), around);
  if (given !== undefined && argument === undefined) return undefined;
  const type = definition.type(argument?.type);
  if (typeof type !== 'string') {
    around.diagnostics.error('type.arguments', expression, `${name} ${type.wrong}.`, `Form: ${definition.form}`);
    return undefined;
  }
  const index = aggregates.add({ name, type, inputType: argument?.type, argument: argument && computedWith(argument) });
  return { kind: 'aggregate', type, index };
}
