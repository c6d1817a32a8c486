import type { Span } from '../language/diagnostics.ts';
import type { App } from '../language/syntax.ts';
import { unitRank } from '../language/parse-expression.ts';
import type { Token } from '../language/tokens.ts';
import type { Symbols } from './symbols.ts';
import type { TextMap } from './text-map.ts';
import { callsOf } from './walk.ts';

export type SemanticKind =
  | 'comment' | 'keyword' | 'type' | 'string' | 'number' | 'unit' | 'operator' | 'annotation' | 'script'
  | 'stream' | 'table' | 'window' | 'trigger' | 'aggregation' | 'event' | 'attribute' | 'function' | 'model' | 'name';

export interface SemanticToken extends Span {
  kind: SemanticKind;
  /** Where the name is introduced. */
  defines: boolean;
}

const TYPES = new Set(['int', 'long', 'float', 'double', 'bool', 'string', 'object']);

/** What each word of a text is, in its order; for colours that follow the meaning and not only the spelling. */
export function semanticTokens(map: TextMap, app: App, { occurrences }: Symbols): SemanticToken[] {
  const named = new Map(occurrences.map((one) => [one.from, one]));
  const called = new Set(callsOf(app).flatMap(({ call }) => [call.from, call.name.from]));
  const list: SemanticToken[] = map.comments.map(({ from, to }) => ({ from, to, kind: 'comment', defines: false }));
  map.tokens.forEach((token, index) => {
    if (token.kind === 'end') return;
    const { from, to } = token;
    const occurrence = named.get(from) ?? (token.kind === 'string' ? named.get(from + 1) : undefined);
    if (occurrence !== undefined && (occurrence.from === from || occurrence.kind === 'model')) list.push({ from, to, kind: occurrence.kind, defines: occurrence.defines });
    else list.push({ from, to, kind: kindOf(token, map.tokens[index - 1], map.tokens[index - 2], called), defines: false });
  });
  return list.sort((left, right) => left.from - right.from);
}

function kindOf(token: Token, before: Token | undefined, beforeThat: Token | undefined, called: ReadonlySet<number>): SemanticKind {
  switch (token.kind) {
    case 'string':
      return 'string';
    case 'script':
      return 'script';
    case 'mark':
      return token.text === '@' ? 'annotation' : 'operator';
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return 'number';
    case 'quoted':
      return 'name';
    default:
      if (before?.text === '@' || (before?.text === ':' && beforeThat?.word === 'app')) return 'annotation';
      if (called.has(token.from)) return 'function';
      if (TYPES.has(token.word)) return 'type';
      if (before?.kind === 'int' && unitRank(token.word) >= 0) return 'unit';
      return KEYWORDS.has(token.word) ? 'keyword' : 'name';
  }
}

/** Words with a meaning of their own; where one is used as a name, it is an occurrence of that. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'define', 'stream', 'table', 'window', 'trigger', 'function', 'aggregation', 'from', 'select', 'insert', 'into', 'delete', 'update', 'set', 'or', 'and',
  'not', 'in', 'is', 'null', 'group', 'by', 'having', 'order', 'asc', 'desc', 'limit', 'offset', 'as', 'on', 'join', 'left', 'right', 'full', 'outer',
  'inner', 'unidirectional', 'within', 'per', 'every', 'for', 'output', 'all', 'first', 'last', 'snapshot', 'events', 'current', 'expired', 'partition',
  'with', 'of', 'begin', 'end', 'return', 'aggregate', 'at', 'true', 'false',
]);
