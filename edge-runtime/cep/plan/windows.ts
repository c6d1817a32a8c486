import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Call, Expression, Handler } from '../language/syntax.ts';
import { parseCron } from '../operators/cron.ts';
import { checkExpression, type Surroundings } from './check-expression.ts';
import type { WindowPlan } from './plan.ts';
import type { Scope } from './scope.ts';
import { foundArguments, isNumeric, type Typed } from './types.ts';
import { planWindowCondition } from './window-condition.ts';
import { ORDERED, START, UNIQUE, WINDOWS, type Form, type Parameter, type WindowDefinition } from './window-forms.ts';

/** Events in one length window; 10 million rows are some 2 GB. */
export const WINDOW_LENGTH_MAX = 10_000_000;

/** Whether it is written as a window is, or is one of the language's own without `window.` before it. What a namespace has may stand before another. */
export function isWindow(handler: Handler): boolean {
  return handler.kind === 'window' || (handler.kind === 'function' && handler.call.namespace === '' && WINDOWS.has(handler.call.name.text));
}

/** An attribute that is a bool itself is a condition too: that of its name. */
function conditionOf(value: Typed | undefined, written: Expression | undefined): Typed | undefined {
  if (value?.kind !== 'value' || value.type !== 'bool' || written?.kind !== 'attribute') return value;
  return { kind: 'constant', type: 'string', value: `\`${written.name.text}\`` };
}

/** Checks a window's name and parameters; undefined when something was reported. */
export function planWindow(call: Call, scope: Scope, around: Surroundings): WindowPlan | undefined {
  const { diagnostics } = around;
  const name = call.namespace === '' ? call.name.text : `${call.namespace}:${call.name.text}`;
  const definition = WINDOWS.get(name);
  if (definition === undefined) {
    diagnostics.error('name.unknown-window', call.name, `There is no window '${name}'.`, didYouMean(name, WINDOWS.keys()));
    return undefined;
  }
  const values = call.arguments.map((one) => checkExpression(one, scope, around));
  const typed = values.filter((one) => one !== undefined);
  if (typed.length < values.length) return undefined;
  const form = definition.forms.find((one) => fits(one, typed, definition.rest));
  if (form === undefined) {
    const forms = definition.forms.map((one) => one.text).join(' or ');
    diagnostics.error('type.window', call, `The window ${name} is written ${forms}, found ${foundArguments(typed)}.`);
    return undefined;
  }
  if (!inRange(call, form, typed, diagnostics) || !makesSense(call, form, typed, diagnostics)) return undefined;
  const [source] = scope.sources;
  const conditional = form.parameters[0]?.accepts === 'condition';
  const condition = conditional && source !== undefined ? planWindowCondition(conditionOf(typed[0], call.arguments[0]), source.definition, call.arguments[0] ?? call, around) : undefined;
  if (conditional && condition === undefined) return undefined;
  const keys = form.parameters[0] === UNIQUE ? typed.filter((_, index) => (form.parameters[index] ?? UNIQUE) === UNIQUE) : undefined;
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(keys === undefined ? {} : { keys }),
    name,
    arguments: typed,
    constants: typed.map((one) => (one.kind === 'constant' ? one.value : undefined)),
    label: labelOf(name, form, typed),
    sliding: definition.sliding,
  };
}

/** What one parameter alone cannot tell. */
function makesSense(call: Call, form: Form, values: readonly Typed[], diagnostics: Diagnostics): boolean {
  const valueOf = (name: string): unknown => {
    const value = values[form.parameters.findIndex((one) => one.name === name)];
    return value?.kind === 'constant' ? value.value : undefined;
  };
  const calendar = valueOf('calendar');
  const cron = calendar === undefined ? undefined : parseCron(String(calendar));
  if (cron !== undefined && 'wrong' in cron) {
    diagnostics.error('type.cron', call.arguments[0] ?? call, `A cron expression ${cron.wrong}.`, "Fields: second minute hour day month weekday [year], for example '0 0/5 * * * ?'.");
    return false;
  }
  if (Number(valueOf('latency') ?? 0) > Number(valueOf('time') ?? Number.POSITIVE_INFINITY)) {
    diagnostics.error('type.window', call, 'The latency of a session is at most its gap.');
    return false;
  }
  if (valueOf('error') !== undefined && Number(valueOf('error')) >= Number(valueOf('support'))) {
    diagnostics.error('type.window', call, 'The error of lossyFrequent is less than its support.');
    return false;
  }
  return true;
}

function fits(form: Form, values: readonly Typed[], rest: WindowDefinition['rest']): boolean {
  const { parameters } = form;
  if (values.length < parameters.length || (rest === undefined && values.length > parameters.length)) return false;
  return values.every((value, index) => {
    const parameter = parameters[index];
    if (parameter !== undefined) return accepts(parameter, value);
    if (rest === 'keys') return accepts(UNIQUE, value);
    if (value.kind === 'value') return rest === 'attributes' || accepts(ORDERED, value);
    return rest === 'order' && value.kind === 'constant' && /^(asc|desc)$/i.test(String(value.value)) && values[index - 1]?.kind === 'value';
  });
}

function accepts(parameter: Parameter, value: Typed | undefined): boolean {
  if (value === undefined) return false;
  switch (parameter.accepts) {
    case 'count':
      return value.kind === 'constant' && value.type === 'int';
    case 'time':
    case 'any-time':
      return value.kind === 'constant' && (value.type === 'int' || value.type === 'long');
    case 'bool':
      return value.kind === 'constant' && value.type === 'bool';
    case 'key':
      return value.kind !== 'constant';
    case 'ordered-attribute':
      return value.kind === 'value' && (value.type === 'string' || isNumeric(value.type));
    case 'time-attribute':
      return value.kind === 'value' && value.type === 'long';
    case 'start-or-attribute':
      return value.kind === 'constant' ? value.type === 'int' || value.type === 'long' : value.kind === 'value' && value.type === 'long';
    case 'text':
      return value.kind === 'constant' && value.type === 'string';
    case 'text-attribute':
      return value.kind === 'value' && value.type === 'string';
    case 'condition':
      return (value.kind === 'constant' && value.type === 'string') || (value.kind === 'value' && (value.type === 'string' || value.type === 'bool'));
    case 'bool-or-attribute':
      return (value.kind === 'constant' || value.kind === 'value') && value.type === 'bool';
    case 'number-attribute':
      return value.kind === 'value' && isNumeric(value.type);
    case 'share':
      return value.kind === 'constant' && (value.type === 'double' || value.type === 'float') && Number(value.value) > 0 && Number(value.value) <= 1;
  }
}

const MEASURED: ReadonlySet<Parameter['accepts']> = new Set<Parameter['accepts']>(['count', 'time', 'start-or-attribute']);

/** Windows whose events may leave in the moment in which they came. */
const MAY_LAST_NO_TIME: ReadonlySet<string> = new Set(['time', 'timeLength', 'delay']);

function inRange(call: Call, form: Form, values: readonly Typed[], diagnostics: Diagnostics): boolean {
  return form.parameters.every((parameter, index) => {
    const value = values[index];
    if (!MEASURED.has(parameter.accepts) || value?.kind !== 'constant') return true;
    const number = Number(value.value);
    const max = parameter.accepts === 'count' ? WINDOW_LENGTH_MAX : Number.MAX_SAFE_INTEGER / 2;
    if (parameter === START && Math.abs(number) <= max) return true;
    const min = (parameter.name === 'time' && !MAY_LAST_NO_TIME.has(call.name.text)) || parameter.name === 'hop' || parameter.name === 'batch' ? 1 : 0;
    if (number >= min && number <= max) return true;
    diagnostics.error('limit.window', call.arguments[index] ?? call, `The ${parameter.name} of a window is from ${min} to ${max}, found ${number}.`);
    return false;
  });
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
  [1, 'millisecond'],
];

/** "1-hour", "90-second", "10-event". */
function labelOf(name: string, form: Form, values: readonly Typed[]): string {
  const [parameter] = form.parameters;
  const [value] = values;
  if (value?.kind !== 'constant') return name;
  const number = Number(value.value);
  if (parameter?.accepts === 'count') return `${number}-event`;
  if (parameter?.accepts !== 'time') return name;
  const [size, unit] = UNITS.find(([one]) => number % one === 0) ?? [1, 'millisecond'];
  return `${number / size}-${unit}`;
}
