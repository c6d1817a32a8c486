import type { AttributeType } from '../api.ts';
import type { Cursor } from './cursor.ts';
import { parseCall, parseReference, parseTime, unitRank } from './parse-expression.ts';
import { parseSingleInput } from './parse-input.ts';
import { parseSelection } from './parse-selection.ts';
import { DURATIONS, type Annotation, type AttributeSyntax, type Definition, type Duration, type EventKind, type StreamDefinition } from './syntax.ts';

const TYPES: readonly AttributeType[] = ['int', 'long', 'float', 'double', 'bool', 'string', 'object'];
const DEFINABLE = ['stream', 'table', 'window', 'trigger', 'function', 'aggregation'] as const;

/** Attributes of one definition; far above any real event. */
const ATTRIBUTES_MAX = 1000;

/** `@name(key = 'value', 'value', @nested(...))` */
export function parseAnnotation(cursor: Cursor): Annotation {
  const start = cursor.position;
  cursor.expectMark('@');
  let name = cursor.expectName("an annotation's name").text;
  // Only what is said of the app has a name in two parts.
  if (name.toLowerCase() === 'app' && cursor.takeMark(':')) name = `${name}:${cursor.expectName("an annotation's name").text}`;
  const elements: Annotation['elements'] = [];
  const annotations: Annotation[] = [];
  if (cursor.takeMark('(')) {
    do {
      if (cursor.isMark('@')) annotations.push(cursor.nested(() => parseAnnotation(cursor)));
      else elements.push(parseElement(cursor));
    } while (cursor.takeMark(','));
    cursor.expectMark(')', `to close '@${name}('`);
  }
  return { name, elements, annotations, ...cursor.spanFrom(start) };
}

function parseElement(cursor: Cursor): Annotation['elements'][number] {
  const start = cursor.position;
  let key = '';
  if (cursor.isName()) {
    key = cursor.next().text;
    while (cursor.isMark('.') || cursor.isMark('-') || cursor.isMark(':')) {
      key += cursor.next().text + cursor.expectName("the rest of an option's name").text;
    }
    cursor.expectMark('=', `after the option '${key}'`);
  } else if (cursor.peek().kind === 'string' && cursor.isMark('=', 1)) {
    key = cursor.next().text;
    cursor.next();
  }
  const token = cursor.peek();
  if (token.kind !== 'string') return cursor.fail(["a value in quotes"], key === '' ? '' : `for the option '${key}'`);
  cursor.next();
  return { key, value: token.text, at: cursor.spanFrom(start) };
}

/** After `define`, which the caller has seen and not taken. */
export function parseDefinition(cursor: Cursor, annotations: Annotation[]): Definition {
  const start = cursor.position;
  cursor.expectWord('define');
  const kind = DEFINABLE.find((word) => cursor.isWord(word));
  if (kind === undefined) return cursor.fail(DEFINABLE.map((word) => `'${word}'`), "after 'define'", DEFINABLE);
  cursor.next();
  switch (kind) {
    case 'stream':
    case 'table':
    case 'window':
      return parseStream(cursor, kind, annotations, start);
    case 'trigger':
      return parseTrigger(cursor, annotations, start);
    case 'function':
      return parseFunction(cursor, start);
    case 'aggregation':
      return parseAggregation(cursor, annotations, start);
  }
}

function parseStream(cursor: Cursor, kind: StreamDefinition['kind'], annotations: Annotation[], start: number): Definition {
  const name = cursor.expectName(`a name for the ${kind}`);
  const attributes = parseAttributes(cursor, name.text);
  if (kind !== 'window') return { kind, name, attributes, annotations, ...cursor.spanFrom(start) };
  const window = parseCall(cursor);
  const output = cursor.takeWord('output') ? parseEventKind(cursor) : 'all';
  return { kind, name, attributes, annotations, window, output, ...cursor.spanFrom(start) };
}

function parseAttributes(cursor: Cursor, of: string): AttributeSyntax[] {
  cursor.expectMark('(', `after '${of}'`);
  const attributes: AttributeSyntax[] = [];
  do {
    if (attributes.length >= ATTRIBUTES_MAX) cursor.refuse('limit.attributes', cursor.peek(), `'${of}' has more than ${ATTRIBUTES_MAX} attributes.`);
    const start = cursor.position;
    const name = cursor.expectName("an attribute's name");
    const type = parseType(cursor, `for '${name.text}'`);
    attributes.push({ name, type, ...cursor.spanFrom(start) });
  } while (cursor.takeMark(','));
  cursor.expectMark(')', `to close the attributes of '${of}'`);
  return attributes;
}

function parseType(cursor: Cursor, where: string): AttributeType {
  const type = TYPES.find((word) => cursor.isWord(word));
  if (type === undefined) return cursor.fail(["a type (int, long, float, double, bool, string or object)"], where, TYPES);
  cursor.next();
  return type;
}

/** `all events`, `current events`, `expired events`, `events`. */
export function parseEventKind(cursor: Cursor): EventKind {
  let kind: EventKind = 'current';
  if (cursor.takeWord('all')) kind = 'all';
  else if (cursor.takeWord('expired')) kind = 'expired';
  else cursor.takeWord('current');
  cursor.expectWord('events');
  return kind;
}

function parseTrigger(cursor: Cursor, annotations: Annotation[], start: number): Definition {
  const name = cursor.expectName('a name for the trigger');
  cursor.expectWord('at', "after the trigger's name");
  if (cursor.takeWord('every')) {
    const every = parseTime(cursor);
    return { kind: 'trigger', name, annotations, at: { every }, ...cursor.spanFrom(start) };
  }
  const token = cursor.peek();
  if (token.kind !== 'string') return cursor.fail(["'every'", "'start' in quotes", 'a cron expression in quotes'], "after 'at'");
  cursor.next();
  const at = token.text.trim().toLowerCase() === 'start' ? ({ start: true } as const) : { cron: token.text };
  return { kind: 'trigger', name, annotations, at, ...cursor.spanFrom(start) };
}

function parseFunction(cursor: Cursor, start: number): Definition {
  const name = cursor.expectName('a name for the function');
  cursor.expectMark('[', "before the function's language");
  const language = cursor.expectName('a language such as javascript').text;
  cursor.expectMark(']', "after the function's language");
  cursor.expectWord('return');
  const returns = parseType(cursor, `as what '${name.text}' returns`);
  const body = cursor.peek();
  if (body.kind !== 'script') return cursor.fail(['the function in braces']);
  cursor.next();
  return { kind: 'function', name, language, returns, body: body.text, ...cursor.spanFrom(start) };
}

function parseAggregation(cursor: Cursor, annotations: Annotation[], start: number): Definition {
  const name = cursor.expectName('a name for the aggregation');
  cursor.expectWord('from');
  const source = parseSingleInput(cursor);
  if (!cursor.isWord('select')) cursor.fail(["'select'"], `in the aggregation '${name.text}'`, ['select']);
  const select = parseSelection(cursor);
  cursor.expectWord('aggregate');
  const by = cursor.takeWord('by') ? parseReference(cursor) : undefined;
  cursor.expectWord('every');
  const durations = parseDurations(cursor);
  return { kind: 'aggregation', name, annotations, source, select, ...(by === undefined ? {} : { by }), durations, ...cursor.spanFrom(start) };
}

function parseDurations(cursor: Cursor): Duration[] {
  const first = parseDuration(cursor);
  if (cursor.takeMark('...')) {
    const last = parseDuration(cursor);
    const [low, high] = [DURATIONS.indexOf(first), DURATIONS.indexOf(last)];
    if (high < low) cursor.refuse('syntax.duration', cursor.peek(-1), `A range goes from a shorter to a longer time, found ${first} ... ${last}.`);
    return DURATIONS.slice(low, high + 1);
  }
  const list = [first];
  while (cursor.takeMark(',')) list.push(parseDuration(cursor));
  return list;
}

/** By their ranks, from year to millisecond; an aggregation has no weeks, since years and months do not consist of them. */
const UNITS_OF_TIME: readonly (Duration | undefined)[] = ['year', 'month', undefined, 'day', 'hour', 'min', 'sec', undefined];

function parseDuration(cursor: Cursor): Duration {
  const duration = UNITS_OF_TIME[unitRank(cursor.peek().word)];
  if (duration === undefined) return cursor.fail(DURATIONS.map((one) => `'${one}'`), '', DURATIONS);
  cursor.next();
  return duration;
}
