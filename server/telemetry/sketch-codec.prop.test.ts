import { mergeSketches, SketchRecorder } from '@selvedge/edge-runtime/protocol';
import type { Sketch } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SketchAccumulator } from './sketch-accumulator.ts';
import { decodeSketch, encodeSketch } from './sketch-codec.ts';

const latencies = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e12, noNaN: true })), { maxLength: 300 });

function record(values: number[]): Sketch {
  const recorder = new SketchRecorder();
  for (const value of values) recorder.add(value);
  return recorder.take();
}

test('what was packed reads back as it was', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      expect(decodeSketch(encodeSketch(record(values)))).toEqual(record(values));
    }),
  );
});

test('bytes that are no sketch are refused, never misread into a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeSketch(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test('accumulating equals merging', () => {
  fc.assert(
    fc.property(fc.array(latencies, { maxLength: 5 }), (parts) => {
      const accumulator = new SketchAccumulator();
      for (const part of parts) accumulator.add(record(part));
      const merged = parts.map(record).reduce(mergeSketches, record([]));
      const sum = accumulator.toSketch();
      expect({ ...sum, sum: 0 }).toEqual({ ...merged, sum: 0 });
      expect(Math.abs(sum.sum - merged.sum)).toBeLessThanOrEqual(1e-9 * Math.abs(merged.sum));
    }),
  );
});

test('hostile bucket numbers do not grow it past its limit', () => {
  const accumulator = new SketchAccumulator();
  for (let i = -5000; i < 5000; i++) accumulator.add({ count: 1, sum: 1, min: 1, max: 1, zeros: 0, buckets: [[i * 1000, 1]] });
  const sketch = accumulator.toSketch();
  expect(sketch.count).toBe(10_000);
  expect(sketch.buckets.length).toBeLessThanOrEqual(2048);
});
