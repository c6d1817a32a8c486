import { Cursor, SyntaxFailure } from './cursor.ts';
import type { Diagnostics } from './diagnostics.ts';
import { tokenize } from './lexer.ts';
import { parseAnnotation, parseDefinition } from './parse-definition.ts';
import { parseExpression } from './parse-expression.ts';
import { parseSource } from './parse-input.ts';
import { parseOutput, parseQuery, parseWithinRange } from './parse-query.ts';
import { parseSelection } from './parse-selection.ts';
import type { Token } from './tokens.ts';
import { replaceVariables, type Variables } from './variables.ts';
import type { Annotation, App, OnDemandQuery, Partition, Query } from './syntax.ts';

/** Limits on one text: beyond them nothing is parsed at all, or nothing more. */
export const TEXT_MAX = 4_000_000;
const STATEMENTS_MAX = 50_000;

/** Parses a whole text; what is broken is reported and left out, the rest is kept. Never throws. */
export function parseApp(text: string, diagnostics: Diagnostics, variables: Variables = {}): App {
  const app: App = { annotations: [], definitions: [], elements: [], broken: [] };
  if (text.length > TEXT_MAX) {
    diagnostics.error('limit.text', { from: 0, to: 0 }, `A text has at most ${TEXT_MAX} characters, this one has ${text.length}.`);
    return app;
  }
  const cursor = new Cursor(replaceVariables(tokenize(text, diagnostics), variables, diagnostics, tokenize), diagnostics);
  for (let count = 0; !cursor.done; count++) {
    if (count >= STATEMENTS_MAX) {
      diagnostics.error('limit.statements', cursor.peek(), `A text has at most ${STATEMENTS_MAX} definitions and queries.`);
      break;
    }
    if (!straySemicolon(cursor)) attempt(cursor, app, beginsStatement, () => parseStatement(cursor, app));
  }
  return app;
}

/** Takes and reports a `;` that ends nothing, as Siddhi's grammar has it: one stands between two statements. */
function straySemicolon(cursor: Cursor): boolean {
  const semicolon = cursor.peek();
  if (!cursor.takeMark(';')) return false;
  cursor.diagnostics.error('syntax.semicolon', semicolon, "This ';' ends nothing.", 'One stands between two statements; take this one out.');
  return true;
}

function attempt(cursor: Cursor, app: App, begins: (cursor: Cursor) => boolean, parse: () => void): void {
  const before = cursor.position;
  try {
    parse();
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure;
    if (cursor.position === before) cursor.next();
    cursor.recover(begins);
    for (const name of namesMadeBy(cursor.tokensSince(before))) app.broken.push(name);
  }
}

/** The name after `define stream`, and each one after `into`. */
function namesMadeBy(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ word }, index) => {
    if (word !== 'define' && word !== 'into') return [];
    const at = index + (word === 'define' ? 2 : 1);
    const name = tokens[at]?.text ?? '';
    return tokens[at]?.kind === 'mark' ? [name + (tokens[at + 1]?.text ?? '')] : [name];
  });
}

/** After an error: words that begin a statement and hardly stand anywhere else. */
function beginsStatement(cursor: Cursor): boolean {
  return cursor.isWord('define') || (cursor.isWord('partition') && cursor.isWord('with', 1)) || (cursor.isMark('@') && cursor.isName(1));
}

function beginsInPartition(cursor: Cursor): boolean {
  return beginsStatement(cursor) || cursor.isWord('end');
}

function parseStatement(cursor: Cursor, app: App): void {
  const early = app.definitions.length + app.elements.length === 0;
  const ofApp: Annotation[] = early ? app.annotations : [];
  const annotations = parseAnnotations(cursor, ofApp);
  const [late] = early ? [] : ofApp;
  if (late !== undefined) cursor.refuse('syntax.annotation', late, `@${late.name} is said of the whole app, before all definitions.`);
  if (cursor.done && annotations.length === 0) return;
  if (cursor.isWord('define')) app.definitions.push(parseDefinition(cursor, annotations));
  else if (cursor.isWord('from')) app.elements.push(parseQuery(cursor, annotations));
  else if (cursor.isWord('partition')) app.elements.push(parsePartition(cursor, app, annotations));
  else cursor.fail(["'define'", "'from'", "'partition'"], '', ['define', 'from', 'partition']);
  endStatement(cursor);
}

/** Annotations before a statement; those of the app itself go to `ofApp`. */
function parseAnnotations(cursor: Cursor, ofApp: Annotation[]): Annotation[] {
  const annotations: Annotation[] = [];
  while (cursor.isMark('@')) {
    const annotation = parseAnnotation(cursor);
    (annotation.name.toLowerCase().startsWith('app:') ? ofApp : annotations).push(annotation);
  }
  return annotations;
}

function endStatement(cursor: Cursor): void {
  if (!cursor.done) cursor.expectMark(';', 'at the end of the statement');
}

function parsePartition(cursor: Cursor, app: App, annotations: Annotation[]): Partition {
  const start = cursor.position;
  cursor.expectWord('partition');
  cursor.expectWord('with', "after 'partition'");
  cursor.expectMark('(', "after 'partition with'");
  const keys: Partition['keys'] = [];
  do keys.push(parsePartitionKey(cursor));
  while (cursor.takeMark(','));
  cursor.expectMark(')', "to close 'partition with ('");
  cursor.expectWord('begin', 'before the queries of the partition');
  const queries: Query[] = [];
  if (cursor.isWord('end')) cursor.refuse('syntax.partition', cursor.peek(), 'A partition has at least one query.');
  while (!cursor.done && !cursor.isWord('end')) {
    if (straySemicolon(cursor)) continue;
    attempt(cursor, app, beginsInPartition, () => {
      const own = parseAnnotations(cursor, annotations);
      queries.push(parseQuery(cursor, own));
      if (!cursor.isWord('end')) cursor.expectMark(';', 'after a query of the partition');
    });
  }
  cursor.expectWord('end', 'after the queries of the partition');
  return { kind: 'partition', annotations, keys, queries, ...cursor.spanFrom(start) };
}

function parsePartitionKey(cursor: Cursor): Partition['keys'][number] {
  const first = parseExpression(cursor);
  if (!cursor.isWord('as')) {
    cursor.expectWord('of', 'after the value to partition by');
    return { value: first, stream: cursor.expectName("a stream's name") };
  }
  const ranges = [{ condition: first, label: parseLabel(cursor) }];
  while (cursor.takeWord('or')) ranges.push({ condition: parseExpression(cursor), label: parseLabel(cursor) });
  cursor.expectWord('of', 'after the ranges to partition by');
  return { ranges, stream: cursor.expectName("a stream's name") };
}

function parseLabel(cursor: Cursor): string {
  cursor.expectWord('as', 'after the condition of a range');
  const token = cursor.peek();
  if (token.kind !== 'string') return cursor.fail(["the range's label in quotes"]);
  cursor.next();
  return token.text;
}

/** Parses one on-demand query; undefined when it is broken, with the reasons in `diagnostics`. */
export function parseOnDemand(text: string, diagnostics: Diagnostics, variables: Variables = {}): OnDemandQuery | undefined {
  if (text.length > TEXT_MAX) {
    diagnostics.error('limit.text', { from: 0, to: 0 }, `A text has at most ${TEXT_MAX} characters, this one has ${text.length}.`);
    return undefined;
  }
  const cursor = new Cursor(replaceVariables(tokenize(text, diagnostics), variables, diagnostics, tokenize), diagnostics);
  try {
    const source = cursor.takeWord('from') ? parseOnDemandSource(cursor) : undefined;
    const select = parseSelection(cursor);
    const at = cursor.peek().from;
    const ended = cursor.done || cursor.isMark(';');
    const output = ended && source !== undefined ? ({ kind: 'return', events: 'current', from: at, to: at } as const) : parseOutput(cursor);
    cursor.takeMark(';');
    if (!cursor.done) cursor.fail(['the end of the query']);
    return { ...(source === undefined ? {} : { source }), select, output, ...cursor.spanFrom(0) };
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure;
    return undefined;
  }
}

function parseOnDemandSource(cursor: Cursor): NonNullable<OnDemandQuery['source']> {
  const reference = parseSource(cursor);
  const alias = cursor.takeWord('as') ? cursor.expectName('another name') : undefined;
  const on = cursor.takeWord('on') ? parseExpression(cursor) : undefined;
  const within = parseWithinRange(cursor);
  const per = cursor.takeWord('per') ? parseExpression(cursor) : undefined;
  return {
    reference,
    ...(alias === undefined ? {} : { alias }),
    ...(on === undefined ? {} : { on }),
    ...(within === undefined ? {} : { within }),
    ...(per === undefined ? {} : { per }),
  };
}
