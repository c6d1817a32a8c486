import type { Diagnostics } from './diagnostics.ts';
import { MARKS, type Token, type TokenKind } from './tokens.ts';

/**
 * Splits a text into tokens. Never fails: what cannot be a token is reported and passed over, so that one stray
 * character costs one message and not the rest of the text.
 */
export function tokenize(text: string, diagnostics: Diagnostics): Token[] {
  return new Lexer(text, diagnostics).run();
}

const NAME = /[A-Za-z_][A-Za-z_0-9]*/y;
const SPACE = /[ \t\r\n\v\f\u00a0\ufeff]+/y;
// With a fraction or an exponent, or neither; the suffix decides between the four kinds. `5.` alone is no number, `5.f` and `5.e3` are.
const NUMBER = /(?:\d+(?:\.\d+|\.(?=[eE][-+]?\d|[fFdD]))?|\.\d+)(?:[eE][-+]?\d+)?[lLfFdD]?/y;
const VARIABLE = /\$\{[^{}\s]+\}/y;
class Lexer {
  private readonly tokens: Token[] = [];
  private readonly text: string;
  private readonly diagnostics: Diagnostics;
  private at = 0;

  constructor(text: string, diagnostics: Diagnostics) {
    this.text = text;
    this.diagnostics = diagnostics;
  }

  run(): Token[] {
    while (this.at < this.text.length) this.step();
    this.push('end', this.at, '');
    return this.tokens;
  }

  private step(): void {
    const from = this.at;
    const character = this.text[from] ?? '';
    if (this.match(SPACE) !== undefined) return;
    if (this.text.startsWith('--', from)) return this.skipTo('\n');
    if (this.text.startsWith('/*', from)) return this.skipPast('*/', from + 2);
    const name = this.match(NAME);
    if (name !== undefined) return this.push('name', from, name, name.toLowerCase());
    if (/[0-9]/.test(character) || (character === '.' && /[0-9]/.test(this.text[from + 1] ?? ''))) return this.number(from);
    if (this.text.startsWith('"""', from)) return this.rawString(from);
    if (character === "'" || character === '"') return this.string(from, character);
    if (character === '`') return this.quotedName(from);
    if (this.text.startsWith('${', from)) return this.variable(from);
    if (character === '{') return this.script(from);
    const mark = MARKS.find((one) => this.text.startsWith(one, from));
    if (mark !== undefined) {
      this.at += mark.length;
      return this.push('mark', from, mark);
    }
    this.at += 1;
    this.diagnostics.error('syntax.character', { from, to: this.at }, `Unexpected character '${character}'.`);
  }

  private number(from: number): void {
    const written = this.match(NUMBER) ?? '';
    const suffix = written.slice(-1).toLowerCase();
    const digits = /[lfd]/.test(suffix) ? written.slice(0, -1) : written;
    const whole = /^\d+$/.test(digits);
    if (suffix === 'l' && !whole) {
      this.diagnostics.error('syntax.number', { from, to: this.at }, `'${written}' is no long: a long has no fraction.`);
      return this.push('double', from, digits);
    }
    const kind: TokenKind = suffix === 'l' ? 'long' : suffix === 'f' ? 'float' : suffix === 'd' || !whole ? 'double' : 'int';
    this.push(kind, from, digits);
  }

  private string(from: number, quote: string): void {
    let end = from + 1;
    while (end < this.text.length && this.text[end] !== quote && this.text[end] !== '\n') end++;
    const closed = this.text[end] === quote;
    if (!closed) {
      this.diagnostics.error('syntax.string', { from, to: end }, 'This string is not closed on its line.', `Add ${quote} at its end, or use """ for text over several lines.`);
    }
    this.at = closed ? end + 1 : end;
    this.push('string', from, this.text.slice(from + 1, end));
  }

  private rawString(from: number): void {
    const end = this.text.indexOf('"""', from + 3);
    if (end < 0) this.diagnostics.error('syntax.string', { from, to: this.text.length }, 'This """ string is not closed.');
    const inner = this.text.slice(from + 3, end < 0 ? this.text.length : end);
    this.at = end < 0 ? this.text.length : end + 3;
    this.push('string', from, inner);
  }

  private quotedName(from: number): void {
    const end = this.text.indexOf('`', from + 1);
    if (end < 0) this.diagnostics.error('syntax.name', { from, to: this.text.length }, 'This quoted name is not closed.', 'Add ` at its end.');
    this.at = end < 0 ? this.text.length : end + 1;
    this.push('quoted', from, this.text.slice(from + 1, end < 0 ? this.text.length : end));
  }

  private variable(from: number): void {
    const name = this.match(VARIABLE);
    if (name !== undefined) return this.push('variable', from, name.slice(2, -1));
    this.at = from + 2;
    this.diagnostics.error('syntax.variable', { from, to: this.at }, 'This variable has no name or is not closed.', 'Write ${name}.');
  }

  /** A function's body: up to the brace that closes it, past strings and line comments. */
  private script(from: number): void {
    let depth = 0;
    let at = from;
    for (; at < this.text.length; at++) {
      const character = this.text[at];
      if (character === '"') {
        const end = this.text.indexOf('"', at + 1);
        at = end < 0 ? this.text.length : end;
      } else if (character === '/' && this.text[at + 1] === '/') {
        const end = this.text.indexOf('\n', at);
        at = end < 0 ? this.text.length : end;
      } else if (character === '{') depth++;
      else if (character === '}' && --depth === 0) break;
    }
    if (depth > 0) this.diagnostics.error('syntax.script', { from, to: from + 1 }, 'This script has no closing brace.');
    this.at = Math.min(at + 1, this.text.length);
    this.push('script', from, this.text.slice(from + 1, this.at - (depth > 0 ? 0 : 1)));
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private skipTo(mark: string): void {
    const end = this.text.indexOf(mark, this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private skipPast(mark: string, from: number): void {
    const end = this.text.indexOf(mark, from);
    this.at = end < 0 ? this.text.length : end + mark.length;
  }

  private push(kind: TokenKind, from: number, text: string, word = ''): void {
    this.tokens.push({ kind, text, word, from, to: this.at });
  }
}
