import type { App, StateElement } from '../language/syntax.ts';
import type { Token } from '../language/tokens.ts';
import { mapText, type Comment, type TextMap } from './text-map.ts';
import { queriesOf } from './walk.ts';

/** Lines longer than this are broken where the language has a natural place. */
const WIDTH = 120;

/**
 * A text in the one form: a clause a line, lists broken where a line grows long, one blank line at most. Only what stands
 * between tokens changes, so that the text means what it meant; comments stay where they are. A text with something in it
 * that is no token comes back as it is. Formatting twice changes nothing more.
 */
export function format(map: TextMap, app: App): string {
  if (!map.clean) return map.text;
  const result = new Printer(map, placesOf(app)).run();
  return sameTokens(map, mapText(result)) ? result : map.text;
}

function sameTokens(left: TextMap, right: TextMap): boolean {
  const write = ({ text, tokens, comments }: TextMap): string => [...tokens.map((one) => text.slice(one.from, one.to)), ...comments.map((one) => text.slice(one.from, one.to).trimEnd())].join('\u0000');
  return right.clean && write(left) === write(right);
}

/** Places that only the syntax can tell apart. */
interface Places {
  /** Marks around which nothing is put: of counts such as `<2:5>`, `+`, `*`. */
  tight: ReadonlySet<number>;
  /** Where a clause of a query begins, which gets a line of its own. */
  clauses: ReadonlySet<number>;
  /** Ranges of annotations, and whether each is an `@info`. */
  annotations: readonly { from: number; to: number }[];
}

function placesOf(app: App): Places {
  const tight = new Set<number>();
  const clauses = new Set<number>();
  const counts = (element: StateElement): void => {
    if (element.kind === 'count') for (let at = element.stream.to; at < element.to; at++) tight.add(at);
    else if (element.kind === 'every') counts(element.element);
    else if (element.kind === 'next') element.steps.forEach(counts);
  };
  for (const { query } of queriesOf(app)) {
    if (query.input.kind === 'pattern' || query.input.kind === 'sequence') counts(query.input.element);
    clauses.add(query.select.from).add(query.output.from);
    if (query.rate !== undefined) clauses.add(query.rate.from);
  }
  for (const definition of app.definitions) if (definition.kind === 'aggregation') clauses.add(definition.select.from);
  const annotations = [...app.annotations, ...app.definitions.flatMap((one) => ('annotations' in one ? one.annotations : [])), ...queriesOf(app).flatMap((one) => one.query.annotations), ...app.elements.flatMap((one) => one.annotations)];
  return { tight, clauses, annotations };
}

class Printer {
  private readonly map: TextMap;
  private readonly places: Places;
  private readonly lines: string[] = [];
  private line = '';
  private comment = 0;
  /** Inside `begin … end`. */
  private inner = false;
  private depth = 0;
  private statement: Token[] = [];
  private readonly annotationEnds: ReadonlySet<number>;
  private clausesBegun = false;

  constructor(map: TextMap, places: Places) {
    this.map = map;
    this.places = places;
    this.annotationEnds = new Set(places.annotations.map((one) => one.to));
  }

  run(): string {
    const { tokens } = this.map;
    tokens.forEach((token, index) => {
      const before = tokens[index - 1];
      this.comments(before, token);
      if (token.kind === 'end') return;
      this.place(token, before, tokens[index + 1]);
    });
    this.flush();
    while (this.lines.at(-1) === '') this.lines.pop();
    return this.lines.length === 0 ? '' : `${this.lines.flatMap(broken).join('\n')}\n`;
  }

  private place(token: Token, before: Token | undefined, after: Token | undefined): void {
    const starts = this.statement.length === 0;
    if (token.word === 'end' && this.inner && starts) this.inner = false;
    if (before !== undefined && this.line !== '' && this.breaksBefore(token, before, after)) this.flush();
    if (this.line === '') {
      if (starts) this.blankLine(before, token);
      this.line = this.indent(token);
    } else if (before !== undefined && this.spaced(before, token)) this.line += ' ';
    this.line += this.map.text.slice(token.from, token.to);
    this.statement.push(token);
    this.follow(token);
  }

  private follow(token: Token): void {
    if (token.text === '(' || token.text === '[') this.depth++;
    if (token.text === ')' || token.text === ']') this.depth = Math.max(0, this.depth - 1);
    const isEnd = token.kind === 'mark' && token.text === ';';
    const begins = token.word === 'begin' && this.depth === 0 && this.statement[0]?.word === 'partition';
    if (isEnd || begins || this.annotationEnds.has(token.to)) {
      const continues = this.annotationEnds.has(token.to) && !isEnd;
      if (continues && this.depth > 0) return;
      this.flush();
      if (begins) this.inner = true;
      this.statement = [];
      this.depth = 0;
      this.clausesBegun = false;
      this.annotated = continues;
    }
  }

  /** After an annotation the statement that it belongs to follows, without a blank line. */
  private annotated = false;

  private breaksBefore(token: Token, before: Token, after: Token | undefined): boolean {
    if (this.places.clauses.has(token.from) && token.kind === 'name') {
      this.clausesBegun = true;
      return true;
    }
    if (this.depth > 0 || !this.clausesBegun || token.kind !== 'name' || before.text === '.' || before.word === 'as') return false;
    if ((token.word === 'group' || token.word === 'order') && after?.word === 'by') return true;
    if (token.word === 'having') return endsOperand(before);
    if (token.word === 'set' || token.word === 'on') return this.statement.some((one) => one.word === 'update' || one.word === 'delete') && endsOperand(before);
    return token.word === 'aggregate' && endsOperand(before);
  }

  private indent(token: Token): string {
    return (this.inner && token.word !== 'end' ? '  ' : '') + (this.statement.length > 0 && !this.isClause(token) ? '  ' : '');
  }

  private isClause(token: Token): boolean {
    return this.places.clauses.has(token.from) || ['group', 'order', 'having', 'set', 'on', 'aggregate'].includes(token.word);
  }

  private blankLine(before: Token | undefined, token: Token): void {
    if (this.annotated || this.lines.length === 0 || before?.word === 'begin') return;
    const gap = this.map.text.slice(Math.max(before?.to ?? 0, this.lastComment), token.from);
    if (/\n[ \t\r]*\n/.test(gap) && this.lines.at(-1) !== '') this.lines.push('');
  }

  private lastComment = 0;

  /** Comments between two tokens: behind the one on its line, else on lines of their own. */
  private comments(before: Token | undefined, token: Token): void {
    const { comments, text } = this.map;
    for (let one = comments[this.comment]; one !== undefined && one.from < token.from; one = comments[this.comment]) {
      this.comment++;
      const written = text.slice(one.from, one.to).trimEnd();
      const behind = before !== undefined && !text.slice(Math.max(before.to, this.lastComment), one.from).includes('\n');
      if (behind && (this.line !== '' || this.lines.length > 0)) this.append(written, one);
      else this.ownLine(written, before, one);
      this.lastComment = one.to;
    }
  }

  private append(written: string, comment: Comment): void {
    if (this.line === '') this.lines[this.lines.length - 1] = `${this.lines.at(-1) ?? ''} ${written}`;
    else {
      this.line += ` ${written}`;
      if (comment.kind === 'line') this.flush();
    }
  }

  private ownLine(written: string, before: Token | undefined, comment: Comment): void {
    this.flush();
    const gap = this.map.text.slice(Math.max(before?.to ?? 0, this.lastComment), comment.from);
    const first = this.lines.length === 0 || before?.word === 'begin';
    if (this.statement.length === 0 && !first && /\n[ \t\r]*\n/.test(gap) && this.lines.at(-1) !== '') this.lines.push('');
    this.lines.push(`${this.inner ? '  ' : ''}${this.statement.length > 0 ? '  ' : ''}${written}`);
  }

  private flush(): void {
    if (this.line !== '') this.lines.push(this.line);
    this.line = '';
  }

  private spaced(left: Token, right: Token): boolean {
    const { tight } = this.places;
    if (tight.has(left.from) && tight.has(right.from)) return false;
    if (tight.has(right.from)) return false;
    const [a, b] = [left.kind === 'mark' ? left.text : '', right.kind === 'mark' ? right.text : ''];
    if (a === '@' || a === '#' || a === '!' || a === '.' || a === '(' || a === '[') return false;
    if (b === '.' || b === ')' || b === ']' || b === ',' || b === ';') return false;
    if (a === ':' || b === ':') return false;
    if (b === '(') return !(left.kind === 'name' || left.kind === 'quoted') || this.spacedBracket(left);
    if (b === '[') return !(left.kind === 'name' || left.kind === 'quoted' || a === ']' || a === ')') && a !== '';
    if (b === '#' || b === '!') return left.kind === 'mark' ? a !== ']' && a !== ')' : isIntroduction(left);
    if (this.inAnnotation(right)) return this.spacedInAnnotation(left, right, a, b);
    if ((a === '-' || a === '+') && this.isSign(left)) return false;
    return true;
  }

  /** `define stream S (…)`, `partition with (…)`, `insert (…`: a keyword or a definition's name, not a call. */
  private spacedBracket(left: Token): boolean {
    const [first, second, third] = this.statement;
    const defines = first?.word === 'define' && third === left && ['stream', 'table', 'window'].includes(second?.word ?? '');
    return defines || ['with', 'and', 'or', 'not', 'from', 'every', 'in', 'having', 'on', 'as', 'select', 'by'].includes(left.word);
  }

  private inAnnotation(token: Token): boolean {
    return this.places.annotations.some((one) => one.from < token.from && token.from < one.to);
  }

  private spacedInAnnotation(left: Token, right: Token, a: string, b: string): boolean {
    const info = this.statement.some((one, index) => one.word === 'info' && this.statement[index - 1]?.text === '@');
    if (a === '=' || b === '=') return info;
    return !(a === '-' || b === '-') && !(right.kind === 'name' && a === '' && left.kind === 'mark');
  }

  private isSign(mark: Token): boolean {
    const before = this.statement[this.statement.indexOf(mark) - 1];
    return before === undefined || !endsOperand(before);
  }
}

/** A word after which a stream is named: `from #Inner`, `insert into !Fault`. */
function isIntroduction(token: Token): boolean {
  return ['from', 'into', 'join', 'every', 'not', 'and', 'or', 'update', 'delete', 'on', 'of', 'select'].includes(token.word);
}

function endsOperand(token: Token): boolean {
  if (token.kind === 'mark') return token.text === ')' || token.text === ']';
  return !['and', 'or', 'not', 'in', 'is', 'select', 'by', 'on', 'having', 'as', 'every', 'from', 'limit', 'offset'].includes(token.word);
}

/** A long line in several: at commas outside brackets of the line's own depth, at arrows, and before `and` and `within`. */
function broken(line: string): string[] {
  if (line.length <= WIDTH || /^\s*(--|\/\*)/.test(line) || line.includes('\n') || line.includes('"""')) return [line];
  const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const parts = breakable(line);
  const lines: string[] = [];
  let current = '';
  for (const part of parts) {
    if (current !== '' && (current + part).trimEnd().length > WIDTH) {
      lines.push(current.trimEnd());
      current = indent + part.trimStart();
    } else current += part;
  }
  lines.push(current.trimEnd());
  return lines;
}

/** The pieces of a line between which it may be broken, each with the blank behind it. */
function breakable(line: string): string[] {
  const places: number[] = [];
  const { tokens, comments } = mapText(line);
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token.text === ',' && token.kind === 'mark' && next !== undefined && next.kind !== 'end') places.push(next.from);
    if ((token.text === '->' && token.kind === 'mark') || ((token.word === 'and' || token.word === 'or') && index > 0)) places.push(token.from);
    if (token.word === 'within' && index > 0) places.push(token.from);
  });
  const end = comments[0]?.from ?? line.length;
  const parts: string[] = [];
  let at = 0;
  for (const place of places.filter((one) => one < end)) {
    parts.push(line.slice(at, place));
    at = place;
  }
  return [...parts, line.slice(at)];
}
