import { Diagnostics, type Span } from '../language/diagnostics.ts';
import { tokenize } from '../language/lexer.ts';
import type { Token } from '../language/tokens.ts';

/** A text with its tokens and the comments between them: what questions about a place in it are answered from. */
export interface TextMap {
  text: string;
  /** In the order of the text; the last one is the end. */
  tokens: readonly Token[];
  comments: readonly Comment[];
  /** False where something in the text is no token, for example a string that is not closed. */
  clean: boolean;
}

export interface Comment extends Span {
  kind: 'line' | 'block';
}

export function mapText(text: string): TextMap {
  const diagnostics = new Diagnostics(text);
  const tokens = tokenize(text, diagnostics);
  const comments: Comment[] = [];
  let at = 0;
  for (const token of tokens) {
    commentsBetween(text, at, token.from, comments);
    at = token.to;
  }
  return { text, tokens, comments, clean: !diagnostics.failed };
}

/** What stands between two tokens is blank, a comment, or a character that is no token. */
function commentsBetween(text: string, from: number, to: number, comments: Comment[]): void {
  for (let at = from; at < to; at++) {
    const line = text.startsWith('--', at);
    if (!line && !text.startsWith('/*', at)) continue;
    const mark = line ? '\n' : '*/';
    const found = text.indexOf(mark, line ? at : at + 2);
    const end = Math.min(to, found < 0 ? to : line ? found : found + mark.length);
    comments.push({ kind: line ? 'line' : 'block', from: at, to: end });
    at = end - 1;
  }
}

/** Where the first token stands that ends behind `offset`: the one that holds it, or else the next one. */
export function tokenIndexAt({ tokens }: TextMap, offset: number): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.to ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The token that a person means who points at `offset`: the one that holds it, or the word that ends there. */
export function tokenAt(map: TextMap, offset: number): Token | undefined {
  const index = tokenIndexAt(map, offset);
  const token = map.tokens[index];
  if (token !== undefined && token.from <= offset && token.to > offset && token.kind !== 'mark') return token;
  const before = map.tokens[index - 1];
  if (before?.to === offset && before.kind !== 'mark') return before;
  return token !== undefined && token.from <= offset && token.to > offset ? token : undefined;
}

/** The first name at or behind `from`: of `#Inner`, `!Fault` or `e1[0]` the part that is a name. */
export function nameFrom(map: TextMap, from: number): Token | undefined {
  for (let index = tokenIndexAt(map, from); ; index++) {
    const token = map.tokens[index];
    if (token === undefined || token.kind === 'end') return undefined;
    if (token.kind === 'name' || token.kind === 'quoted') return token;
  }
}

export function commentAt({ comments }: TextMap, offset: number): Comment | undefined {
  return comments.find((one) => one.from < offset && (one.to > offset || (one.kind === 'line' && one.to === offset)));
}
