import type { Environment } from '../api.ts';
import type { Span } from '../language/diagnostics.ts';
import { CALL_EXAMPLES } from './call-examples.ts';
import { documentationOf, KEYWORD_DOCUMENTATION } from './documentation.ts';
import { callNames, isAggregator } from './known-calls.ts';
import type { Observed, Study } from './observed.ts';
import { occurrenceAt, occurrencesOf } from './rename.ts';
import type { Occurrence, Symbols } from './symbols.ts';
import { commentAt, tokenAt, type TextMap } from './text-map.ts';
import { callsOf } from './walk.ts';

export interface Hover extends Span {
  /** In code: the name with its type, the form of a function. */
  title: string;
  /** What it is, in a word: "attribute", "window". */
  kind: string;
  /** A sentence or two; may be empty. */
  text: string;
}

/** What stands at a place: its type and what there is to say of it. */
export function hoverAt(map: TextMap, { app, plan, observed }: Study, symbols: Symbols, offset: number, environment: Environment): Hover | undefined {
  if (commentAt(map, offset) !== undefined) return undefined;
  const occurrence = occurrenceAt(symbols, offset);
  if (occurrence !== undefined) return ofOccurrence(map, plan, observed, symbols, occurrence, environment);
  const token = tokenAt(map, offset);
  if (token === undefined) return undefined;
  const { from, to } = token;
  const found = callsOf(app).find(({ call }) => call.from <= from && to <= call.name.to && token.kind === 'name');
  if (found !== undefined) {
    const { call, role } = found;
    const name = call.namespace === '' ? call.name.text : `${call.namespace}:${call.name.text}`;
    const documentation = documentationOf(name, role);
    const form = documentation?.form ?? callNames(role).find((one) => one.name === name)?.form;
    if (form === undefined) return undefined;
    const type = observed.findLast(({ expression }) => expression.kind === 'call' && expression.name.from === call.name.from)?.typed?.type;
    const kind = role === 'function' && isAggregator(name) ? 'aggregator' : role.replace('-', ' ');
    return { from: call.from, to: call.name.to, title: type === undefined ? form : `${form} ${type}`, kind, text: textOf(name, documentation?.means ?? '') };
  }
  const meaning = token.word === '' ? undefined : KEYWORD_DOCUMENTATION[token.word];
  return meaning === undefined ? undefined : { from, to, title: token.word, kind: 'keyword', text: meaning };
}

/** What a call does, and what one gives for example. */
function textOf(name: string, means: string): string {
  const example = CALL_EXAMPLES.get(name);
  return example === undefined ? means : `${means} ${example.written} is ${example.gives}.`.trim();
}

function ofOccurrence(map: TextMap, plan: Study['plan'], observed: readonly Observed[], symbols: Symbols, occurrence: Occurrence, environment: Environment): Hover {
  const { from, to, kind, symbol } = occurrence;
  const name = map.text.slice(from, to).replaceAll('`', '');
  const list = (all: readonly { name: string; type: string }[]): string => all.map((one) => `${one.name} ${one.type}`).join(', ');
  if (kind === 'model') {
    const signature = environment.model?.(name);
    const text = signature === undefined ? '' : 'missing' in signature ? `Cannot be used: ${signature.missing}.` : `Takes ${list(signature.inputs)}; adds ${list(signature.outputs)}.`;
    return { from, to, title: name, kind, text };
  }
  if (kind === 'attribute') return ofAttribute(plan, observed, symbols, occurrence, name);
  if (kind === 'event') {
    const places = occurrencesOf(symbols, symbol);
    const source = observed.find(({ scope }) => scope.sources.some((one) => one.names.includes(name)))?.scope.sources.find((one) => one.names.includes(name));
    const of = source?.definition.name ?? '';
    return { from, to, title: `${name} of ${of}`, kind, text: `${source === undefined ? '' : list(source.definition.attributes)}${places.length > 1 ? `; used ${places.length - 1} times` : ''}` };
  }
  const stream = plan.streams.find((one) => one.name === symbol.slice(symbol.indexOf(' ') + 1).replace(/@\d+$/, ''));
  return { from, to, title: `${kind} ${name}`, kind, text: stream === undefined ? '' : list(stream.attributes) };
}

function ofAttribute(plan: Study['plan'], observed: readonly Observed[], symbols: Symbols, { from, to, symbol }: Occurrence, name: string): Hover {
  const seen = observed.findLast(({ expression }) => expression.kind === 'attribute' && expression.name.from === from);
  const [, owner = ''] = /^attribute (.*)\.[^.]*$/.exec(symbol) ?? [];
  const stream = plan.streams.find((one) => one.name === owner.replace(/@\d+$/, ''));
  const type = seen?.typed?.type ?? stream?.attributes.find((one) => one.name === name)?.type;
  const uses = occurrencesOf(symbols, symbol).length - 1;
  const of = symbol.startsWith('added ') ? 'Added by a stream function or a model.' : stream === undefined ? 'Put out by this query.' : `Attribute of ${stream.name}.`;
  return { from, to, title: type === undefined ? name : `${name} ${type}`, kind: 'attribute', text: uses > 0 ? `${of} Named in ${uses} other ${uses === 1 ? 'place' : 'places'}.` : of };
}
