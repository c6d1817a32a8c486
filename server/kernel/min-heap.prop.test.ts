import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MinHeap } from './min-heap.ts';

test('gives what was put in by key, in whatever order it came and between whichever takings', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 200 }), (acts) => {
      const heap = new MinHeap<string>();
      const expected: number[] = [];
      for (const key of acts) {
        if (key !== null) {
          heap.push(key, `item of ${key}`);
          expected.push(key);
          continue;
        }
        const least = expected.length === 0 ? undefined : Math.min(...expected);
        expect(heap.first?.key).toBe(least);
        expect(heap.pop()).toEqual(least === undefined ? undefined : { key: least, item: `item of ${least}` });
        if (least !== undefined) expected.splice(expected.indexOf(least), 1);
      }
      expect(heap.size).toBe(expected.length);
    }),
  );
});
