import { isUtf8 } from 'node:buffer';
import type { Attribute, AttributeType, Row } from '../cep/index.ts';
import { JsonNumberReader } from './json-number.ts';
import { TextCache } from './text-cache.ts';

/** A member of an event's object that is read: a value of the row, or the event's own time. */
export interface ScannedMember {
  key: string;
  type: Exclude<AttributeType, 'object'> | 'time';
}

/** How members of each type are taken; what does not fit is left to the general decoder, which knows how to refuse it. */
const kinds = { double: 0, float: 1, int: 2, long: 3, string: 4, bool: 5, time: 6 } as const satisfies Record<ScannedMember['type'], number>;

/**
 * Reads plain events of one stream from the bytes of JSON text straight into rows, with no object in between: one object or
 * an array of them, flat, members known beforehand. It either reads a whole message exactly as `JSON.parse` and the row
 * reader would have, or says so and reads none of it: nesting, escapes in keys, wrong types and damage are not its business.
 */
export class JsonScanner {
  readonly #keys: readonly Uint8Array[];
  readonly #kinds: Uint8Array;
  readonly #emptyRow: Row;
  /** Events bring a time of their own. */
  readonly hasTime: boolean;
  readonly #envelopeKey: Uint8Array | undefined;
  readonly #numbers = new JsonNumberReader();
  readonly #texts = new TextCache();
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  /** Every byte of a text, or-ed: whether there is one beyond ASCII. */
  #allBytes = 0;
  #time: number | string | undefined;

  /** `members` beyond the attributes is at most one, the time. An `envelope` member makes an event one for the general decoder. */
  constructor(members: readonly ScannedMember[], envelope: string | undefined) {
    const encoder = new TextEncoder();
    this.#keys = members.map(({ key }) => encoder.encode(`"${key}"`));
    this.#kinds = Uint8Array.from(members, ({ type }) => kinds[type]);
    this.#emptyRow = members.filter(({ type }) => type !== 'time').map(() => null);
    this.hasTime = members.some(({ type }) => type === 'time');
    this.#envelopeKey = envelope === undefined ? undefined : encoder.encode(`"${envelope}"`);
  }

  /** Calls back with each event's row and its own time as it was written. False when the message is not for it; forget then what it called back with. */
  scan(bytes: Uint8Array, take: (row: Row, time: number | string | undefined) => void): boolean {
    this.#bytes = bytes;
    this.#at = 0;
    this.#allBytes = 0;
    const first = this.#token();
    if (first === 123) {
      if (!this.#event(take)) return false;
    } else if (first === 91) {
      this.#at++;
      if (this.#token() === 93) this.#at++;
      else if (!this.#events(take)) return false;
    } else return false;
    this.#token();
    // Outside of texts no byte beyond ASCII was let through.
    return this.#at === bytes.length && (this.#allBytes < 128 || isUtf8(bytes));
  }

  #events(take: (row: Row, time: number | string | undefined) => void): boolean {
    for (;;) {
      if (this.#token() !== 123 || !this.#event(take)) return false;
      const after = this.#token();
      this.#at++;
      if (after === 93) return true;
      if (after !== 44) return false;
    }
  }

  /** An object, from its brace to behind the closing one. */
  #event(take: (row: Row, time: number | string | undefined) => void): boolean {
    const row = this.#emptyRow.slice();
    this.#time = undefined;
    this.#at++;
    if (this.#token() === 125) this.#at++;
    else {
      let expected = 0;
      for (;;) {
        const member = this.#key(expected);
        if (member === refused || this.#token() !== 58) return false;
        this.#at++;
        this.#token();
        if (!(member === unknown ? this.#skip() : this.#member(member, row))) return false;
        if (member !== unknown) expected = member + 1;
        const after = this.#token();
        this.#at++;
        if (after === 125) break;
        if (after !== 44) return false;
        this.#token();
      }
    }
    take(row, this.#time);
    return true;
  }

  /** The next byte that is not white space; it stays. */
  #token(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at] ?? 0;
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++this.#at] ?? 0;
    return byte;
  }

  /** Which member's key is here; most often the one after the last. */
  #key(expected: number): number {
    const likely = this.#keys[expected];
    if (likely !== undefined && this.#isHere(likely)) {
      this.#at += likely.length;
      return expected;
    }
    const place = this.#keys.findIndex((key) => this.#isHere(key));
    const key = this.#keys[place];
    if (key !== undefined) {
      this.#at += key.length;
      return place;
    }
    if (this.#envelopeKey !== undefined && this.#isHere(this.#envelopeKey)) return refused;
    return this.#skipText() ? unknown : refused;
  }

  #isHere(key: Uint8Array): boolean {
    const bytes = this.#bytes;
    const from = this.#at;
    for (let index = 0; index < key.length; index++) if (bytes[from + index] !== key[index]) return false;
    return true;
  }

  #member(member: number, row: unknown[]): boolean {
    const byte = this.#bytes[this.#at] ?? 0;
    const kind = this.#kinds[member];
    // A member may come twice; the last counts.
    if (byte === 110) {
      if (kind === kinds.time) return false;
      row[member] = null;
      return this.#word('null');
    }
    switch (kind) {
      case kinds.string: {
        const text = this.#text();
        row[member] = text;
        return text !== undefined;
      }
      case kinds.bool:
        row[member] = byte === 116;
        return this.#word(byte === 116 ? 'true' : 'false');
      case kinds.time:
        if (byte === 34) return (this.#time = this.#text()) !== undefined;
        if (!this.#number()) return false;
        this.#time = this.#numbers.value;
        return true;
      default:
        return this.#number() && this.#fits(kind, member, row);
    }
  }

  /** Puts the number just read where it belongs, as the row reader would have. */
  #fits(kind: number | undefined, member: number, row: unknown[]): boolean {
    const { value } = this.#numbers;
    if (kind === kinds.int && (value | 0) !== value) return false;
    if (kind === kinds.long && !Number.isSafeInteger(value)) return false;
    // A whole number has no negative zero.
    row[member] = kind === kinds.double ? value : kind === kinds.float ? Math.fround(value) : value + 0;
    return true;
  }

  #number(): boolean {
    const end = this.#numbers.read(this.#bytes, this.#at);
    if (end === -1) return false;
    this.#at = end;
    return true;
  }

  /** A text without escapes; undefined where there is none. */
  #text(): string | undefined {
    const from = this.#at + 1;
    if (!this.#skipText()) return undefined;
    return this.#texts.of(this.#bytes, from, this.#at - 1);
  }

  /** Passes a text without escapes. */
  #skipText(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] !== 34) return false;
    let byte = bytes[++at] ?? 0;
    let all = 0;
    while (byte !== 34 && byte >= 32 && byte !== 92) {
      all |= byte;
      byte = bytes[++at] ?? 0;
    }
    this.#allBytes |= all;
    this.#at = at + 1;
    return byte === 34;
  }

  #skip(): boolean {
    switch (this.#bytes[this.#at]) {
      case 34:
        return this.#skipText();
      case 110:
        return this.#word('null');
      case 116:
        return this.#word('true');
      case 102:
        return this.#word('false');
      default:
        return this.#number();
    }
  }

  #word(word: string): boolean {
    for (let index = 0; index < word.length; index++) if (this.#bytes[this.#at + index] !== word.charCodeAt(index)) return false;
    this.#at += word.length;
    return true;
  }
}

const unknown = -1;
const refused = -2;

/**
 * What to read for a stream's attributes; undefined where one takes nested values, two have one key, or a key is none that
 * stands in the text as it is.
 */
export function scannedMembers(attributes: readonly Attribute[], keyOf: (attribute: string) => string | undefined): ScannedMember[] | undefined {
  const members: ScannedMember[] = [];
  for (const { name, type } of attributes) {
    const key = keyOf(name);
    if (type === 'object' || key === undefined || !plainKey.test(key) || members.some((member) => member.key === key)) return undefined;
    members.push({ key, type });
  }
  return members;
}

/** A key that stands in JSON text as it is, byte by byte. */
export const plainKey = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;
