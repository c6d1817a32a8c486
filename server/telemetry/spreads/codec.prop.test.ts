import { SpreadRecorder } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSpreads, encodeSpreads } from './codec.ts';
import { addSpreads } from './model-spread.ts';
import type { ModelSpread } from './model-spread.ts';

const spread: fc.Arbitrary<ModelSpread> = fc.record({ model: fc.constantFrom('pump', 'größe'), attribute: fc.constantFrom('score', 'flow', ''), side: fc.constantFrom('input', 'output'), values: fc.array(fc.double(), { maxLength: 100 }) }).map(({ values, ...of }) => {
  const recorder = new SpreadRecorder();
  for (const value of values) recorder.add(value);
  return { ...of, ...recorder.take() };
});
const spreads = fc.array(spread, { maxLength: 8 });

test('what was packed reads back as it was', () => {
  fc.assert(
    fc.property(spreads, (given) => {
      expect(decodeSpreads(encodeSpreads(given))).toEqual(given);
    }),
  );
});

test('bytes that are no spreads are refused, never misread into a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeSpreads(Uint8Array.from([1, ...bytes]));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test('parts of one interval add up the same whichever way they come together', () => {
  fc.assert(
    fc.property(fc.array(spreads, { maxLength: 4 }), (parts) => {
      const kept = parts.reduce((sum, part) => addSpreads(decodeSpreads(encodeSpreads(sum)), part), []);
      expect(kept).toEqual(addSpreads(...parts));
    }),
  );
});
