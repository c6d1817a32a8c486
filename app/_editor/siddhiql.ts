import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting, type StreamParser, type StringStream } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { KEYWORDS } from '@selvedge/edge-runtime/cep/language-service';

const types = new Set(['int', 'long', 'float', 'double', 'bool', 'string', 'object']);
const units = new Set(['millisec', 'millisecond', 'milliseconds', 'sec', 'second', 'seconds', 'min', 'minute', 'minutes', 'hour', 'hours', 'day', 'days', 'week', 'weeks', 'month', 'months', 'year', 'years']);
/** Keywords only in `current events` and the like; elsewhere ordinary names of attributes. */
const beforeEvents: ReadonlySet<string> = new Set(['current', 'expired']);

interface Place {
  /** What closes the token that began on an earlier line. */
  until: '*/' | '"""' | undefined;
}

/** Colours only: what is wrong with a text is said by the engine's own parser, so this may be as forgiving as it likes. */
const parser: StreamParser<Place> = {
  name: 'siddhiql',
  startState: () => ({ until: undefined }),
  token(stream, place) {
    if (place.until !== undefined) return throughEnd(stream, place, place.until);
    if (stream.eatSpace()) return null;
    if (stream.match('--')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('/*')) return throughEnd(stream, place, '*/');
    if (stream.match('"""')) return throughEnd(stream, place, '"""');
    if (stream.match(/^'[^'\n]*'?/) || stream.match(/^"[^"\n]*"?/)) return 'string';
    if (stream.match(/^`[^`]*`?/)) return 'variableName';
    if (stream.match(/^(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?[lLfFdD]?/)) return 'number';
    if (stream.match(/^@[A-Za-z_][\w:]*/)) return 'annotation';
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word === null) {
      stream.next();
      return 'operator';
    }
    const text = stream.current().toLowerCase();
    if (beforeEvents.has(text)) return stream.match(/^\s+events\b/i, false) ? 'keyword' : 'variableName';
    return wordStyle(text, stream.match(/^\s*(?:\(|:)/, false) !== null);
  },
  languageData: {
    commentTokens: { line: '--', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', '[', '{', "'", '"', '`'] },
    wordChars: '_',
  },
  tokenTable: { annotation: tags.annotation, function: tags.function(tags.variableName) },
};

function throughEnd(stream: StringStream, place: Place, end: '*/' | '"""'): string {
  if (stream.skipTo(end)) {
    stream.match(end);
    place.until = undefined;
  } else {
    stream.skipToEnd();
    place.until = end;
  }
  return end === '*/' ? 'comment' : 'string';
}

function wordStyle(word: string, called: boolean): string {
  if (types.has(word)) return 'typeName';
  if (units.has(word)) return 'unit';
  if (KEYWORDS.has(word) && !(called && (word === 'window' || word === 'first' || word === 'last'))) return 'keyword';
  return called ? 'function' : 'variableName';
}

const style = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--color-faint)' },
  { tag: tags.keyword, color: 'var(--color-s4)' },
  { tag: tags.string, color: 'var(--color-positive)' },
  { tag: tags.number, color: 'var(--color-s3)' },
  { tag: tags.unit, color: 'var(--color-s3)' },
  { tag: tags.typeName, color: 'var(--color-s2)' },
  { tag: tags.function(tags.variableName), color: 'var(--color-s2)' },
  { tag: tags.annotation, color: 'var(--color-notice)' },
  { tag: tags.operator, color: 'var(--color-dim)' },
]);

export function siddhiql(): LanguageSupport {
  return new LanguageSupport(StreamLanguage.define({ ...parser, tokenTable: { ...parser.tokenTable, unit: tags.unit } }), [syntaxHighlighting(style)]);
}
