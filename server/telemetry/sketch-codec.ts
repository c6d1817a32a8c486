import type { Sketch } from '@selvedge/edge-runtime/protocol';
import { Packer, Unpacker } from './packing.ts';

/**
 * A sketch in a database column. Version byte 1; count, zeros and number of buckets as LEB128; sum, min and max as
 * little-endian doubles; then for each bucket the step from the bucket before it and its count, as LEB128. About 3 bytes a
 * bucket, where JSON takes 10. Buckets must be ascending and not negative, as SketchAccumulator gives them.
 */
export function encodeSketch(sketch: Sketch): Uint8Array<ArrayBuffer> {
  const packer = new Packer();
  packer.byte(1);
  for (const value of [sketch.count, sketch.zeros, sketch.buckets.length]) packer.varint(value);
  packer.doubles(sketch.sum, sketch.min, sketch.max);
  let previous = 0;
  for (const [index, count] of sketch.buckets) {
    packer.varint(index - previous);
    packer.varint(count);
    previous = index;
  }
  return packer.toBytes();
}

/** The inverse; throws a RangeError when the bytes are not a sketch. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  const packed = new Unpacker(bytes, 'sketch');
  if (packed.byte() !== 1) throw new RangeError('unknown version of a packed sketch');
  const [count, zeros, length] = [packed.varint(), packed.varint(), packed.varint()];
  const [sum, min, max] = [packed.double(), packed.double(), packed.double()];
  const buckets: [number, number][] = [];
  let index = 0;
  for (let i = 0; i < length; i++) {
    index += packed.varint();
    buckets.push([index, packed.varint()]);
  }
  return { count, sum, min, max, zeros, buckets };
}
