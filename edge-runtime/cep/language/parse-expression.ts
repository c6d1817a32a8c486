import type { AttributeType } from '../api.ts';
import type { Cursor } from './cursor.ts';
import type { Call, EventIndex, Expression, StreamReference } from './syntax.ts';

/** Operators in one expression: enough for any rule, few enough for every pass to recurse over. */
const HEIGHT_MAX = 400;

const UNITS: readonly (readonly [pattern: RegExp, milliseconds: number])[] = [
  [/^years?$/, 31_536_000_000],
  [/^months?$/, 2_592_000_000],
  [/^weeks?$/, 604_800_000],
  [/^days?$/, 86_400_000],
  [/^hours?$/, 3_600_000],
  [/^min(utes?)?$/, 60_000],
  [/^sec(onds?)?$/, 1000],
  [/^millisec(onds?)?$/, 1],
];

/** Where a unit stands from year to millisecond; -1 when the word is no unit of time. */
export function unitRank(word: string): number {
  return UNITS.findIndex(([pattern]) => pattern.test(word));
}

/** `1 min 30 sec` in milliseconds; the caller has seen a whole number before a unit. */
export function parseTime(cursor: Cursor): number {
  let total = 0;
  let rank = -1;
  while (cursor.peek().kind === 'int') {
    const next = unitRank(cursor.peek(1).word);
    if (next < 0 || next <= rank) break;
    total += Number(cursor.next().text) * (UNITS[next]?.[1] ?? 0);
    cursor.next();
    rank = next;
  }
  if (rank < 0) cursor.fail([cursor.peek().kind === 'string' ? 'a time without quotation marks, such as 5 sec' : "a time such as '5 sec'"]);
  return total;
}

export function atTime(cursor: Cursor): boolean {
  return cursor.peek().kind === 'int' && unitRank(cursor.peek(1).word) >= 0;
}

/** An expression, by the grammar's precedence; `not` binds tighter than any operator, as in Siddhi. */
export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => parseOr(cursor));
}

function parseOr(cursor: Cursor): Expression {
  return chain(cursor, parseAnd, (word) => (word === 'or' ? 'or' : undefined), (operator, left, right, span) => ({ kind: 'logic', operator, left, right, ...span }));
}

function parseAnd(cursor: Cursor): Expression {
  return chain(cursor, parseIn, (word) => (word === 'and' ? 'and' : undefined), (operator, left, right, span) => ({ kind: 'logic', operator, left, right, ...span }));
}

function parseIn(cursor: Cursor): Expression {
  let operand = parseEquality(cursor);
  while (cursor.takeWord('in')) {
    const table = cursor.expectName("a table's name");
    operand = { kind: 'in', operand, table, from: operand.from, to: table.to };
  }
  return operand;
}

function parseEquality(cursor: Cursor): Expression {
  return chain(cursor, parseComparison, (_, mark) => (mark === '==' || mark === '!=' ? mark : undefined), (operator, left, right, span) => ({ kind: 'compare', operator, left, right, ...span }));
}

function parseComparison(cursor: Cursor): Expression {
  return chain(cursor, parseSum, (_, mark) => (mark === '<' || mark === '<=' || mark === '>' || mark === '>=' ? mark : undefined), (operator, left, right, span) => ({ kind: 'compare', operator, left, right, ...span }));
}

function parseSum(cursor: Cursor): Expression {
  return chain(cursor, parseProduct, (_, mark) => (mark === '+' || mark === '-' ? mark : undefined), (operator, left, right, span) => ({ kind: 'arithmetic', operator, left, right, ...span }));
}

function parseProduct(cursor: Cursor): Expression {
  return chain(cursor, parseUnary, (_, mark) => (mark === '*' || mark === '/' || mark === '%' ? mark : undefined), (operator, left, right, span) => ({ kind: 'arithmetic', operator, left, right, ...span }));
}

/** Operands joined by operators of one level, from the left. */
function chain<Operator extends string>(
  cursor: Cursor,
  operand: (cursor: Cursor) => Expression,
  operatorOf: (word: string, mark: string) => Operator | undefined,
  make: (operator: Operator, left: Expression, right: Expression, span: { from: number; to: number }) => Expression,
): Expression {
  let left = operand(cursor);
  for (let height = 0; ; height++) {
    const token = cursor.peek();
    const operator = operatorOf(token.word, token.kind === 'mark' ? token.text : '');
    if (operator === undefined) return left;
    if (height >= HEIGHT_MAX) cursor.refuse('limit.expression', token, `More than ${HEIGHT_MAX} operators in one chain.`);
    cursor.next();
    const right = operand(cursor);
    left = make(operator, left, right, { from: left.from, to: right.to });
  }
}

function parseUnary(cursor: Cursor): Expression {
  if (!cursor.isWord('not')) return parseNullCheck(cursor);
  const { from } = cursor.next();
  const operand = cursor.nested(() => parseUnary(cursor));
  return { kind: 'not', operand, from, to: operand.to };
}

function parseNullCheck(cursor: Cursor): Expression {
  const operand = parsePrimary(cursor);
  if (!cursor.isWord('is')) return operand;
  cursor.next();
  const { to } = cursor.expectWord('null', "after 'is'");
  if (operand.kind === 'attribute' && operand.name.text === '') {
    if (operand.stream !== undefined) return { kind: 'is-null-stream', stream: operand.stream, from: operand.from, to };
  }
  return { kind: 'is-null', operand, from: operand.from, to };
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token.kind === 'mark') {
    if (token.text === '(') {
      cursor.next();
      const inner = parseExpression(cursor);
      const { to } = cursor.expectMark(')', 'to close the parenthesis');
      return { ...inner, from: token.from, to };
    }
    if (token.text === '-' || token.text === '+') return parseSignedNumber(cursor);
    if (token.text === '#' || token.text === '!') return parseReference(cursor);
    return cursor.fail(['a value, an attribute or a function']);
  }
  switch (token.kind) {
    case 'int':
      if (atTime(cursor)) {
        const start = cursor.position;
        const value = parseTime(cursor);
        return { kind: 'constant', type: 'long', value, ...cursor.spanFrom(start) };
      }
      return parseSignedNumber(cursor);
    case 'long':
    case 'float':
    case 'double':
      return parseSignedNumber(cursor);
    case 'string':
      cursor.next();
      return { kind: 'constant', type: 'string', value: token.text, from: token.from, to: token.to };
    case 'name':
    case 'quoted':
      if ((token.word === 'true' || token.word === 'false') && !cursor.isMark('.', 1) && !cursor.isMark('(', 1)) {
        cursor.next();
        return { kind: 'constant', type: 'bool', value: token.word === 'true', from: token.from, to: token.to };
      }
      if (cursor.isMark('(', 1) || (cursor.isMark(':', 1) && cursor.isName(2) && cursor.isMark('(', 3))) return parseCall(cursor);
      return parseReference(cursor);
    default:
      return cursor.fail(['a value, an attribute or a function']);
  }
}

const INT_MAX = 2_147_483_647n;
const LONG_MAX = 9_223_372_036_854_775_807n;

/** A number with its sign: in SiddhiQL a sign belongs to the constant, there is no unary minus. */
export function parseSignedNumber(cursor: Cursor): Expression {
  const start = cursor.position;
  const sign = cursor.isMark('-') || cursor.isMark('+') ? cursor.next().text : '';
  const token = cursor.peek();
  if (token.kind !== 'int' && token.kind !== 'long' && token.kind !== 'float' && token.kind !== 'double') return cursor.fail(['a number']);
  cursor.next();
  const span = cursor.spanFrom(start);
  const type: AttributeType = token.kind;
  if (token.kind === 'int' || token.kind === 'long') {
    const value = BigInt(`${token.text}`) * (sign === '-' ? -1n : 1n);
    const max = token.kind === 'int' ? INT_MAX : LONG_MAX;
    if (value > max || value < -max - 1n) {
      cursor.refuse('syntax.number', span, `${sign}${token.text} is out of range for ${type}.`, token.kind === 'int' && value <= LONG_MAX ? `Write ${token.text}L for a long.` : undefined);
    }
    const asNumber = Number(value);
    return { kind: 'constant', type, value: Number.isSafeInteger(asNumber) ? asNumber : value, ...span };
  }
  const value = Number(token.text) * (sign === '-' ? -1 : 1);
  return { kind: 'constant', type, value: type === 'float' ? Math.fround(value) : value, ...span };
}

/** `name(…)` or `namespace:name(…)`. */
export function parseCall(cursor: Cursor): Call {
  const start = cursor.position;
  let name = cursor.expectName('a function');
  let namespace = '';
  if (cursor.takeMark(':')) {
    namespace = name.text;
    name = cursor.expectName(`a function of '${namespace}'`);
  }
  cursor.expectMark('(', `after '${name.text}'`);
  const list: Expression[] = [];
  let star = false;
  if (cursor.isMark('*') && cursor.isMark(')', 1)) {
    cursor.next();
    star = true;
  } else if (!cursor.isMark(')')) {
    do list.push(parseExpression(cursor));
    while (cursor.takeMark(','));
  }
  cursor.expectMark(')', `to close '${name.text}('`);
  return { kind: 'call', namespace, name, arguments: list, star, ...cursor.spanFrom(start) };
}

/** `attribute`, `stream.attribute`, `event[0].attribute`, `#inner.attribute`, or a stream alone before `is null`. */
export function parseReference(cursor: Cursor): Extract<Expression, { kind: 'attribute' }> {
  const start = cursor.position;
  const stream = parseStreamName(cursor);
  let inner: StreamReference | undefined;
  if (stream.prefix === '' && cursor.isMark('#') && cursor.isName(1)) inner = parseStreamName(cursor);
  if (cursor.takeMark('.')) {
    const name = cursor.expectName("an attribute's name");
    return { kind: 'attribute', stream, ...(inner === undefined ? {} : { inner }), name, ...cursor.spanFrom(start) };
  }
  const alone = stream.prefix === '' && stream.index === undefined && inner === undefined;
  if (alone) return { kind: 'attribute', name: { text: stream.name, from: stream.from, to: stream.to }, ...cursor.spanFrom(start) };
  // Only `is null` may follow a stream without an attribute.
  if (cursor.isWord('is')) return { kind: 'attribute', stream, name: { text: '', from: stream.to, to: stream.to }, ...cursor.spanFrom(start) };
  return cursor.fail(["'.' and an attribute's name"]);
}

function parseStreamName(cursor: Cursor): StreamReference {
  const start = cursor.position;
  const prefix = cursor.takeMark('#') ? '#' : cursor.takeMark('!') ? '!' : '';
  const name = cursor.expectName('a name');
  const index = cursor.isMark('[') ? parseIndex(cursor) : undefined;
  return { name: name.text, prefix, ...(index === undefined ? {} : { index }), ...cursor.spanFrom(start) };
}

function parseIndex(cursor: Cursor): EventIndex {
  cursor.expectMark('[');
  if (cursor.takeWord('last')) {
    const offset = cursor.takeMark('-') ? wholeNumber(cursor) : 0;
    cursor.expectMark(']', 'after the index');
    return { from: 'end', offset };
  }
  const offset = wholeNumber(cursor);
  cursor.expectMark(']', 'after the index');
  return { from: 'start', offset };
}

export function wholeNumber(cursor: Cursor): number {
  const token = cursor.peek();
  if (token.kind !== 'int') return cursor.fail(['a whole number']);
  cursor.next();
  if (Number(token.text) > Number(INT_MAX)) cursor.refuse('syntax.number', token, `${token.text} is out of range for int.`);
  return Number(token.text);
}
