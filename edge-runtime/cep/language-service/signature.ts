import type { Span } from '../language/diagnostics.ts';
import type { Token } from '../language/tokens.ts';
import { WINDOWS } from '../plan/window-forms.ts';
import { CALL_EXAMPLES } from './call-examples.ts';
import { documentationOf } from './documentation.ts';
import { callNames } from './known-calls.ts';
import { statementAt } from './statement.ts';
import { mapText } from './text-map.ts';

/** How a call is written whose arguments someone is at; the span is that of its name, in the text that was asked about. */
export interface Signature extends Span {
  form: string;
  /** Where in `form` the argument stands that is being written; undefined where the form does not tell. */
  parameter: Span | undefined;
  /** What the call does; may be empty. */
  means: string;
}

/** The call whose brackets are open at the end of a text. */
export function signatureAt(before: string): Signature | undefined {
  const tokens = statementAt(mapText(before), before.length).before;
  const open = openCall(tokens);
  if (open === undefined) return undefined;
  const { name, from, to, role } = open;
  const documentation = documentationOf(name, role);
  const form = documentation?.form ?? callNames(role).find((one) => one.name === name)?.form;
  if (form === undefined) return undefined;
  const example = CALL_EXAMPLES.get(name);
  const means = [documentation?.means ?? '', ...(example === undefined ? [] : [`${example.written} is ${example.gives}.`])].join(' ').trim();
  return { from, to, form, parameter: parametersOf(form)[open.argument], means };
}

interface OpenCall extends Span {
  name: string;
  role: 'function' | 'window' | 'stream-function';
  /** Which argument one is at, from 0. */
  argument: number;
}

/** The innermost bracket that belongs to a call; those that only group are looked through. */
function openCall(tokens: readonly Token[]): OpenCall | undefined {
  const open: { at: number; commas: number }[] = [];
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== 'mark') continue;
    if (text === '(' || text === '[') open.push({ at, commas: 0 });
    else if (text === ')' || text === ']') open.pop();
    else if (text === ',') {
      const last = open.at(-1);
      if (last !== undefined) last.commas++;
    }
  }
  for (const { at, commas } of open.reverse()) {
    if (tokens[at]?.text === '[') return undefined;
    const call = calledAt(tokens, at - 1);
    if (call !== undefined) return { ...call, argument: commas };
  }
  return undefined;
}

/** The call whose name ends with the token at `last`. */
function calledAt(tokens: readonly Token[], last: number): Omit<OpenCall, 'argument'> | undefined {
  const name = tokens[last];
  if (name === undefined || name.kind !== 'name' || isOperator(tokens, last)) return undefined;
  const namespace = tokens[last - 1]?.text === ':' ? tokens[last - 2] : undefined;
  const first = namespace === undefined ? last : last - 2;
  const [before, window] = [tokens[first - 1], tokens[first - 2]];
  const full = namespace === undefined ? name.text : `${namespace.text}:${name.text}`;
  const from = tokens[first]?.from ?? name.from;
  const defines = tokens.some(({ word }, at) => word === 'window' && tokens[at - 1]?.word === 'define');
  if (before?.text === '.' && window?.word === 'window') return { name: full, from, to: name.to, role: 'window' };
  if (before?.text === '#' || (defines && before?.text === ')')) return { name: full, from, to: name.to, role: WINDOWS.has(full) ? 'window' : 'stream-function' };
  return { name: full, from, to: name.to, role: 'function' };
}

/** `and` and `or` are aggregators too, where something begins. */
function isOperator(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.word;
  if (word !== 'and' && word !== 'or') return false;
  const before = tokens[at - 1];
  return before?.text !== '(' && before?.text !== ',' && before?.word !== 'select' && before?.word !== 'having';
}

/** Where the parameters stand in a form; none where it begins with what may be left out, since the places then do not tell. */
function parametersOf(form: string): Span[] {
  const open = form.indexOf('(') + 1;
  if (form.charAt(open) === '[') return [];
  const spans: Span[] = [];
  for (let from = open, at = open; at <= form.length; at++) {
    if (form.charAt(at) === "'") at = Math.max(at, form.indexOf("'", at + 1));
    if (at < form.length - 1 && form.charAt(at) !== ',') continue;
    const piece = form.slice(from, at);
    const [lead] = /^[\s[]*/.exec(piece) ?? [''];
    const text = piece.slice(lead.length).replace(/[\s[\])]*$/, '');
    if (text !== '') spans.push({ from: from + lead.length, to: from + lead.length + text.length });
    from = at + 1;
    if (at >= form.length - 1) break;
  }
  return spans;
}
