import { CepError } from '../api.ts';
import { Cursor, SyntaxFailure } from '../language/cursor.ts';
import { Diagnostics, type Span } from '../language/diagnostics.ts';
import { tokenize } from '../language/lexer.ts';
import { parseExpression } from '../language/parse-expression.ts';
import type { WindowCondition } from './plan.ts';
import { checkCondition, type Surroundings } from './check-expression.ts';
import type { SelectionPlan } from './plan.ts';
import { AggregateCollector, Scope, type ScopeSource } from './scope.ts';
import type { Definition, Typed } from './types.ts';

/** Conditions that one window has read from its events and remembers; beyond that they are read again. */
const CONDITIONS_MAX = 1000;

/** The condition of an `expression` window: a text in the app, or an attribute that brings one. */
export function planWindowCondition(argument: Typed | undefined, definition: Definition, at: Span, around: Surroundings): WindowCondition | undefined {
  const read = new Map<string, SelectionPlan>();
  const compile = (text: string): SelectionPlan => {
    const known = read.get(text);
    if (known !== undefined) return known;
    const diagnostics = new Diagnostics(text);
    const plan = readCondition(text, definition, { ...around, diagnostics, observe: undefined });
    const [wrong] = diagnostics.list;
    if (plan === undefined || wrong !== undefined) throw new CepError('type.window', `The condition '${text}' cannot be used: ${wrong?.message ?? 'it is empty.'}`);
    if (read.size >= CONDITIONS_MAX) read.clear();
    read.set(text, plan);
    return plan;
  };
  if (argument?.kind === 'value' && argument.access.from === 'row') return { fixed: undefined, text: argument.access.index, compile };
  if (argument?.kind !== 'constant') return undefined;
  try {
    return { fixed: compile(String(argument.value)), text: undefined, compile };
  } catch (failure) {
    if (!(failure instanceof CepError)) throw failure;
    around.diagnostics.error(failure.code, at, failure.message);
    return undefined;
  }
}

function readCondition(text: string, definition: Definition, around: Surroundings): SelectionPlan | undefined {
  const cursor = new Cursor(tokenize(text, around.diagnostics), around.diagnostics);
  try {
    const expression = parseExpression(cursor);
    if (!cursor.done) cursor.fail(['the end of the condition']);
    const aggregates = new AggregateCollector();
    const own = sourceOf([definition.name], definition, 'r');
    const scope = new Scope([own, sourceOf(['first'], definition, 'l'), sourceOf(['last'], definition, 'q')], { aggregates, preferred: own });
    const condition = checkCondition(expression, scope, around, 'A window');
    if (condition === undefined) return undefined;
    return { attributes: [{ name: 'holds', type: 'bool' }], outputs: [condition], identity: false, aggregates: aggregates.list, groupBy: [], having: undefined, orderBy: [], limit: undefined, offset: undefined };
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure;
    return undefined;
  }
}

/** Rows come with their time behind the last attribute. */
function sourceOf(names: readonly string[], definition: Definition, variable: 'r' | 'l' | 'q'): ScopeSource {
  const access = (index: number): Extract<Typed, { kind: 'value' }>['access'] => ({ from: 'row', variable, index, optional: false });
  return { names, definition, access, timestamp: () => ({ kind: 'value', type: 'long', access: access(definition.attributes.length) }) };
}
