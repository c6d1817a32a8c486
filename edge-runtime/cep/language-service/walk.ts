import type { App, Call, Expression, Handler, Partition, Query, QueryInput, SingleInput, StateAbsent, StateElement, StateStream } from '../language/syntax.ts';
import { WINDOWS } from '../plan/window-forms.ts';

/** A query with the partition that it stands in. */
export interface PlacedQuery {
  query: Query;
  partition: Partition | undefined;
}

/** Every query of an app, in the order of the text, the inner ones of anonymous streams before those around them. */
export function queriesOf(app: App): PlacedQuery[] {
  const list: PlacedQuery[] = [];
  const add = (query: Query, partition: Partition | undefined): void => {
    if (query.input.kind === 'anonymous') add(query.input.query, partition);
    list.push({ query, partition });
  };
  for (const element of app.elements) {
    if (element.kind === 'query') add(element, undefined);
    else for (const query of element.queries) add(query, element);
  }
  return list;
}

/** The streams of an input as written, each with its filters, functions and window. */
export function sourcesIn(input: QueryInput): (SingleInput | StateStream | StateAbsent)[] {
  switch (input.kind) {
    case 'single':
      return [input];
    case 'join':
      return [input.left, input.right];
    case 'anonymous':
      return [];
    case 'pattern':
    case 'sequence':
      return stepsOf(input.element);
  }
}

export function stepsOf(element: StateElement): (StateStream | StateAbsent)[] {
  switch (element.kind) {
    case 'stream':
    case 'absent':
      return [element];
    case 'count':
      return [element.stream];
    case 'logical':
      return [element.left, element.right];
    case 'every':
      return stepsOf(element.element);
    case 'next':
      return element.steps.flatMap(stepsOf);
  }
}

/** Every filter, function and window of a query, in the order of the text. */
export function handlersOf(input: QueryInput): Handler[] {
  const own = sourcesIn(input).flatMap((one) => one.handlers);
  return input.kind === 'anonymous' ? input.handlers : own;
}

/** The expressions that a query is made of, whole ones only. */
export function expressionsOf(query: Query): Expression[] {
  const { input, select, output } = query;
  const list: Expression[] = handlersOf(input).flatMap((one) => (one.kind === 'filter' ? [one.condition] : [one.call]));
  if (input.kind === 'join') list.push(...present(input.on, input.within?.start, input.within?.end, input.per));
  list.push(...select.attributes.map((one) => one.expression), ...select.groupBy, ...select.orderBy.map((one) => one.attribute));
  list.push(...present(select.having, select.limit, select.offset));
  if (output.kind === 'update' || output.kind === 'upsert') list.push(...output.set.flatMap((one) => [one.attribute, one.value]));
  if (output.kind !== 'insert' && output.kind !== 'return') list.push(...present(output.on));
  return list;
}

function present<T>(...list: (T | undefined)[]): T[] {
  return list.filter((one) => one !== undefined);
}

/** An expression and all within it, from the outside in. */
export function within(expression: Expression, visit: (one: Expression) => void): void {
  visit(expression);
  for (const part of partsOf(expression)) within(part, visit);
}

export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.arguments;
    case 'arithmetic':
    case 'compare':
    case 'logic':
      return [expression.left, expression.right];
    case 'not':
    case 'in':
    case 'is-null':
      return [expression.operand];
    default:
      return [];
  }
}

/** Every call in a text: of functions, windows and stream functions. */
export function callsOf(app: App): { call: Call; role: 'function' | 'window' | 'stream-function' }[] {
  const list: { call: Call; role: 'function' | 'window' | 'stream-function' }[] = [];
  const inner = (expression: Expression): void => within(expression, (one) => {
    if (one.kind === 'call') list.push({ call: one, role: 'function' });
  });
  const handlers = (all: readonly Handler[]): void => {
    for (const handler of all) {
      if (handler.kind === 'filter') inner(handler.condition);
      else {
        list.push({ call: handler.call, role: roleOf(handler.kind, handler.call) });
        handler.call.arguments.forEach(inner);
      }
    }
  };
  for (const definition of app.definitions) {
    if (definition.kind === 'window' && definition.window !== undefined) list.push({ call: definition.window, role: 'window' });
    if (definition.kind !== 'aggregation') continue;
    handlers(definition.source.handlers);
    for (const { expression } of definition.select.attributes) inner(expression);
  }
  for (const { query } of queriesOf(app)) {
    handlers(handlersOf(query.input));
    const calls = new Set(handlersOf(query.input).map((one) => (one.kind === 'filter' ? one.condition : one.call)));
    for (const expression of expressionsOf(query)) if (!calls.has(expression)) inner(expression);
  }
  return list;
}

/** A window may be written without `window.` before it. */
function roleOf(kind: 'window' | 'function', { namespace, name }: Call): 'window' | 'stream-function' {
  return kind === 'window' || WINDOWS.has(namespace === '' ? name.text : `${namespace}:${name.text}`) ? 'window' : 'stream-function';
}
