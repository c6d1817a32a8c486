import { Diagnostics } from '../language/diagnostics.ts';
import { parseApp } from '../language/parser.ts';
import type { Token } from '../language/tokens.ts';
import type { TextMap } from './text-map.ts';

/** The statement that someone is writing in, from its first token to where the next one begins. */
export interface Statement {
  from: number;
  to: number;
  /** Its tokens before the place that was asked about. */
  before: readonly Token[];
  /** Inside `partition … begin … end`. */
  inPartition: boolean;
}

/** Finds the statement around `offset` even when it has no end yet. */
export function statementAt({ text, tokens }: TextMap, offset: number): Statement {
  let start = 0;
  let inPartition = false;
  let index = 0;
  for (; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined || token.kind === 'end' || token.to > offset || (token.to === offset && isWord(token))) break;
    if (token.text === ';' && token.kind === 'mark') start = index + 1;
    else if (token.word === 'begin') {
      start = index + 1;
      inPartition = true;
    } else if (token.word === 'end' && inPartition && start === index) inPartition = false;
    else if (index > start && beginsAnother(text, tokens, index, start)) start = index;
  }
  const before = tokens.slice(start, index);
  let end = index;
  while (end < tokens.length - 1 && !ends(text, tokens, end, offset)) end++;
  return { from: before[0]?.from ?? tokens[index]?.from ?? offset, to: Math.max(offset, tokens[end]?.from ?? offset), before, inPartition };
}

function isWord(token: Token): boolean {
  return token.kind === 'name' || token.kind === 'quoted';
}

/** A statement that was never ended: the next one begins on a line of its own. */
function beginsAnother(text: string, tokens: readonly Token[], index: number, start: number): boolean {
  const token = tokens[index];
  const first = tokens[start];
  if (token === undefined || first === undefined || !onOwnLine(text, token)) return false;
  if (token.word === 'define' || (token.word === 'partition' && tokens[index + 1]?.word === 'with')) return first.text !== '@';
  if (token.word !== 'from') return token.text === '@' && first.text !== '@' && isWord(tokens[index + 1] ?? token);
  return first.word !== 'define' && first.text !== '@' && /\S/.test(text.slice(first.from, token.from)) && blankLineBefore(text, token);
}

function ends(text: string, tokens: readonly Token[], index: number, offset: number): boolean {
  const token = tokens[index];
  if (token === undefined || token.kind === 'end') return true;
  if (token.from < offset) return false;
  if (token.kind === 'mark' && token.text === ';') return true;
  if (!onOwnLine(text, token)) return false;
  return token.word === 'define' || token.word === 'end' || (token.text === '@' && isWord(tokens[index + 1] ?? token)) || (token.word === 'from' && blankLineBefore(text, token)) || (token.word === 'partition' && tokens[index + 1]?.word === 'with');
}

function onOwnLine(text: string, token: Token): boolean {
  return /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, token.from - 200), token.from));
}

function blankLineBefore(text: string, token: Token): boolean {
  return /\n[ \t\r]*\n[ \t]*$/.test(text.slice(Math.max(0, token.from - 200), token.from));
}

/** Stands where someone is writing while the planner is asked what may stand there. */
export const MARK = '__here__';

const TAILS = ['', ' select * insert into __out__', ' insert into __out__', ' as __as__ insert into __out__', ' on true select * insert into __out__'];

/** The whole text with the mark in place of what is being written and its statement mended so far that it parses; undefined when nothing helps. */
export function mended(text: string, statement: Statement, from: number, to: number): { text: string; at: number } | undefined {
  const [head, tail] = [text.slice(statement.from, from), text.slice(to, statement.to)];
  const closing = closersOf(statement.before);
  const candidates = [`${head}${MARK}${tail}`, ...TAILS.map((one) => `${head}${MARK}${closing}${one}`)];
  const fit = candidates.find(parses);
  if (fit === undefined) return undefined;
  const rest = text.slice(statement.to);
  return { text: `${text.slice(0, statement.from)}${fit}${rest.startsWith(';') ? '' : ';'}${rest}`, at: statement.from + head.length };
}

function closersOf(tokens: readonly Token[]): string {
  const open: string[] = [];
  for (const { kind, text } of tokens) {
    if (kind !== 'mark') continue;
    if (text === '(') open.push(')');
    else if (text === '[') open.push(']');
    else if (text === ')' || text === ']') open.pop();
  }
  return open.reverse().join('');
}

function parses(statement: string): boolean {
  const diagnostics = new Diagnostics(statement);
  const { definitions, elements } = parseApp(`${statement};`, diagnostics);
  return !diagnostics.failed && definitions.length + elements.length > 0;
}
