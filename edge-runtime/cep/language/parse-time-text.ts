import { Cursor, SyntaxFailure } from './cursor.ts';
import { Diagnostics } from './diagnostics.ts';
import { tokenize } from './lexer.ts';
import { parseTime } from './parse-expression.ts';

/** Milliseconds of a time in an annotation's value, such as `1 min 30 sec`; undefined when it is none. */
export function timeOfText(text: string): number | undefined {
  const diagnostics = new Diagnostics(text);
  const cursor = new Cursor(tokenize(text, diagnostics), diagnostics);
  try {
    const time = parseTime(cursor);
    return cursor.done && !diagnostics.failed ? time : undefined;
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure;
    return undefined;
  }
}
