import type { Diagnostics, Span } from './diagnostics.ts';
import { didYouMean } from './nearest-name.ts';
import type { Name } from './syntax.ts';
import { describe, type Token } from './tokens.ts';

/** Nested brackets, groups and calls; beyond it a text is not a rule but an attack. */
const DEPTH_MAX = 120;

/** Thrown inside the parser only; the statement around it is given up and the next one begins. */
export class SyntaxFailure extends Error {}

/** A place in a token list, with the questions that every part of the parser asks. */
export class Cursor {
  private readonly tokens: readonly Token[];
  readonly diagnostics: Diagnostics;
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly Token[], diagnostics: Diagnostics) {
    this.tokens = tokens;
    this.diagnostics = diagnostics;
  }

  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (token === undefined) throw new RangeError('A token list ends with an end token.');
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (this.at < this.tokens.length - 1) this.at++;
    return token;
  }

  get position(): number {
    return this.at;
  }

  get done(): boolean {
    return this.peek().kind === 'end';
  }

  isMark(mark: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'mark' && token.text === mark;
  }

  isWord(word: string, ahead = 0): boolean {
    return this.peek(ahead).word === word;
  }

  isName(ahead = 0): boolean {
    const { kind } = this.peek(ahead);
    return kind === 'name' || kind === 'quoted';
  }

  takeMark(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.next();
    return true;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.next();
    return true;
  }

  expectMark(mark: string, where = ''): Token {
    if (this.isMark(mark)) return this.next();
    return this.fail([`'${mark}'`], where);
  }

  expectWord(word: string, where = ''): Token {
    if (this.isWord(word)) return this.next();
    return this.fail([`'${word}'`], where, [word]);
  }

  expectName(what: string): Name {
    if (!this.isName()) return this.fail([what]);
    const { text, from, to } = this.next();
    return { text, from, to };
  }

  /** Reports "found …, expected …" at the current token and gives up the statement. */
  fail(expected: readonly string[], where = '', words: readonly string[] = []): never {
    const token = this.peek();
    const wanted = expected.length < 2 ? expected.join('') : `${expected.slice(0, -1).join(', ')} or ${expected.at(-1)}`;
    this.diagnostics.error(
      'syntax.expected',
      token,
      `Found ${describe(token)}, expected ${wanted}${where === '' ? '' : ` ${where}`}.`,
      token.kind === 'name' && words.length > 0 ? didYouMean(token.text, words) : undefined,
    );
    throw new SyntaxFailure();
  }

  /** Reports something else that is wrong with a piece of text and gives up the statement. */
  refuse(code: string, span: Span, message: string, hint?: string): never {
    this.diagnostics.error(code, span, message, hint);
    throw new SyntaxFailure();
  }

  /** Runs one level deeper; the limit keeps hostile nesting from exhausting the stack, here and in every later pass. */
  nested<T>(parse: () => T): T {
    if (this.depth >= DEPTH_MAX) this.refuse('limit.depth', this.peek(), `Nested more than ${DEPTH_MAX} levels deep.`);
    this.depth++;
    try {
      return parse();
    } finally {
      this.depth--;
    }
  }

  /** The tokens from `start` up to the one at hand. */
  tokensSince(start: number): readonly Token[] {
    return this.tokens.slice(start, this.at);
  }

  /** Everything from the token at `start` to the last one taken. */
  spanFrom(start: number): Span {
    const from = this.tokens[start]?.from ?? 0;
    return { from, to: Math.max(from, this.tokens[this.at - 1]?.to ?? from) };
  }

  /** Moves to the end of a broken statement: past the next `;`, or before a token that can only begin another. */
  recover(begins: (cursor: Cursor) => boolean): void {
    while (!this.done) {
      if (this.takeMark(';')) return;
      if (this.position > 0 && begins(this)) return;
      this.next();
    }
  }
}
