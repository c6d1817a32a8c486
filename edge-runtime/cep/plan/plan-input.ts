import type { Attribute, Environment, ModelSignature } from '../api.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Call, Handler, SingleInput } from '../language/syntax.ts';
import { checkCondition, checkExpression, type Surroundings } from './check-expression.ts';
import type { HandlerPlan, SingleInputPlan } from './plan.ts';
import { AggregateCollector, rowSource, Scope } from './scope.ts';
import { STREAM_FUNCTIONS } from './stream-functions.ts';
import { SERIES_FUNCTIONS } from './time-series.ts';
import type { Definition, Typed } from './types.ts';
import { WINDOWS } from './window-forms.ts';
import { isWindow, planWindow } from './windows.ts';

/** Where predictions are noted and models are looked up. */
export interface ModelBook {
  environment: Environment;
  used: { reference: string; at: number }[];
}

export interface PlannedInput {
  /** Undefined where a filter or window was reported; what follows can be checked all the same. */
  plan: SingleInputPlan | undefined;
  /** What a selection over this input may use. */
  scope: Scope;
  predictions: number;
}

/** Checks a stream with its filters, functions and window; each handler sees what those before it added. */
export function planSingleInput(input: SingleInput, definition: Definition, around: Surroundings, models: ModelBook): PlannedInput | undefined {
  const name = input.source.prefix + input.source.name;
  const names = input.alias === undefined ? [name] : [input.alias.text, name];
  let attributes = definition.attributes;
  const handlers: HandlerPlan[] = [];
  let wrong = false;
  let windows = 0;
  for (const handler of input.handlers) {
    const scope = new Scope([rowSource(names, { name, attributes }, 'r')]);
    if (isWindow(handler) && ++windows > 1) {
      around.diagnostics.error('type.window', handler, 'A stream has at most one window.', 'Put the first result into a stream of its own.');
    }
    const plan = planHandler(handler, scope, around, models);
    if (plan?.kind === 'series' && windows > 0) around.diagnostics.error('type.window', handler, `${plan.name} stands before the window, since it remembers events of its own.`);
    if (plan === undefined) {
      // What a function would have added is not known, and so not what follows it either.
      if (handler.kind === 'function') return undefined;
      wrong = true;
    } else {
      handlers.push(plan);
      attributes = [...attributes, ...addedBy(plan, attributes, handler, around)];
    }
  }
  const scope = new Scope([rowSource(names, { name, attributes }, 'r')]);
  const predictions = handlers.filter((one) => one.kind === 'predict').length;
  return { plan: wrong ? undefined : { kind: 'single', stream: name, handlers }, scope, predictions };
}

function planHandler(handler: Handler, scope: Scope, around: Surroundings, models: ModelBook): HandlerPlan | undefined {
  switch (handler.kind) {
    case 'filter': {
      const aggregates = new AggregateCollector();
      const condition = checkCondition(handler.condition, scope.with({ aggregates }), around, 'A filter');
      if (condition === undefined || aggregates.list.length === 0) return condition && { kind: 'filter', condition };
      return { kind: 'aggregating-filter', condition, aggregates: aggregates.list };
    }
    case 'window': {
      const window = planWindow(handler.call, scope, around);
      return window && { kind: 'window', window };
    }
    case 'function':
      return handler.call.namespace === 'model' && handler.call.name.text === 'predict'
        ? planPrediction(handler.call, scope, around, models)
        : planStreamFunction(handler.call, scope, around);
  }
}

function addedBy(plan: HandlerPlan, before: readonly Attribute[], handler: Handler, around: Surroundings): readonly Attribute[] {
  const added = plan.kind === 'extend' || plan.kind === 'series' ? plan.added : plan.kind === 'predict' ? plan.signature.outputs : [];
  for (const { name } of added) {
    if (before.some((one) => one.name === name)) {
      around.diagnostics.error('name.duplicate-attribute', handler, `This adds the attribute '${name}', which the stream has already.`, `Rename it first: select … ${name} as another name.`);
    }
  }
  return added;
}

function planStreamFunction(call: Call, scope: Scope, around: Surroundings): HandlerPlan | undefined {
  const name = call.namespace === '' ? call.name.text : `${call.namespace}:${call.name.text}`;
  // Without 'window.' before it, as the manuals of Siddhi have it.
  if (WINDOWS.has(name)) {
    const window = planWindow(call, scope, around);
    return window && { kind: 'window', window };
  }
  const definition = SERIES_FUNCTIONS.get(name) ?? STREAM_FUNCTIONS.get(name);
  if (definition === undefined) {
    around.diagnostics.error('name.unknown-function', call.name, `There is no stream function '${name}'.`, didYouMean(name, [...STREAM_FUNCTIONS.keys(), ...SERIES_FUNCTIONS.keys(), ...WINDOWS.keys(), 'model:predict']));
    return undefined;
  }
  const values = checkArguments(call, scope, around);
  if (values === undefined) return undefined;
  const built = definition.build(values);
  if ('wrong' in built) {
    around.diagnostics.error('type.arguments', call, `${name} ${built.wrong}.`, `Form: ${definition.form}`);
    return undefined;
  }
  if (built.setting !== undefined) return { kind: 'series', name, ...built };
  return { kind: 'extend', name, arguments: values, added: built.added };
}

function checkArguments(call: Call, scope: Scope, around: Surroundings): Typed[] | undefined {
  const values = call.arguments.map((one) => checkExpression(one, scope, around));
  const known = values.filter((one) => one !== undefined);
  return known.length === values.length ? known : undefined;
}

/** `#model:predict('name@alias', a, b)`: the whole chain stream, rule, model signature, stream is checked here. */
function planPrediction(call: Call, scope: Scope, around: Surroundings, models: ModelBook): HandlerPlan | undefined {
  const { diagnostics } = around;
  const [first, ...rest] = call.arguments;
  if (first?.kind !== 'constant' || typeof first.value !== 'string') {
    diagnostics.error('type.arguments', first ?? call, "model:predict takes the model's name in quotes first.", "Form: #model:predict('name@alias', input, …)");
    return undefined;
  }
  const reference = first.value;
  models.used.push({ reference, at: first.from });
  const values = checkArguments({ ...call, arguments: rest }, scope, around);
  const signature = models.environment.model?.(reference) ?? { missing: 'no models are known here' };
  if ('missing' in signature) {
    diagnostics.error('model.unknown', first, `The model '${reference}' cannot be used: ${signature.missing}.`);
    return undefined;
  }
  if (values === undefined || !inputsFit(call, reference, values, signature, around)) return undefined;
  return { kind: 'predict', reference, signature, arguments: values };
}

const WIDENS: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long', 'double'],
  double: ['int', 'long', 'float'],
};

function inputsFit(call: Call, reference: string, values: readonly Typed[], signature: ModelSignature, around: Surroundings): boolean {
  const { inputs } = signature;
  if (values.length !== inputs.length) {
    const names = inputs.map((one) => `${one.name} ${one.type}`).join(', ');
    around.diagnostics.error('model.inputs', call, `'${reference}' takes ${inputs.length} inputs (${names}), found ${values.length}.`);
    return false;
  }
  return inputs.every((input, index) => {
    const value = values[index];
    if (value === undefined || value.type === input.type || WIDENS[input.type]?.includes(value.type) === true) return true;
    around.diagnostics.error('model.inputs', call.arguments[index + 1] ?? call, `The input '${input.name}' of '${reference}' is ${input.type}, found ${value.type}.`);
    return false;
  });
}
