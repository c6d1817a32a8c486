import type { Cursor } from './cursor.ts';
import { parseTime, wholeNumber } from './parse-expression.ts';
import { parseHandlers, parseSource } from './parse-input.ts';
import { COUNT_UNLIMITED, type StateAbsent, type StateElement, type StateInput, type StateStream } from './syntax.ts';

/** Steps of one pattern; each costs the engine a list of its own. */
const STEPS_MAX = 200;

/** A pattern (steps joined by `->`) or a sequence (joined by `,`), with `within`. */
export function parseStateInput(cursor: Cursor, kind: StateInput['kind']): StateInput {
  const start = cursor.position;
  const element = parseSteps(cursor, kind);
  const within = parseWithin(cursor);
  return { kind, element, ...(within === undefined ? {} : { within }), ...cursor.spanFrom(start) };
}

function parseWithin(cursor: Cursor): number | undefined {
  return cursor.takeWord('within') ? parseTime(cursor) : undefined;
}

function parseSteps(cursor: Cursor, kind: StateInput['kind']): StateElement {
  const start = cursor.position;
  const mark = kind === 'pattern' ? '->' : ',';
  const steps: StateElement[] = [];
  do {
    if (steps.length >= STEPS_MAX) cursor.refuse('limit.steps', cursor.peek(), `More than ${STEPS_MAX} steps.`);
    if (kind === 'sequence' && steps.length > 0 && cursor.isWord('every')) cursor.refuse('syntax.every', cursor.peek(), "'every' stands before the first step of a sequence.");
    steps.push(parseStep(cursor, kind));
  } while (cursor.takeMark(mark));
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return only;
  return { kind: 'next', steps, ...cursor.spanFrom(start) };
}

function parseStep(cursor: Cursor, kind: StateInput['kind']): StateElement {
  const start = cursor.position;
  if (cursor.takeWord('every')) {
    const element = cursor.nested(() => parseStep(cursor, kind));
    return { kind: 'every', element, ...cursor.spanFrom(start) };
  }
  if (cursor.isMark('(')) {
    cursor.next();
    const inner = cursor.nested(() => parseSteps(cursor, kind));
    cursor.expectMark(')', 'to close the group');
    return { ...inner, ...cursor.spanFrom(start) };
  }
  const left = parseUnit(cursor);
  const operator = cursor.isWord('and') ? 'and' : cursor.isWord('or') ? 'or' : undefined;
  if (operator !== undefined) {
    cursor.next();
    const right = parseUnit(cursor);
    // Beside an event that `and` waits for, absence lasts until it comes.
    if (operator === 'or' || (left.kind === 'absent' && right.kind === 'absent')) for (const one of [left, right]) requireTime(cursor, one);
    return { kind: 'logical', operator, left, right, ...cursor.spanFrom(start) };
  }
  requireTime(cursor, left);
  if (left.kind === 'absent') return left;
  return parseCount(cursor, kind, left, start);
}

function requireTime(cursor: Cursor, unit: StateStream | StateAbsent): void {
  if (unit.kind === 'stream' || unit.for !== undefined) return;
  cursor.refuse('syntax.absence', unit, `'not ${unit.source.name}' needs 'for' and a time, or 'and' and an event.`);
}

function parseUnit(cursor: Cursor): StateStream | StateAbsent {
  const start = cursor.position;
  if (cursor.isWord('not') && (cursor.isName(1) || cursor.isMark('#', 1) || cursor.isMark('!', 1))) {
    cursor.next();
    const source = parseSource(cursor);
    const handlers = parseHandlers(cursor, false);
    const wait = cursor.takeWord('for') ? parseTime(cursor) : undefined;
    return { kind: 'absent', source, handlers, ...(wait === undefined ? {} : { for: wait }), ...cursor.spanFrom(start) };
  }
  return { kind: 'stream', ...parseNamedSource(cursor), ...cursor.spanFrom(start) };
}

function parseNamedSource(cursor: Cursor): Pick<StateStream, 'event' | 'source' | 'handlers'> {
  const event = cursor.isName() && cursor.isMark('=', 1) ? cursor.expectName('a name for the event') : undefined;
  if (event !== undefined) cursor.expectMark('=');
  const source = parseSource(cursor);
  const handlers = parseHandlers(cursor, false);
  return event === undefined ? { source, handlers } : { event, source, handlers };
}

/** `<2:5>`, `<2:>`, `<:5>`, `<3>`; in sequences also `*`, `+`, `?`. */
function parseCount(cursor: Cursor, kind: StateInput['kind'], stream: StateStream, start: number): StateElement {
  if (kind === 'sequence') {
    if (cursor.takeMark('*')) return { kind: 'count', stream, min: 0, max: COUNT_UNLIMITED, ...cursor.spanFrom(start) };
    if (cursor.takeMark('+')) return { kind: 'count', stream, min: 1, max: COUNT_UNLIMITED, ...cursor.spanFrom(start) };
    if (cursor.takeMark('?')) return { kind: 'count', stream, min: 0, max: 1, ...cursor.spanFrom(start) };
  }
  if (!cursor.takeMark('<')) return stream;
  let min = 0;
  let max = COUNT_UNLIMITED;
  if (cursor.takeMark(':')) max = wholeNumber(cursor);
  else {
    min = wholeNumber(cursor);
    if (!cursor.takeMark(':')) max = min;
    else if (!cursor.isMark('>')) max = wholeNumber(cursor);
  }
  cursor.expectMark('>', 'after the count');
  const span = cursor.spanFrom(start);
  if (max !== COUNT_UNLIMITED && max < min) cursor.refuse('syntax.count', span, `A count goes from the smaller to the larger number, found <${min}:${max}>.`);
  return { kind: 'count', stream, min, max, ...span };
}
