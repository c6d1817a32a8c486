import type { AttributeType, Row } from '../cep/index.ts';

/**
 * Rows of one stream packed by columns: what the store keeps. Little-endian; every column starts at a multiple of 8.
 *
 *     u32 row count · u32 column count · f64 times[rows] · columns…
 *     column: u8 kind · u8 has nulls · u16 0 · u32 byte length of the data · [u8 null flags[rows], padded] · data, padded
 *
 * Kinds: 1 f64 · 2 f32 · 3 i32 · 4 i64 · 5 bool · 6 texts by dictionary · 7 JSON by dictionary. The kind is chosen by what the rows
 * hold, so a `long` column is as small as its values allow and no digit is lost.
 */
const kinds = { float64: 1, float32: 2, int32: 3, int64: 4, bool: 5, text: 6, json: 7 } as const;

const growthMin = 4096;

/** Packs into a buffer that is used again; the returned bytes are a copy and belong to the caller. */
export class RowPacker {
  #bytes = new ArrayBuffer(64 * 1024);
  #view = new DataView(this.#bytes);
  #at = 0;

  pack(types: readonly AttributeType[], times: readonly number[], rows: readonly Row[]): Buffer {
    this.#at = 0;
    this.#reserve(8 + rows.length * 8);
    this.#view.setUint32(0, rows.length, true);
    this.#view.setUint32(4, types.length, true);
    this.#at = 8;
    const timesInto = new Float64Array(this.#bytes, 8, rows.length);
    for (let row = 0; row < rows.length; row += 1) timesInto[row] = times[row] ?? 0;
    this.#at += rows.length * 8;
    for (let column = 0; column < types.length; column += 1) this.#packColumn(types[column] ?? 'object', rows, column);
    return Buffer.from(new Uint8Array(this.#bytes, 0, this.#at));
  }

  #packColumn(type: AttributeType, rows: readonly Row[], column: number): void {
    const header = this.#at;
    this.#reserve(8 + rows.length * 8 + rows.length + 16);
    if (type === 'double' && this.#packWholeDoubles(rows, column, header)) return;
    const hasNulls = this.#packNulls(rows, column, header + 8);
    if (type === 'string' || type === 'object') this.#packDictionary(type, rows, column, header);
    else this.#packNumbers(type, rows, column, header);
    this.#view.setUint8(header + 1, hasNulls ? 1 : 0);
    this.#view.setUint16(header + 2, 0, true);
  }

  /** Most columns: doubles with none missing, in one pass. False, and nothing done, where one is missing. */
  #packWholeDoubles(rows: readonly Row[], column: number, header: number): boolean {
    const into = new Float64Array(this.#bytes, header + 8, rows.length);
    for (let row = 0; row < rows.length; row += 1) {
      const value = rows[row]?.[column];
      if (typeof value !== 'number') return false;
      into[row] = value;
    }
    this.#at = header + 8;
    this.#close(header, kinds.float64, rows.length * 8);
    this.#view.setUint8(header + 1, 0);
    this.#view.setUint16(header + 2, 0, true);
    return true;
  }

  /** Writes the null flags where there are nulls, and leaves `#at` where the data starts. */
  #packNulls(rows: readonly Row[], column: number, at: number): boolean {
    this.#at = at;
    if (!rows.some((row) => row[column] === null || row[column] === undefined)) return false;
    const flags = new Uint8Array(this.#bytes, at, rows.length);
    for (let row = 0; row < rows.length; row += 1) flags[row] = rows[row]?.[column] == null ? 1 : 0;
    this.#at = aligned(at + rows.length);
    return true;
  }

  #packNumbers(type: AttributeType, rows: readonly Row[], column: number, header: number): void {
    const count = rows.length;
    const kind = numberKind(type, rows, column);
    switch (kind) {
      case kinds.int32: {
        const into = new Int32Array(this.#bytes, this.#at, count);
        for (let row = 0; row < count; row += 1) into[row] = Number(rows[row]?.[column] ?? 0);
        break;
      }
      case kinds.float32: {
        const into = new Float32Array(this.#bytes, this.#at, count);
        for (let row = 0; row < count; row += 1) into[row] = Number(rows[row]?.[column] ?? 0);
        break;
      }
      case kinds.float64: {
        const into = new Float64Array(this.#bytes, this.#at, count);
        for (let row = 0; row < count; row += 1) into[row] = Number(rows[row]?.[column] ?? 0);
        break;
      }
      case kinds.int64: {
        const into = new BigInt64Array(this.#bytes, this.#at, count);
        for (let row = 0; row < count; row += 1) into[row] = toBigInt(rows[row]?.[column]);
        break;
      }
      case kinds.bool: {
        const into = new Uint8Array(this.#bytes, this.#at, count);
        for (let row = 0; row < count; row += 1) into[row] = rows[row]?.[column] === true ? 1 : 0;
        break;
      }
    }
    this.#close(header, kind, count * widths[kind]);
  }

  /** Texts repeat (a pump's name in every row), so each is written once: u32 count · u32 lengths · indices u16 or u32 · bytes. */
  #packDictionary(type: 'string' | 'object', rows: readonly Row[], column: number, header: number): void {
    const places = new Map<string, number>();
    const indices = new Array<number>(rows.length);
    for (let row = 0; row < rows.length; row += 1) {
      const value = rows[row]?.[column];
      const text = value == null ? '' : type === 'string' ? String(value) : JSON.stringify(value);
      let place = places.get(text);
      if (place === undefined) {
        place = places.size;
        places.set(text, place);
      }
      indices[row] = place;
    }
    const texts = [...places.keys()].map((text) => Buffer.from(text, 'utf8'));
    const bytesTotal = texts.reduce((sum, text) => sum + text.length, 0);
    const start = this.#at;
    this.#reserve(4 + texts.length * 4 + rows.length * 4 + bytesTotal + 16);
    this.#view.setUint32(this.#at, texts.length, true);
    this.#at += 4;
    for (const text of texts) {
      this.#view.setUint32(this.#at, text.length, true);
      this.#at += 4;
    }
    const isNarrow = texts.length <= 0x1_00_00;
    for (const index of indices) {
      if (isNarrow) this.#view.setUint16(this.#at, index, true);
      else this.#view.setUint32(this.#at, index, true);
      this.#at += isNarrow ? 2 : 4;
    }
    const into = new Uint8Array(this.#bytes);
    for (const text of texts) {
      into.set(text, this.#at);
      this.#at += text.length;
    }
    const length = this.#at - start;
    this.#at = start;
    this.#close(header, type === 'string' ? kinds.text : kinds.json, length);
  }

  #close(header: number, kind: number, length: number): void {
    this.#view.setUint8(header, kind);
    this.#view.setUint32(header + 4, length, true);
    this.#at = aligned(this.#at + length);
    this.#reserve(0);
  }

  #reserve(more: number): void {
    const needed = this.#at + more + 8;
    if (needed <= this.#bytes.byteLength) return;
    const grown = new ArrayBuffer(Math.max(needed + growthMin, this.#bytes.byteLength * 2));
    new Uint8Array(grown).set(new Uint8Array(this.#bytes, 0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown);
  }
}

type NumberKind = (typeof kinds)['float64' | 'float32' | 'int32' | 'int64' | 'bool'];

const widths: Record<NumberKind, number> = { [kinds.float64]: 8, [kinds.float32]: 4, [kinds.int32]: 4, [kinds.int64]: 8, [kinds.bool]: 1 };

function aligned(at: number): number {
  return (at + 7) & ~7;
}

function toBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(value) : 0n;
}

function numberKind(type: AttributeType, rows: readonly Row[], column: number): NumberKind {
  if (type === 'bool') return kinds.bool;
  if (type === 'float') return kinds.float32;
  if (type === 'double') return kinds.float64;
  if (type === 'int') return kinds.int32;
  let kind: NumberKind = kinds.int32;
  for (const row of rows) {
    const value = row[column];
    if (typeof value === 'bigint') return kinds.int64;
    if (typeof value === 'number' && (value > 2147483647 || value < -2147483648)) kind = kinds.float64;
  }
  return kind;
}

/** Rows by columns, decoded as far as they are asked for. */
export interface PackedRows {
  count: number;
  times: Float64Array;
  row(index: number): unknown[];
}

/** Throws a RangeError when the bytes are not packed rows. */
export function unpackRows(packed: Uint8Array): PackedRows {
  // A copy of their own, so that columns are aligned whatever buffer the bytes came in.
  const bytes = new Uint8Array(packed);
  const view = new DataView(bytes.buffer);
  const count = view.getUint32(0, true);
  const columnCount = view.getUint32(4, true);
  const times = new Float64Array(bytes.buffer, 8, count);
  const columns: ((index: number) => unknown)[] = [];
  let at = 8 + count * 8;
  for (let column = 0; column < columnCount; column += 1) {
    const kind = view.getUint8(at);
    const hasNulls = view.getUint8(at + 1) === 1;
    const length = view.getUint32(at + 4, true);
    at += 8;
    const nulls = hasNulls ? new Uint8Array(bytes.buffer, at, count) : undefined;
    if (hasNulls) at = aligned(at + count);
    const read = columnReader(kind, bytes, at, count);
    columns.push(nulls === undefined ? read : (index) => (nulls[index] === 1 ? null : read(index)));
    at = aligned(at + length);
  }
  return { count, times, row: (index) => columns.map((read) => read(index)) };
}

function columnReader(kind: number, bytes: Uint8Array<ArrayBuffer>, at: number, count: number): (index: number) => unknown {
  switch (kind) {
    case kinds.float64: {
      const values = new Float64Array(bytes.buffer, at, count);
      return (index) => values[index];
    }
    case kinds.float32: {
      const values = new Float32Array(bytes.buffer, at, count);
      return (index) => values[index];
    }
    case kinds.int32: {
      const values = new Int32Array(bytes.buffer, at, count);
      return (index) => values[index];
    }
    case kinds.int64: {
      const values = new BigInt64Array(bytes.buffer, at, count);
      return (index) => safeLong(values[index] ?? 0n);
    }
    case kinds.bool:
      return (index) => bytes[at + index] === 1;
    case kinds.text:
      return dictionaryReader(bytes, at, count, (text) => text);
    case kinds.json:
      return dictionaryReader(bytes, at, count, (text): unknown => JSON.parse(text));
    default:
      throw new RangeError(`packed rows have an unknown column kind ${kind}`);
  }
}

function dictionaryReader(bytes: Uint8Array<ArrayBuffer>, at: number, count: number, decode: (text: string) => unknown): (index: number) => unknown {
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(at, true);
  const indicesAt = at + 4 + size * 4;
  const isNarrow = size <= 0x1_00_00;
  let textAt = indicesAt + count * (isNarrow ? 2 : 4);
  const texts: string[] = [];
  for (let place = 0; place < size; place += 1) {
    const length = view.getUint32(at + 4 + place * 4, true);
    texts.push(Buffer.from(bytes.buffer, textAt, length).toString('utf8'));
    textAt += length;
  }
  return (index) => decode(texts[isNarrow ? view.getUint16(indicesAt + index * 2, true) : view.getUint32(indicesAt + index * 4, true)] ?? '');
}

function safeLong(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
