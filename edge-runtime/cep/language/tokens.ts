import type { Span } from './diagnostics.ts';

export type TokenKind =
  | 'name' // an identifier or keyword; `text` as written
  | 'quoted' // `name` in back quotes, never a keyword
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'variable' // ${name}
  | 'script' // { … } after a function definition
  | 'mark' // punctuation and operators
  | 'end';

export interface Token extends Span {
  kind: TokenKind;
  /** The name, the string's value, the number as written without its suffix, the mark. */
  text: string;
  /** Lower case of an unquoted name, so that keywords compare; empty for all else. */
  word: string;
}

/** Longest first, so that the first that matches is the right one. */
export const MARKS = [
  '...', '->', '<=', '>=', '==', '!=', ':', ';', '.', '(', ')', '[', ']', ',', '=', '*', '+', '?', '-', '/', '%', '<',
  '>', '@', '#', '!',
] as const;

/** How a token is named in "found …". */
export function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the text';
    case 'string':
      return token.text.length > 30 ? `the string '${token.text.slice(0, 30)}…'` : `the string '${token.text}'`;
    case 'variable':
      return `the variable '${token.text}'`;
    case 'script':
      return 'a script in braces';
    default:
      return `'${token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text}'`;
  }
}
