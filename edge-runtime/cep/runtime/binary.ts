/**
 * The encoding of snapshots: values that say their own kind, numbers as small as they are. Made for state of many
 * rows, so nothing is written twice that a count can say.
 */
const INITIAL_BYTES = 4096;

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const INTEGER = 3;
const NEGATIVE = 4;
const DOUBLE = 5;
const STRING = 6;
const BIGINT = 7;
const LIST = 8;
const SET = 9;
const MAP = 10;
const JSON_OBJECT = 11;
const STRING_AGAIN = 12;
/** One that does not come again. */
const STRING_ONCE = 13;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Strings up to this length are written once and then by number: keys and symbols repeat in every row. */
const SHARED_LENGTH_MAX = 64;

export class BinaryWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private at = 0;
  private readonly shared = new Map<string, number>();

  /** With room for so many bytes; it grows. */
  constructor(capacity = INITIAL_BYTES) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** How many bytes were written. */
  get size(): number {
    return this.at;
  }

  /** What was written; the writer is used again for something else, with the room that it has. */
  finish(): Uint8Array {
    const written = this.bytes.slice(0, this.at);
    this.at = 0;
    this.shared.clear();
    return written;
  }

  /** A whole number from 0 to 2^53. */
  count(value: number): void {
    this.room(10);
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  double(value: number): void {
    this.room(8);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  text(value: string): void {
    if (value.length <= SHARED_LENGTH_MAX && this.plain(value)) return;
    const encoded = encoder.encode(value);
    this.count(encoded.length);
    this.raw(encoded);
  }

  /** Short texts of plain characters, of which encoding one by one would take most of the time. False when it is none; then nothing was written. */
  private plain(value: string): boolean {
    const { length } = value;
    this.room(length + 1);
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      this.bytes[this.at + 1 + index] = code;
    }
    this.bytes[this.at] = length;
    this.at += length + 1;
    return true;
  }

  /** Bytes with their length before them. */
  block(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.raw(bytes);
  }

  value(value: unknown): void {
    this.room(1);
    if (value === null || value === undefined) this.tag(NULL);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.string(value);
    else if (typeof value === 'boolean') this.tag(value ? TRUE : FALSE);
    else if (typeof value === 'bigint') {
      this.tag(BIGINT);
      this.text(value.toString());
    } else if (Array.isArray(value)) {
      this.tag(LIST);
      this.list(value);
    } else if (value instanceof Set) {
      this.tag(SET);
      this.list([...value]);
    } else if (value instanceof Map) {
      this.tag(MAP);
      this.list([...value.entries()].flat());
    } else {
      this.tag(JSON_OBJECT);
      this.text(JSON.stringify(value) ?? 'null');
    }
  }

  /** A value that is no other's: keys, of which each is written once. */
  single(value: unknown): void {
    if (typeof value !== 'string') return this.value(value);
    this.tag(STRING_ONCE);
    this.text(value);
  }

  list(values: readonly unknown[]): void {
    this.count(values.length);
    for (const one of values) this.value(one);
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.tag(value < 0 ? NEGATIVE : INTEGER);
      this.count(Math.abs(value));
    } else {
      this.tag(DOUBLE);
      this.double(value);
    }
  }

  private string(value: string): void {
    const known = this.shared.get(value);
    if (known !== undefined) {
      this.tag(STRING_AGAIN);
      this.count(known);
      return;
    }
    this.tag(STRING);
    this.text(value);
    if (value.length <= SHARED_LENGTH_MAX) this.shared.set(value, this.shared.size);
  }

  private tag(value: number): void {
    this.room(1);
    this.bytes[this.at++] = value;
  }

  private raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Thrown by a reader that runs out of bytes or meets a kind it does not know. */
export class DamagedSnapshot extends Error {
  override readonly name = 'DamagedSnapshot';
}

export class BinaryReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;
  private readonly shared: string[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  count(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
      if (factor > 2 ** 56) throw new DamagedSnapshot('A number in the snapshot is too long.');
    }
  }

  /** Whether a certain number comes next, which is passed over then. */
  skips(number: number): boolean {
    const { at } = this;
    if (this.count() === number) return true;
    this.at = at;
    return false;
  }

  double(): number {
    this.need(8);
    const value = this.view.getFloat64(this.at);
    this.at += 8;
    return value;
  }

  text(): string {
    return decoder.decode(this.block());
  }

  block(): Uint8Array {
    const length = this.count();
    this.need(length);
    const bytes = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }

  value(): unknown {
    const tag = this.byte();
    switch (tag) {
      case NULL:
        return null;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INTEGER:
        return this.count();
      case NEGATIVE:
        return -this.count();
      case DOUBLE:
        return this.double();
      case STRING: {
        const text = this.text();
        if (text.length <= SHARED_LENGTH_MAX) this.shared.push(text);
        return text;
      }
      case STRING_ONCE:
        return this.text();
      case STRING_AGAIN: {
        const text = this.shared[this.count()];
        if (text === undefined) throw new DamagedSnapshot('The snapshot names a text that it does not hold.');
        return text;
      }
      case BIGINT:
        return BigInt(this.text());
      case LIST:
        return this.list();
      case SET:
        return new Set(this.list());
      case MAP: {
        const flat = this.list();
        const map = new Map<unknown, unknown>();
        for (let index = 0; index + 1 < flat.length; index += 2) map.set(flat[index], flat[index + 1]);
        return map;
      }
      case JSON_OBJECT:
        return JSON.parse(this.text());
      default:
        throw new DamagedSnapshot(`The snapshot holds a value of unknown kind ${tag}.`);
    }
  }

  list(): unknown[] {
    const length = this.count();
    if (length > this.bytes.length) throw new DamagedSnapshot('A list in the snapshot is longer than the snapshot.');
    const list: unknown[] = [];
    for (let left = length; left > 0; left--) list.push(this.value());
    return list;
  }

  private byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new DamagedSnapshot('The snapshot ends too early.');
    return value;
  }

  private need(length: number): void {
    if (this.at + length > this.bytes.length) throw new DamagedSnapshot('The snapshot ends too early.');
  }
}
