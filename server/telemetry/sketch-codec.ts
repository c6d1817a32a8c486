import type { Sketch } from '@selvedge/edge-runtime/protocol';

/**
 * A sketch in a database column. Version byte 1; count, zeros and number of buckets as LEB128; sum, min and max as
 * little-endian doubles; then for each bucket the step from the bucket before it and its count, as LEB128. About 3 bytes a
 * bucket, where JSON takes 10. Buckets must be ascending and not negative, as SketchAccumulator gives them.
 */
export function encodeSketch(sketch: Sketch): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [1];
  for (const value of [sketch.count, sketch.zeros, sketch.buckets.length]) pushVarint(bytes, value);
  const doubles = new DataView(new ArrayBuffer(24));
  [sketch.sum, sketch.min, sketch.max].forEach((value, i) => doubles.setFloat64(i * 8, value, true));
  bytes.push(...new Uint8Array(doubles.buffer));
  let previous = 0;
  for (const [index, count] of sketch.buckets) {
    pushVarint(bytes, index - previous);
    pushVarint(bytes, count);
    previous = index;
  }
  return Uint8Array.from(bytes);
}

/** The inverse; throws a RangeError when the bytes are not a sketch. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  const reader = new Reader(bytes);
  if (reader.byte() !== 1) throw new RangeError('unknown version of a packed sketch');
  const [count, zeros, length] = [reader.varint(), reader.varint(), reader.varint()];
  const [sum, min, max] = [reader.double(), reader.double(), reader.double()];
  const buckets: [number, number][] = [];
  let index = 0;
  for (let i = 0; i < length; i++) {
    index += reader.varint();
    buckets.push([index, reader.varint()]);
  }
  return { count, sum, min, max, zeros, buckets };
}

function pushVarint(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} cannot be packed`);
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('a packed sketch ends too early');
    return byte;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number in a packed sketch is too long');
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw new RangeError('a packed sketch ends too early');
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8).getFloat64(0, true);
    this.#at += 8;
    return value;
  }
}
