import { ALL, caseless, NO_LINE_END, property, range, shorthand, union, type Has } from './character-class.ts';
import { RegexFailure, UNLIMITED, type Node } from './syntax.ts';

const PATTERN_MAX = 2000;
const DEPTH_MAX = 100;
/** A repetition is written out, so that it has to be bounded. */
const REPEAT_MAX = 1000;

const ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };
const SYNTAX = new Set('\\^$.|?*+()[]{}');

export interface ParsedRegex {
  node: Node;
  groups: number;
}

/** Parses a regular expression in Java's syntax, but for what cannot be run in linear time. Throws `RegexFailure`. */
export function parseRegex(pattern: string): ParsedRegex {
  if (pattern.length > PATTERN_MAX) throw new RegexFailure(`it has more than ${PATTERN_MAX} characters`);
  const parser = new Parser(pattern);
  const node = parser.choice(0);
  if (!parser.done) throw new RegexFailure(`the ) at ${parser.position + 1} closes nothing`);
  return { node, groups: parser.groups };
}

class Parser {
  private readonly points: readonly number[];
  private at = 0;
  groups = 0;
  private ignoreCase = false;
  private dotAll = false;
  private multiline = false;

  constructor(pattern: string) {
    this.points = Array.from(pattern, (one) => one.codePointAt(0) ?? 0);
  }

  get done(): boolean {
    return this.at >= this.points.length;
  }

  get position(): number {
    return this.at;
  }

  private peek(ahead = 0): string {
    const point = this.points[this.at + ahead];
    return point === undefined ? '' : String.fromCodePoint(point);
  }

  private next(): string {
    const one = this.peek();
    this.at++;
    return one;
  }

  private take(text: string): boolean {
    if (![...text].every((one, index) => this.peek(index) === one)) return false;
    this.at += text.length;
    return true;
  }

  choice(depth: number): Node {
    if (depth > DEPTH_MAX) throw new RegexFailure(`it is nested more than ${DEPTH_MAX} levels deep`);
    const options = [this.sequence(depth)];
    while (this.take('|')) options.push(this.sequence(depth));
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  private sequence(depth: number): Node {
    const parts: Node[] = [];
    while (!this.done && this.peek() !== '|' && this.peek() !== ')') {
      const part = this.atom(depth);
      if (part !== undefined) parts.push(this.repeated(part));
    }
    return { kind: 'sequence', parts };
  }

  private repeated(part: Node): Node {
    let node = part;
    for (;;) {
      const count = this.count();
      if (count === undefined) return node;
      if (this.peek() === '+') throw new RegexFailure(`possessive repetitions such as the one before ${this.at + 1} cannot be run in linear time`);
      node = { kind: 'repeat', part: node, ...count, greedy: !this.take('?') };
    }
  }

  private count(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: UNLIMITED };
    if (this.take('+')) return { min: 1, max: UNLIMITED };
    if (this.take('?')) return { min: 0, max: 1 };
    if (this.peek() !== '{') return undefined;
    const from = this.at;
    this.at++;
    const min = this.digits();
    const max = this.take(',') ? (this.digits() ?? UNLIMITED) : min;
    if (min === undefined || max === undefined || !this.take('}')) throw new RegexFailure(`the { at ${from + 1} begins no count`);
    if (max < min || min > REPEAT_MAX || (max !== UNLIMITED && max > REPEAT_MAX)) throw new RegexFailure(`the count at ${from + 1} is not between 0 and ${REPEAT_MAX}`);
    return { min, max };
  }

  private digits(): number | undefined {
    let text = '';
    while (/^[0-9]$/.test(this.peek()) && text.length < 9) text += this.next();
    return text === '' ? undefined : Number(text);
  }

  private atom(depth: number): Node | undefined {
    const one = this.next();
    switch (one) {
      case '.':
        return { kind: 'set', has: this.dotAll ? ALL : NO_LINE_END };
      case '^':
        return { kind: 'place', at: this.multiline ? 'line-start' : 'start' };
      case '$':
        return { kind: 'place', at: this.multiline ? 'line-end' : 'end' };
      case '[':
        return { kind: 'set', has: this.charClass() };
      case '(':
        return this.group(depth);
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
      case '{':
        throw new RegexFailure(`the ${one} at ${this.at} repeats nothing`);
      default:
        return this.literal(one.codePointAt(0) ?? 0);
    }
  }

  private literal(point: number): Node {
    return this.set((other) => other === point);
  }

  private set(has: Has): Node {
    return { kind: 'set', has: this.ignoreCase ? caseless(has) : has };
  }

  private group(depth: number): Node | undefined {
    const from = this.at;
    if (!this.take('?')) return this.inside(depth, from, ++this.groups);
    if (this.take(':')) return this.inside(depth, from, undefined);
    if (this.peek() === '<' && /^[A-Za-z]$/.test(this.peek(1))) {
      while (!this.done && this.next() !== '>');
      return this.inside(depth, from, ++this.groups);
    }
    if (/^[=!<>]$/.test(this.peek())) throw new RegexFailure(`looking ahead or behind, at ${from}, cannot be run in linear time`);
    return this.flags(depth, from);
  }

  private inside(depth: number, from: number, index: number | undefined): Node {
    const flags = [this.ignoreCase, this.dotAll, this.multiline] as const;
    const part = this.choice(depth + 1);
    [this.ignoreCase, this.dotAll, this.multiline] = flags;
    if (!this.take(')')) throw new RegexFailure(`the ( at ${from} is not closed`);
    return index === undefined ? part : { kind: 'group', part, index };
  }

  /** `(?i)` for the rest of the group, `(?i:…)` for what is in it. */
  private flags(depth: number, from: number): Node | undefined {
    const before = [this.ignoreCase, this.dotAll, this.multiline] as const;
    let on = true;
    for (;;) {
      const flag = this.next();
      if (flag === 'i') this.ignoreCase = on;
      else if (flag === 's') this.dotAll = on;
      else if (flag === 'm') this.multiline = on;
      else if (flag === '-') on = false;
      else if (flag === ')') return undefined;
      else if (flag === ':') {
        const part = this.inside(depth, from, undefined);
        [this.ignoreCase, this.dotAll, this.multiline] = before;
        return part;
      } else throw new RegexFailure(`the group at ${from} begins with ?${flag}, which is not known`);
    }
  }

  private escape(): Node {
    const letter = this.peek();
    if (this.done) throw new RegexFailure('it ends with a \\');
    if (letter === 'b' || letter === 'B') {
      this.at++;
      return { kind: 'place', at: letter === 'b' ? 'word-edge' : 'no-word-edge' };
    }
    if (letter === 'A' || letter === 'z' || letter === 'Z') {
      this.at++;
      return { kind: 'place', at: letter === 'A' ? 'start' : letter === 'z' ? 'very-end' : 'end' };
    }
    if (letter === 'Q') return this.quoted();
    if (/^[1-9k]$/.test(letter)) throw new RegexFailure(`what refers back to a group, at ${this.at}, cannot be run in linear time`);
    const found = this.escaped();
    return typeof found === 'number' ? this.literal(found) : this.set(found);
  }

  /** `\Q…\E`: all as it stands. */
  private quoted(): Node {
    this.at++;
    const parts: Node[] = [];
    while (!this.done && !this.take('\\E')) parts.push(this.literal(this.next().codePointAt(0) ?? 0));
    return { kind: 'sequence', parts };
  }

  /** After a backslash: a character or a class of them. */
  private escaped(): number | Has {
    const letter = this.next();
    const known = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (known !== undefined) return known;
    const set = shorthand(letter);
    if (set !== undefined) return set;
    if (letter === 'p' || letter === 'P') return this.property(letter === 'P');
    if (letter === 'x') return this.take('{') ? this.hexUpTo('}') : this.hex(2);
    if (letter === 'u') return this.hex(4);
    if (letter === '0') return Number.parseInt(this.run(/^[0-7]$/, 3), 8);
    if (/^[A-Za-z]$/.test(letter)) throw new RegexFailure(`\\${letter} is not known`);
    return letter.codePointAt(0) ?? 0;
  }

  private property(negated: boolean): Has {
    if (!this.take('{')) return property(this.next(), negated);
    let name = '';
    while (!this.done && this.peek() !== '}') name += this.next();
    if (!this.take('}')) throw new RegexFailure('a \\p{ is not closed');
    return property(name, negated);
  }

  private run(allowed: RegExp, max: number): string {
    let text = '';
    while (text.length < max && allowed.test(this.peek())) text += this.next();
    if (text === '') throw new RegexFailure(`the character's number at ${this.at + 1} is missing`);
    return text;
  }

  private hex(length: number): number {
    const text = this.run(/^[0-9a-fA-F]$/, length);
    if (text.length < length) throw new RegexFailure(`the character's number at ${this.at + 1} is too short`);
    return Number.parseInt(text, 16);
  }

  private hexUpTo(end: string): number {
    const point = Number.parseInt(this.run(/^[0-9a-fA-F]$/, 6), 16);
    if (!this.take(end) || point > 0x10ffff) throw new RegexFailure(`the character's number before ${this.at + 1} is wrong`);
    return point;
  }

  private charClass(): Has {
    const from = this.at;
    const negated = this.take('^');
    const parts: Has[] = [];
    for (let first = true; ; first = false) {
      if (this.done) throw new RegexFailure(`the [ at ${from} is not closed`);
      if (!first && this.take(']')) return union(this.ignoreCase ? parts.map(caseless) : parts, negated);
      if (this.peek() === '&' && this.peek(1) === '&') throw new RegexFailure('&& in a class is not known here');
      if (this.take('[')) {
        parts.push(this.charClass());
        continue;
      }
      const low = this.classPoint();
      if (typeof low !== 'number') parts.push(low);
      else if (this.peek() === '-' && this.peek(1) !== ']' && this.peek(1) !== '[' && this.peek(1) !== '') {
        this.at++;
        const high = this.classPoint();
        if (typeof high !== 'number') throw new RegexFailure(`a range ends with a class before ${this.at + 1}`);
        parts.push(range(low, high));
      } else parts.push((point) => point === low);
    }
  }

  private classPoint(): number | Has {
    const one = this.next();
    if (one !== '\\') return one.codePointAt(0) ?? 0;
    if (this.done) throw new RegexFailure('it ends with a \\');
    return this.escaped();
  }
}

/** The text with everything in it that means something in a regular expression taken as it stands. */
export function quoteRegex(text: string): string {
  return [...text].map((one) => (SYNTAX.has(one) ? `\\${one}` : one)).join('');
}
