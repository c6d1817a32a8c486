import type { Labels } from '@selvedge/edge-runtime/protocol';

/**
 * The selector language: an expression over the labels of one node.
 *
 *     site=plant-3, line in (a,b), !spare, zone!=x, *
 *
 * A comma is "and". `key` alone means that the node has the label, `!key` that it has not; `!=` and `not in` also hold for
 * a node without the label, as in Kubernetes. `*` holds for every node. Keys and values are label texts.
 */
export type Requirement =
  | { kind: 'in'; key: string; values: string[] }
  | { kind: 'notIn'; key: string; values: string[] }
  | { kind: 'has'; key: string }
  | { kind: 'hasNot'; key: string }
  | { kind: 'all' };

export type Selector = Requirement[];

/** Where a text is wrong: `from` and `to` are offsets in UTF-16 units, `message` a sentence without a full stop. */
export type SelectorError = { message: string; from: number; to: number };
export type ParsedSelector = { ok: true; selector: Selector } | { ok: false; error: SelectorError };

export const selectorLimits = { textMax: 1024, requirementsMax: 16, valuesMax: 64 } as const;

type Token = { kind: 'word' | 'symbol' | 'end'; text: string; from: number; to: number };

class Refusal extends Error {
  readonly token: { from: number; to: number };
  constructor(message: string, token: { from: number; to: number }) {
    super(message);
    this.token = token;
  }
}

/** Reads a selector; never throws. */
export function parseSelector(text: string): ParsedSelector {
  try {
    if (text.length > selectorLimits.textMax) throw new Refusal(`a selector has at most ${selectorLimits.textMax} characters`, { from: 0, to: text.length });
    return { ok: true, selector: new Parser(tokenise(text)).selector() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, error: { message: error.message, from: error.token.from, to: error.token.to } };
  }
}

/** Whether a node with these labels is named. */
export function matches(selector: Selector, labels: Labels): boolean {
  return selector.every((requirement) => holds(requirement, labels));
}

/** The one text of a selector: single spaces, requirements as they stood. */
export function formatSelector(selector: Selector): string {
  return selector.map(formatRequirement).join(', ');
}

function holds(requirement: Requirement, labels: Labels): boolean {
  switch (requirement.kind) {
    case 'all':
      return true;
    case 'has':
      return Object.hasOwn(labels, requirement.key);
    case 'hasNot':
      return !Object.hasOwn(labels, requirement.key);
    case 'in':
      return Object.hasOwn(labels, requirement.key) && requirement.values.includes(labels[requirement.key] ?? '');
    case 'notIn':
      return !Object.hasOwn(labels, requirement.key) || !requirement.values.includes(labels[requirement.key] ?? '');
  }
}

function formatRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'all':
      return '*';
    case 'has':
      return requirement.key;
    case 'hasNot':
      return `!${requirement.key}`;
    case 'in':
      return requirement.values.length === 1 ? `${requirement.key}=${requirement.values[0]}` : `${requirement.key} in (${requirement.values.join(', ')})`;
    case 'notIn':
      return requirement.values.length === 1 ? `${requirement.key}!=${requirement.values[0]}` : `${requirement.key} not in (${requirement.values.join(', ')})`;
  }
}

const LABEL_TEXT = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/;

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|(!=|==|[=!,()*])|([A-Za-z0-9._/-]+)|(.)/gsu;
  for (const match of text.matchAll(pattern)) {
    const [whole, symbol, word, stray] = match;
    const span = { from: match.index, to: match.index + whole.length };
    if (stray !== undefined) throw new Refusal(`“${stray}” has no meaning in a selector`, span);
    if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, ...span });
    if (word === undefined) continue;
    if (!LABEL_TEXT.test(word)) throw new Refusal(`“${word}” is not a label: 1 to 63 of A-Z a-z 0-9 . _ / -, beginning and ending with a letter or digit`, span);
    tokens.push({ kind: 'word', text: word, ...span });
  }
  tokens.push({ kind: 'end', text: '', from: text.length, to: text.length });
  return tokens;
}

class Parser {
  #at = 0;
  readonly #tokens: Token[];

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  selector(): Selector {
    const selector: Selector = [];
    do {
      if (selector.length === selectorLimits.requirementsMax) throw new Refusal(`a selector has at most ${selectorLimits.requirementsMax} requirements`, this.#peek());
      selector.push(this.#requirement());
    } while (this.#take(','));
    const rest = this.#peek();
    if (rest.kind !== 'end') throw new Refusal(`expected a comma before “${rest.text}”`, rest);
    return selector;
  }

  #requirement(): Requirement {
    if (this.#take('*')) return { kind: 'all' };
    if (this.#take('!')) return { kind: 'hasNot', key: this.#word('a label’s key after “!”') };
    const key = this.#word('a label’s key, “!” or “*”');
    if (this.#take('=') || this.#take('==')) return { kind: 'in', key, values: [this.#word(`a value for “${key}”`)] };
    if (this.#take('!=')) return { kind: 'notIn', key, values: [this.#word(`a value for “${key}”`)] };
    const next = this.#peek();
    if (next.kind === 'word' && next.text === 'in') {
      this.#at++;
      return { kind: 'in', key, values: this.#values() };
    }
    if (next.kind === 'word' && next.text === 'not') {
      this.#at++;
      const word = this.#peek();
      if (word.text !== 'in') throw new Refusal('expected “in” after “not”', word);
      this.#at++;
      return { kind: 'notIn', key, values: this.#values() };
    }
    return { kind: 'has', key };
  }

  #values(): string[] {
    const open = this.#peek();
    if (!this.#take('(')) throw new Refusal('expected “(” and a list of values', open);
    const values: string[] = [];
    do {
      if (values.length === selectorLimits.valuesMax) throw new Refusal(`a list has at most ${selectorLimits.valuesMax} values`, this.#peek());
      values.push(this.#word('a value'));
    } while (this.#take(','));
    const close = this.#peek();
    if (!this.#take(')')) throw new Refusal('expected “,” or “)”', close);
    return [...new Set(values)];
  }

  #word(expected: string): string {
    const token = this.#peek();
    if (token.kind !== 'word') throw new Refusal(`expected ${expected}${token.kind === 'end' ? '' : `, not “${token.text}”`}`, token);
    this.#at++;
    return token.text;
  }

  #take(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #peek(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token list always ends with its end');
    return token;
  }
}
