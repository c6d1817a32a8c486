import type { AttributeType } from '../../api.ts';
import type { FunctionDefinition, FunctionResult } from '../functions.ts';
import type { Typed } from '../types.ts';

/** What a parameter may be: n number, r float or double, w int or long, s string, i int, l long, d double, b bool, o object, v all but an object, a anything. */
const KINDS: Readonly<Record<string, { types: readonly AttributeType[]; name: string }>> = {
  n: { types: ['int', 'long', 'float', 'double'], name: 'number' },
  r: { types: ['float', 'double'], name: 'float or double' },
  w: { types: ['int', 'long'], name: 'int or long' },
  s: { types: ['string'], name: 'string' },
  i: { types: ['int'], name: 'int' },
  l: { types: ['long'], name: 'long' },
  d: { types: ['double'], name: 'double' },
  b: { types: ['bool'], name: 'bool' },
  o: { types: ['object'], name: 'object' },
  v: { types: ['int', 'long', 'float', 'double', 'string', 'bool'], name: 'value' },
  a: { types: ['int', 'long', 'float', 'double', 'string', 'bool', 'object'], name: 'value' },
};

export type Run = (...values: readonly unknown[]) => unknown;

export interface Extension {
  /** The parameters by their letters; `!` behind one that is constant, `?` behind one that may be left out, `*` behind the last for any number of it. Several forms are divided by `|`. */
  takes: string;
  gives: AttributeType | ((values: readonly Typed[]) => AttributeType);
  /** Without `nulls`, it is not called when a value is missing and gives null. */
  run?: Run;
  nulls?: boolean;
  /** Makes `run` from what is constant among the arguments, once. */
  prepare?: (values: readonly Typed[]) => Run | { wrong: string };
}

/** A function of a namespace from a short description of it. A function that cannot give a value gives null. */
export function extension(name: string, described: Extension): [string, FunctionDefinition] {
  const forms = described.takes.split('|').map((one) => one.trim().split(' ').filter((part) => part !== ''));
  const form = forms.map((parts) => `${name}(${parts.map(parameter).join(', ')})`).join(' or ');
  return [name, { form, build: (values) => build(described, forms, values) }];
}

function parameter(part: string): string {
  const named = `${part.includes('!') ? 'constant ' : ''}${KINDS[part.charAt(0)]?.name ?? part}`;
  if (part.endsWith('?')) return `[${named}]`;
  return part.endsWith('*') ? `${named}, …` : named;
}

function build(described: Extension, forms: readonly string[][], values: readonly Typed[]): FunctionResult {
  if (!forms.some((form) => fits(form, values))) return { wrong: `takes ${takes(forms)}, found ${values.length === 0 ? 'nothing' : values.map((one) => one.type).join(', ')}` };
  const run = described.prepare?.(values) ?? described.run;
  if (run === undefined) throw new TypeError('An extension function was described without what it does.');
  if (typeof run !== 'function') return run;
  const type = typeof described.gives === 'function' ? described.gives(values) : described.gives;
  return { kind: 'call', type, arguments: [...values], run: described.nulls === true ? run : (...given) => (given.some((one) => one === null || one === undefined) ? null : run(...given)) };
}

function takes(forms: readonly string[][]): string {
  return forms.map((parts) => (parts.length === 0 ? 'nothing' : parts.map(parameter).join(', '))).join(' or ');
}

/** Whether these values may be given for a form. */
export function fits(form: readonly string[], values: readonly Pick<Typed, 'kind' | 'type'>[]): boolean {
  const required = form.filter((one) => !one.endsWith('?') && !one.endsWith('*')).length;
  const rest = form.at(-1)?.endsWith('*') === true ? form.at(-1) : undefined;
  if (values.length < required || (rest === undefined && values.length > form.length)) return false;
  return values.every((value, index) => {
    const part = form[index] ?? rest ?? '';
    return KINDS[part.charAt(0)]?.types.includes(value.type) === true && (!part.includes('!') || value.kind === 'constant');
  });
}

/** The value of a constant argument, undefined when it is none. */
export function constantOf(value: Typed | undefined): unknown {
  return value?.kind === 'constant' ? value.value : undefined;
}
