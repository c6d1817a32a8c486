import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Call } from '../language/syntax.ts';
import { checkExpression, type Surroundings } from './check-expression.ts';
import type { WindowPlan } from './plan.ts';
import type { Scope } from './scope.ts';
import type { Typed } from './types.ts';

/** A parameter list that a window accepts. */
interface Form {
  text: string;
  parameters: readonly Parameter[];
}

interface Parameter {
  name: string;
  accepts: 'count' | 'time' | 'bool' | 'attribute' | 'time-attribute' | 'any-time';
}

interface WindowDefinition {
  sliding: boolean;
  forms: readonly Form[];
  /** For windows whose parameters go on: what is allowed after the form's own. */
  rest?: 'attributes' | 'order';
}

/** Events in one length window; 10 million rows are some 2 GB. */
export const WINDOW_LENGTH_MAX = 10_000_000;

const COUNT: Parameter = { name: 'length', accepts: 'count' };
const TIME: Parameter = { name: 'time', accepts: 'time' };
const START: Parameter = { name: 'start', accepts: 'time' };
const ATTRIBUTE: Parameter = { name: 'attribute', accepts: 'attribute' };
const TIME_ATTRIBUTE: Parameter = { name: 'timestamp', accepts: 'time-attribute' };
const STREAMING: Parameter = { name: 'stream.current.event', accepts: 'bool' };

const DISCARDS: Parameter = { name: 'discard.late', accepts: 'bool' };
/** A time, or -1 for none. */
const TIMEOUT: Parameter = { name: 'timeout', accepts: 'any-time' };
const SLACK: Parameter = { name: 'slack', accepts: 'any-time' };

export const WINDOWS: ReadonlyMap<string, WindowDefinition> = new Map<string, WindowDefinition>([
  ['length', { sliding: true, forms: [{ text: 'length(count)', parameters: [COUNT] }] }],
  ['lengthBatch', { sliding: false, forms: [{ text: 'lengthBatch(count)', parameters: [COUNT] }, { text: 'lengthBatch(count, streamCurrentEvents)', parameters: [COUNT, STREAMING] }] }],
  ['time', { sliding: true, forms: [{ text: 'time(5 sec)', parameters: [TIME] }] }],
  [
    'timeBatch',
    {
      sliding: false,
      forms: [
        { text: 'timeBatch(5 sec)', parameters: [TIME] },
        { text: 'timeBatch(5 sec, start)', parameters: [TIME, START] },
        { text: 'timeBatch(5 sec, streamCurrentEvents)', parameters: [TIME, STREAMING] },
        { text: 'timeBatch(5 sec, start, streamCurrentEvents)', parameters: [TIME, START, STREAMING] },
      ],
    },
  ],
  ['batch', { sliding: false, forms: [{ text: 'batch()', parameters: [] }, { text: 'batch(count)', parameters: [COUNT] }] }],
  ['externalTime', { sliding: true, forms: [{ text: 'externalTime(timestamp, 5 sec)', parameters: [TIME_ATTRIBUTE, TIME] }] }],
  ['timeLength', { sliding: true, forms: [{ text: 'timeLength(5 sec, count)', parameters: [TIME, COUNT] }] }],
  ['delay', { sliding: false, forms: [{ text: 'delay(5 sec)', parameters: [TIME] }] }],
  ['sort', { sliding: true, rest: 'order', forms: [{ text: "sort(count, attribute, 'asc' or 'desc', …)", parameters: [COUNT, ATTRIBUTE] }] }],
  ['frequent', { sliding: true, rest: 'attributes', forms: [{ text: 'frequent(count, attribute, …)', parameters: [COUNT] }] }],
  ['unique:ever', { sliding: true, rest: 'attributes', forms: [{ text: 'unique:ever(attribute, …)', parameters: [ATTRIBUTE] }] }],
  ['unique:first', { sliding: true, rest: 'attributes', forms: [{ text: 'unique:first(attribute, …)', parameters: [ATTRIBUTE] }] }],
  ['unique:length', { sliding: true, forms: [{ text: 'unique:length(attribute, count)', parameters: [ATTRIBUTE, COUNT] }] }],
  ['unique:time', { sliding: true, forms: [{ text: 'unique:time(attribute, 5 sec)', parameters: [ATTRIBUTE, TIME] }] }],
  ['unique:deduplicate', { sliding: true, forms: [{ text: 'unique:deduplicate(attribute, 5 sec)', parameters: [ATTRIBUTE, TIME] }] }],
  ['unique:lengthBatch', { sliding: false, forms: [{ text: 'unique:lengthBatch(attribute, count)', parameters: [ATTRIBUTE, COUNT] }] }],
  ['unique:firstLengthBatch', { sliding: false, forms: [{ text: 'unique:firstLengthBatch(attribute, count)', parameters: [ATTRIBUTE, COUNT] }] }],
  ['unique:timeBatch', { sliding: false, forms: [{ text: 'unique:timeBatch(attribute, 5 sec)', parameters: [ATTRIBUTE, TIME] }, { text: 'unique:timeBatch(attribute, 5 sec, start)', parameters: [ATTRIBUTE, TIME, START] }] }],
  ['unique:firstTimeBatch', { sliding: false, forms: [{ text: 'unique:firstTimeBatch(attribute, 5 sec)', parameters: [ATTRIBUTE, TIME] }, { text: 'unique:firstTimeBatch(attribute, 5 sec, start)', parameters: [ATTRIBUTE, TIME, START] }] }],
  ['unique:timeLengthBatch', { sliding: false, forms: [{ text: 'unique:timeLengthBatch(attribute, 5 sec, count)', parameters: [ATTRIBUTE, TIME, COUNT] }, { text: 'unique:timeLengthBatch(attribute, 5 sec, start, count)', parameters: [ATTRIBUTE, TIME, START, COUNT] }] }],
  [
    'reorder:kslack',
    {
      sliding: false,
      forms: [
        { text: 'reorder:kslack(timestamp)', parameters: [TIME_ATTRIBUTE] },
        { text: 'reorder:kslack(timestamp, discardLate)', parameters: [TIME_ATTRIBUTE, DISCARDS] },
        { text: 'reorder:kslack(timestamp, timeout)', parameters: [TIME_ATTRIBUTE, TIMEOUT] },
        { text: 'reorder:kslack(timestamp, timeout, longest slack)', parameters: [TIME_ATTRIBUTE, TIMEOUT, SLACK] },
        { text: 'reorder:kslack(timestamp, timeout, longest slack, discardLate)', parameters: [TIME_ATTRIBUTE, TIMEOUT, SLACK, DISCARDS] },
      ],
    },
  ],
]);

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
    const found = typed.length === 0 ? 'nothing' : typed.map((one) => (one.kind === 'constant' ? `a ${one.type} constant` : one.type)).join(', ');
    const forms = definition.forms.map((one) => one.text).join(' or ');
    diagnostics.error('type.window', call, `The window ${name} is written ${forms}, found ${found}.`);
    return undefined;
  }
  if (!inRange(call, form, typed, diagnostics)) return undefined;
  return {
    name,
    arguments: typed,
    constants: typed.map((one) => (one.kind === 'constant' ? one.value : undefined)),
    label: labelOf(name, form, typed),
    sliding: definition.sliding,
  };
}

function fits(form: Form, values: readonly Typed[], rest: WindowDefinition['rest']): boolean {
  const { parameters } = form;
  if (values.length < parameters.length || (rest === undefined && values.length > parameters.length)) return false;
  return values.every((value, index) => {
    const parameter = parameters[index];
    if (parameter !== undefined) return accepts(parameter, value);
    if (value.kind === 'value') return true;
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
    case 'attribute':
      return value.kind === 'value';
    case 'time-attribute':
      return value.kind === 'value' && value.type === 'long';
  }
}

function inRange(call: Call, form: Form, values: readonly Typed[], diagnostics: Diagnostics): boolean {
  return form.parameters.every((parameter, index) => {
    const value = values[index];
    if (parameter.accepts === 'bool' || parameter.accepts === 'any-time' || parameter.accepts === 'attribute' || parameter.accepts === 'time-attribute' || value?.kind !== 'constant') return true;
    const number = Number(value.value);
    const max = parameter.accepts === 'count' ? WINDOW_LENGTH_MAX : Number.MAX_SAFE_INTEGER / 2;
    const min = parameter.name === 'time' ? 1 : 0;
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
