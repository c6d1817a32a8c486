import { RegexFailure } from './syntax.ts';

/** Whether a code point belongs to a class. */
export type Has = (point: number) => boolean;

const between = (low: number, high: number): Has => (point) => point >= low && point <= high;
const any = (...parts: Has[]): Has => (point) => parts.some((one) => one(point));
const not = (has: Has): Has => (point) => !has(point);
const oneOf = (text: string): Has => (point) => text.includes(String.fromCodePoint(point));
const unicode = (pattern: RegExp): Has => (point) => pattern.test(String.fromCodePoint(point));

const DIGIT = between(48, 57);
const UPPER = between(65, 90);
const LOWER = between(97, 122);
const ALPHA = any(UPPER, LOWER);
export const WORD: Has = any(ALPHA, DIGIT, (point) => point === 95);
const SPACE = oneOf(' \t\n\u000b\f\r');
const PUNCTUATION = oneOf('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** `.`: all but the ends of lines. */
export const NO_LINE_END: Has = not(oneOf('\n\r\u0085\u2028\u2029'));
export const ALL: Has = () => true;

/** `\d`, `\W` and their like; undefined for another letter. */
export function shorthand(letter: string): Has | undefined {
  switch (letter) {
    case 'd':
      return DIGIT;
    case 'D':
      return not(DIGIT);
    case 'w':
      return WORD;
    case 'W':
      return not(WORD);
    case 's':
      return SPACE;
    case 'S':
      return not(SPACE);
    case 'h':
      return oneOf(' \t\u00a0\u1680\u180e\u202f\u205f\u3000');
    case 'v':
      return oneOf('\n\u000b\f\r\u0085\u2028\u2029');
    default:
      return undefined;
  }
}

const NAMED: Readonly<Record<string, Has>> = {
  Lower: LOWER, Upper: UPPER, Alpha: ALPHA, Digit: DIGIT, Alnum: any(ALPHA, DIGIT), Punct: PUNCTUATION,
  Graph: any(ALPHA, DIGIT, PUNCTUATION), Print: any(ALPHA, DIGIT, PUNCTUATION, (point) => point === 32), Blank: oneOf(' \t'),
  Cntrl: any(between(0, 31), (point) => point === 127), XDigit: any(DIGIT, between(65, 70), between(97, 102)), Space: SPACE, ASCII: between(0, 127),
  L: unicode(/\p{L}/u), Lu: unicode(/\p{Lu}/u), Ll: unicode(/\p{Ll}/u), N: unicode(/\p{N}/u), Nd: unicode(/\p{Nd}/u), P: unicode(/\p{P}/u), S: unicode(/\p{S}/u), Z: unicode(/\p{Z}/u), M: unicode(/\p{M}/u),
  IsAlphabetic: unicode(/\p{Alphabetic}/u), IsDigit: unicode(/\p{Nd}/u), IsLetter: unicode(/\p{L}/u), IsUppercase: unicode(/\p{Uppercase}/u), IsLowercase: unicode(/\p{Lowercase}/u),
};

/** `\p{name}`. */
export function property(name: string, negated: boolean): Has {
  const has = Object.hasOwn(NAMED, name) ? NAMED[name] : Object.hasOwn(NAMED, name.replace(/^Is/, '')) ? NAMED[name.replace(/^Is/, '')] : undefined;
  if (has === undefined) throw new RegexFailure(`there is no class \\p{${name}}`);
  return negated ? not(has) : has;
}

export function range(low: number, high: number): Has {
  if (low > high) throw new RegexFailure(`the range ${String.fromCodePoint(low)}-${String.fromCodePoint(high)} goes backwards`);
  return between(low, high);
}

export function union(parts: readonly Has[], negated: boolean): Has {
  const has = any(...parts);
  return negated ? not(has) : has;
}

/** The same without regard to case, of ASCII letters as Java has it. */
export function caseless(has: Has): Has {
  return (point) => has(point) || (UPPER(point) && has(point + 32)) || (LOWER(point) && has(point - 32));
}
