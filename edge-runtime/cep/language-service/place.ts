import type { Token } from '../language/tokens.ts';

/** What the grammar has room for. `after` is the clause that one is in; it decides which words may follow. */
export interface Place {
  kind: 'keywords' | 'annotation' | 'type' | 'source' | 'target' | 'window' | 'handler' | 'operand' | 'output' | 'nothing';
  after: Clause;
  /** An operand has just ended, so an operator or the next clause follows. */
  ended: boolean;
}

type Clause = 'start' | 'annotated' | 'define' | 'from' | 'join' | 'on' | 'select' | 'group' | 'having' | 'order' | 'limit' | 'output' | 'insert' | 'into' | 'change' | 'set' | 'partition' | 'brackets' | 'within';

/** Where one is in a statement, from its tokens before that place. */
export function placeAt(before: readonly Token[]): Place {
  const tokens = withoutAnnotations(before);
  if (tokens === 'inside') return annotationPlace(before);
  const last = tokens.at(-1);
  if (last === undefined) return { kind: 'keywords', after: before.length > 0 ? 'annotated' : 'start', ended: false };
  if (tokens[0]?.word === 'define' && tokens[1]?.word !== 'aggregation') return definePlace(tokens);
  const clause = clauseOf(tokens);
  const brackets = openBrackets(tokens);
  const [mark, beforeLast] = [last.kind === 'mark' ? last.text : '', tokens.at(-2)];
  if (mark === '#') return { kind: 'handler', after: clause, ended: false };
  if (mark === '.' && beforeLast?.word === 'window' && tokens.at(-3)?.text === '#') return { kind: 'window', after: clause, ended: false };
  if (brackets.length > 0) return inBrackets(tokens, brackets, clause, last);
  return inClause(clause, last, beforeLast);
}

function annotationPlace(before: readonly Token[]): Place {
  const last = before.at(-1);
  return { kind: last?.text === '@' ? 'annotation' : 'nothing', after: 'annotated', ended: false };
}

/** The statement without the annotations before it; `inside` when the last of them is not closed. */
function withoutAnnotations(tokens: readonly Token[]): readonly Token[] | 'inside' {
  let at = 0;
  while (tokens[at]?.text === '@') {
    at++;
    if (tokens[at] === undefined) return 'inside';
    at += tokens[at + 1]?.text === ':' ? 3 : 1;
    if (tokens[at]?.text !== '(') continue;
    let depth = 0;
    for (; at < tokens.length; at++) {
      if (tokens[at]?.text === '(') depth++;
      if (tokens[at]?.text === ')' && --depth === 0) break;
    }
    if (at >= tokens.length) return 'inside';
    at++;
  }
  return tokens.slice(at);
}

function definePlace(tokens: readonly Token[]): Place {
  const nothing: Place = { kind: 'nothing', after: 'define', ended: false };
  const last = tokens.at(-1);
  if (tokens.length === 1) return { kind: 'keywords', after: 'define', ended: false };
  const open = tokens.findIndex((one) => one.text === '(');
  if (open < 0) return nothing;
  if (tokens.some((one) => one.text === ')')) return tokens[1]?.word === 'window' ? { kind: 'window', after: 'define', ended: false } : nothing;
  const isName = last?.kind === 'name' || last?.kind === 'quoted';
  const before = tokens.at(-2)?.text;
  return isName && (before === '(' || before === ',') ? { kind: 'type', after: 'define', ended: false } : nothing;
}

const CLAUSES: Readonly<Record<string, Clause>> = {
  from: 'from', join: 'join', on: 'on', select: 'select', group: 'group', having: 'having', order: 'order', limit: 'limit', offset: 'limit', output: 'output', insert: 'insert',
  into: 'into', update: 'change', delete: 'change', set: 'set', partition: 'partition', within: 'within',
};

function clauseOf(tokens: readonly Token[]): Clause {
  let clause: Clause = 'start';
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'mark') depth += token.text === '(' || token.text === '[' ? 1 : token.text === ')' || token.text === ']' ? -1 : 0;
    const next = CLAUSES[token.word];
    if (depth === 0 && next !== undefined && tokens[index - 1]?.text !== '.' && tokens[index - 1]?.word !== 'as') clause = next;
    // `or insert into` and `output … every` keep to the clause that they began in.
    if (depth === 0 && token.word === 'insert' && tokens[index - 1]?.word === 'or') clause = 'change';
  }
  return clause;
}

/** Where the brackets begin that are open at the end, the outermost first. */
function openBrackets(tokens: readonly Token[]): number[] {
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== 'mark') return;
    if (token.text === '(' || token.text === '[') open.push(index);
    else if (token.text === ')' || token.text === ']') open.pop();
  });
  return open;
}

function inBrackets(tokens: readonly Token[], open: readonly number[], clause: Clause, last: Token): Place {
  // A group of a pattern's steps holds streams, not values; whatever is in a filter or a call holds values.
  const group = (clause === 'from' || clause === 'join') && open.every((index) => tokens[index]?.text === '(' && groups(tokens[index - 1]));
  if (group) return last.kind === 'mark' && last.text !== ')' && last.text !== ']' ? { kind: 'source', after: 'from', ended: false } : inClause(clause, last, tokens.at(-2));
  if (clause === 'partition' && last.word === 'of') return { kind: 'source', after: 'brackets', ended: false };
  return endsOperand(last, tokens.at(-2)) ? { kind: 'keywords', after: clause === 'partition' ? 'partition' : 'brackets', ended: true } : { kind: 'operand', after: 'brackets', ended: false };
}

/** Whether a bracket behind this groups steps rather than holding what a call takes. */
function groups(before: Token | undefined): boolean {
  return before === undefined || before.kind === 'mark' || ['from', 'every', 'and', 'or', 'not'].includes(before.word);
}

function inClause(clause: Clause, last: Token, before: Token | undefined): Place {
  const ended = endsOperand(last, before);
  const mark = last.kind === 'mark' ? last.text : '';
  switch (clause) {
    case 'from':
    case 'join':
      if (mark === '=' || mark === '->' || mark === ',' || ['from', 'join', 'every', 'not', 'and', 'or'].includes(last.word)) return { kind: 'source', after: clause, ended: false };
      return { kind: last.word === 'as' ? 'nothing' : 'keywords', after: clause, ended: true };
    case 'into':
    case 'change':
      return ['into', 'update', 'delete'].includes(last.word) ? { kind: 'target', after: clause, ended: false } : { kind: 'keywords', after: clause, ended: true };
    case 'on':
    case 'select':
    case 'having':
    case 'set':
      if (last.word === 'as') return { kind: clause === 'select' ? 'output' : 'nothing', after: clause, ended: false };
      return { kind: ended ? 'keywords' : 'operand', after: clause, ended };
    case 'group':
    case 'order':
      if (last.word === 'group' || last.word === 'order') return { kind: 'keywords', after: clause, ended: false };
      return { kind: ended ? 'keywords' : 'operand', after: clause, ended };
    default:
      return { kind: 'keywords', after: clause, ended: ended && last.kind !== 'name' };
  }
}

const NOT_OPERANDS = new Set(['and', 'or', 'not', 'in', 'is', 'select', 'by', 'on', 'having', 'as', 'every', 'from', 'set', 'limit', 'offset', 'with', 'of', 'within']);

/** Whether a value has just ended. A star is `select *` where it follows that word, and multiplies elsewhere. */
function endsOperand(token: Token, before: Token | undefined): boolean {
  if (token.kind === 'mark') return token.text === ')' || token.text === ']' || (token.text === '*' && before?.word === 'select');
  return token.kind !== 'name' || !NOT_OPERANDS.has(token.word);
}

const OPERATORS = ['and', 'or', 'is null', 'in'];
const ENDING = ['insert into', 'insert expired events into', 'insert all events into', 'update', 'update or insert into', 'delete'];

/** The words that may follow. */
export function keywordsAt({ kind, after, ended }: Place, inPartition: boolean): readonly string[] {
  if (kind === 'source') return after === 'from' ? ['every', 'not'] : [];
  if (kind === 'target') return [];
  if (kind === 'operand') return ['not', 'true', 'false'];
  switch (after) {
    case 'start':
      return inPartition ? ['from', 'end'] : ['define stream', 'define table', 'define window', 'define trigger', 'define function', 'define aggregation', 'from', 'partition with'];
    case 'annotated':
      return ['define stream', 'define table', 'define window', 'from', 'partition with'];
    case 'define':
      return ['stream', 'table', 'window', 'trigger', 'function', 'aggregation'];
    case 'from':
      return ['select', 'join', 'left outer join', 'right outer join', 'full outer join', 'unidirectional', 'as', 'and', 'or', 'for', 'within', ...ENDING];
    case 'join':
      return ['on', 'as', 'unidirectional', 'within', 'select', ...ENDING];
    case 'on':
      return [...OPERATORS, 'within', 'per', 'select', ...ENDING];
    case 'within':
      return ['select', 'per', ...ENDING];
    case 'select':
      return ['as', ...OPERATORS, 'group by', 'having', 'order by', 'limit', 'offset', 'output', ...ENDING];
    case 'group':
      return ended ? ['having', 'order by', 'limit', 'offset', 'output', ...ENDING] : ['by'];
    case 'having':
      return [...OPERATORS, 'order by', 'limit', 'offset', 'output', ...ENDING];
    case 'order':
      return ended ? ['asc', 'desc', 'limit', 'offset', 'output', ...ENDING] : ['by'];
    case 'limit':
      return ['offset', 'output', ...ENDING];
    case 'output':
      return ['all', 'first', 'last', 'snapshot', 'every', 'events', ...ENDING];
    case 'insert':
      return ['into', 'all events into', 'current events into', 'expired events into'];
    case 'change':
      return ['for', 'set', 'on'];
    case 'set':
      return [...OPERATORS, 'on'];
    case 'partition':
      return ended ? ['of', 'as', 'or'] : ['with', 'begin'];
    case 'brackets':
      return ended ? OPERATORS : [];
    case 'into':
      return [];
  }
}
