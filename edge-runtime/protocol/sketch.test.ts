import { describe, expect, test } from 'vitest';
import { mergeSketches, quantile, SketchRecorder, sketchSchema } from './sketch.ts';

describe('sketch', () => {
  test('reads quantiles within one per cent', () => {
    const recorder = new SketchRecorder();
    for (let i = 1; i <= 10_000; i++) recorder.add(i);
    const sketch = recorder.take();
    for (const q of [0.01, 0.5, 0.9, 0.99, 1]) expect(Math.abs((quantile(sketch, q) ?? 0) / (q * 10_000) - 1)).toBeLessThan(0.0101);
  });

  test('merging equals recording everything in one', () => {
    const [a, b, both] = [new SketchRecorder(), new SketchRecorder(), new SketchRecorder()];
    for (let i = 0; i < 1000; i++) {
      const value = (i * 7919) % 1009;
      (i % 3 === 0 ? a : b).add(value);
      both.add(value);
    }
    expect(mergeSketches(a.take(), b.take())).toEqual(both.take());
  });

  test('an empty sketch has no quantile and is valid on the wire', () => {
    const sketch = new SketchRecorder().take();
    expect(quantile(sketch, 0.5)).toBeUndefined();
    expect(sketchSchema.parse(sketch)).toEqual(sketch);
  });
});
