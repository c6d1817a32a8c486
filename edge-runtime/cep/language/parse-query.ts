import type { Cursor } from './cursor.ts';
import { parseEventKind } from './parse-definition.ts';
import { parseExpression, parseReference, parseTime, wholeNumber } from './parse-expression.ts';
import { parseHandlers, parseSingleInput, parseSource } from './parse-input.ts';
import { parseStateInput } from './parse-pattern.ts';
import { parseSelection } from './parse-selection.ts';
import type { Annotation, EventKind, Expression, JoinInput, OutputRate, Query, QueryInput, QueryOutput, SetAssignment, SingleInput } from './syntax.ts';

const OUTPUTS = ['insert', 'update', 'delete', 'return'];
const CLAUSES = ['select', 'output', ...OUTPUTS];

/** `from … select … insert into …` */
export function parseQuery(cursor: Cursor, annotations: Annotation[]): Query {
  const start = cursor.position;
  cursor.expectWord('from');
  const input = parseInput(cursor);
  const select = parseSelection(cursor);
  const rate = cursor.isWord('output') ? parseRate(cursor) : undefined;
  const output = parseOutput(cursor);
  return { kind: 'query', annotations, input, select, ...(rate === undefined ? {} : { rate }), output, ...cursor.spanFrom(start) };
}

function parseInput(cursor: Cursor): QueryInput {
  switch (inputKind(cursor)) {
    case 'pattern':
      return parseStateInput(cursor, 'pattern');
    case 'sequence':
      return parseStateInput(cursor, 'sequence');
    case 'join':
      return parseJoin(cursor);
    case 'anonymous':
      return parseAnonymous(cursor);
    case 'single':
      return parseSingleInput(cursor);
  }
}

/**
 * Which of the five inputs begins here. What tells them apart (`->`, `,`, `join`) may stand far to the right, so this
 * looks ahead to the clause that ends every input, outside brackets.
 */
function inputKind(cursor: Cursor): QueryInput['kind'] {
  if (cursor.isMark('(') && cursor.isWord('from', 1)) return 'anonymous';
  let depth = 0;
  let square = 0;
  let sequence = false;
  let join = false;
  let state = cursor.isMark('(') || cursor.isWord('every') || (cursor.isWord('not') && cursor.isName(1));
  for (let ahead = 0; ; ahead++) {
    const token = cursor.peek(ahead);
    if (token.kind === 'end') break;
    if (token.kind === 'mark') {
      if (token.text === '[') square++;
      else if (token.text === ']') square--;
      else if (square > 0) continue;
      else if (token.text === '(') depth++;
      else if (token.text === ')') depth--;
      else if (token.text === ';') break;
      else if (token.text === '->') return 'pattern';
      else if (token.text === ',' && depth === 0) sequence = true;
      // `e1=Stream` at the start of a step, never inside a call's arguments.
      else if (token.text === '=' && depth <= 1) state = true;
    } else if (square === 0 && depth <= 0) {
      if (token.word === 'select' || OUTPUTS.includes(token.word) || (token.word === 'output' && ahead > 0)) break;
      if (token.word === 'join') join = true;
    }
  }
  if (join) return 'join';
  if (sequence) return 'sequence';
  return state ? 'pattern' : 'single';
}

function parseJoinSide(cursor: Cursor): SingleInput {
  const input = parseSingleInput(cursor);
  if (!cursor.takeWord('as')) return input;
  const alias = cursor.expectName('another name for the stream');
  return { ...input, alias, to: alias.to };
}

function parseJoin(cursor: Cursor): JoinInput {
  const start = cursor.position;
  const left = parseJoinSide(cursor);
  let unidirectional: JoinInput['unidirectional'];
  if (cursor.takeWord('unidirectional')) unidirectional = 'left';
  const type = parseJoinType(cursor);
  const right = parseJoinSide(cursor);
  if (cursor.isWord('unidirectional')) {
    if (unidirectional !== undefined) cursor.refuse('syntax.join', cursor.peek(), 'Only one side of a join can be unidirectional.');
    cursor.next();
    unidirectional = 'right';
  }
  const on = cursor.takeWord('on') ? parseExpression(cursor) : undefined;
  const within = parseWithinRange(cursor);
  const per = cursor.takeWord('per') ? parseExpression(cursor) : undefined;
  return {
    kind: 'join', type, left, right,
    ...(unidirectional === undefined ? {} : { unidirectional }),
    ...(on === undefined ? {} : { on }),
    ...(within === undefined ? {} : { within }),
    ...(per === undefined ? {} : { per }),
    ...cursor.spanFrom(start),
  };
}

export function parseWithinRange(cursor: Cursor): { start: Expression; end?: Expression } | undefined {
  if (!cursor.takeWord('within')) return undefined;
  const start = parseExpression(cursor);
  return cursor.takeMark(',') ? { start, end: parseExpression(cursor) } : { start };
}

function parseJoinType(cursor: Cursor): JoinInput['type'] {
  for (const side of ['left', 'right', 'full'] as const) {
    if (!cursor.takeWord(side)) continue;
    cursor.expectWord('outer', `after '${side}'`);
    cursor.expectWord('join');
    return side;
  }
  cursor.takeWord('inner');
  cursor.expectWord('join');
  return 'inner';
}

function parseAnonymous(cursor: Cursor): QueryInput {
  const start = cursor.position;
  cursor.expectMark('(');
  const query = cursor.nested(() => parseQuery(cursor, []));
  cursor.expectMark(')', 'to close the inner query');
  if (query.output.kind !== 'return') cursor.refuse('syntax.anonymous', query.output, "An inner query ends with 'return'.");
  return { kind: 'anonymous', query, handlers: parseHandlers(cursor, true), ...cursor.spanFrom(start) };
}

function parseRate(cursor: Cursor): OutputRate {
  const start = cursor.position;
  cursor.expectWord('output');
  if (cursor.takeWord('snapshot')) {
    cursor.expectWord('every', "after 'snapshot'");
    return { kind: 'snapshot', every: parseTime(cursor), ...cursor.spanFrom(start) };
  }
  const which = (['all', 'first', 'last'] as const).find((word) => cursor.takeWord(word)) ?? 'all';
  cursor.expectWord('every', "after 'output'");
  if (cursor.peek().kind === 'int' && cursor.isWord('events', 1)) {
    const count = wholeNumber(cursor);
    cursor.next();
    return { kind: 'events', which, count, ...cursor.spanFrom(start) };
  }
  return { kind: 'time', which, every: parseTime(cursor), ...cursor.spanFrom(start) };
}

/** What becomes of the result. */
export function parseOutput(cursor: Cursor): QueryOutput {
  const start = cursor.position;
  if (cursor.takeWord('insert')) {
    const unstated = !['all', 'expired', 'current', 'events'].some((word) => cursor.isWord(word));
    const events = unstated ? 'current' : parseEventKind(cursor);
    cursor.expectWord('into', "after 'insert'");
    return { kind: 'insert', target: parseSource(cursor), events, unstated, ...cursor.spanFrom(start) };
  }
  if (cursor.takeWord('delete')) {
    const target = parseSource(cursor);
    const unstated = !cursor.isWord('for');
    const events = parseFor(cursor);
    const on = cursor.takeWord('on') ? parseExpression(cursor) : undefined;
    return { kind: 'delete', target, events, unstated, ...(on === undefined ? {} : { on }), ...cursor.spanFrom(start) };
  }
  if (cursor.takeWord('update')) {
    const upsert = cursor.takeWord('or');
    if (upsert) {
      cursor.expectWord('insert', "after 'update or'");
      cursor.expectWord('into', "after 'update or insert'");
    }
    const target = parseSource(cursor);
    const unstated = !cursor.isWord('for');
    const events = parseFor(cursor);
    const set = parseSet(cursor);
    const on = cursor.takeWord('on') ? parseExpression(cursor) : undefined;
    return { kind: upsert ? 'upsert' : 'update', target, events, unstated, set, ...(on === undefined ? {} : { on }), ...cursor.spanFrom(start) };
  }
  if (cursor.takeWord('return')) {
    const listed = ['all', 'expired', 'current', 'events'].some((word) => cursor.isWord(word));
    return { kind: 'return', events: listed ? parseEventKind(cursor) : 'current', ...cursor.spanFrom(start) };
  }
  return cursor.fail(["'insert into'", "'update'", "'delete'", "'return'"], '', CLAUSES);
}

function parseFor(cursor: Cursor): EventKind {
  return cursor.takeWord('for') ? parseEventKind(cursor) : 'current';
}

function parseSet(cursor: Cursor): SetAssignment[] {
  const list: SetAssignment[] = [];
  if (!cursor.takeWord('set')) return list;
  do {
    const start = cursor.position;
    const attribute = parseReference(cursor);
    cursor.expectMark('=', 'after the attribute to set');
    const value = parseExpression(cursor);
    list.push({ attribute, value, ...cursor.spanFrom(start) });
  } while (cursor.takeMark(','));
  return list;
}
