import type { Cursor } from './cursor.ts';
import { parseCall, parseExpression } from './parse-expression.ts';
import type { Handler, SingleInput, StreamReference } from './syntax.ts';

/** A stream with its filters, functions and window. */
export function parseSingleInput(cursor: Cursor): SingleInput {
  const start = cursor.position;
  const source = parseSource(cursor);
  const handlers = parseHandlers(cursor, true);
  return { kind: 'single', source, handlers, ...cursor.spanFrom(start) };
}

export function parseSource(cursor: Cursor): StreamReference {
  const start = cursor.position;
  const prefix = cursor.takeMark('#') ? '#' : cursor.takeMark('!') ? '!' : '';
  const name = cursor.expectName("a stream's name");
  return { name: name.text, prefix, ...cursor.spanFrom(start) };
}

export function parseHandlers(cursor: Cursor, windows: boolean): Handler[] {
  const handlers: Handler[] = [];
  for (;;) {
    const start = cursor.position;
    const hash = cursor.isMark('#');
    if (cursor.isMark('[') || (hash && cursor.isMark('[', 1))) {
      if (hash) cursor.next();
      cursor.next();
      const condition = parseExpression(cursor);
      cursor.expectMark(']', 'to close the filter');
      handlers.push({ kind: 'filter', condition, ...cursor.spanFrom(start) });
    } else if (hash) {
      cursor.next();
      if (cursor.isWord('window') && cursor.isMark('.', 1)) {
        if (!windows) cursor.refuse('syntax.window', cursor.peek(), 'A step of a pattern has no window; `within` limits the whole pattern.');
        cursor.next();
        cursor.next();
        handlers.push({ kind: 'window', call: parseCall(cursor), ...cursor.spanFrom(start) });
      } else handlers.push({ kind: 'function', call: parseCall(cursor), ...cursor.spanFrom(start) });
    } else return handlers;
  }
}
