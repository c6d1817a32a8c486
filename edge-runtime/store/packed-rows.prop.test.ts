import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeType } from '../cep/index.ts';
import { RowPacker, unpackRows } from './packed-rows.ts';

const values: Record<AttributeType, fc.Arbitrary<unknown>> = {
  int: fc.integer(),
  long: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((value) => !Number.isSafeInteger(Number(value)))),
  float: fc.float().map(Math.fround),
  double: fc.double(),
  bool: fc.boolean(),
  string: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('pump-1', 'pump-2')),
  object: fc.jsonValue().filter((value) => value !== null).map((value): unknown => JSON.parse(JSON.stringify(value))),
};
const allTypes: AttributeType[] = ['int', 'long', 'float', 'double', 'bool', 'string', 'object'];

test('rows of any types come back as they were, nulls and all digits included', () => {
  const packer = new RowPacker();
  const table = fc.array(fc.constantFrom(...allTypes), { maxLength: 6 }).chain((types) =>
    fc.record({ types: fc.constant(types), rows: fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), ...types.map((type) => fc.option(values[type]))), { maxLength: 40 }) }),
  );
  fc.assert(
    fc.property(table, ({ types, rows }) => {
      const times = rows.map((row) => row[0]);
      const given = rows.map((row) => row.slice(1));
      const packed = unpackRows(packer.pack(types, times, given));
      expect([...packed.times]).toEqual(times);
      expect(given.map((_, index) => packed.row(index))).toEqual(given);
    }),
    { numRuns: 300 },
  );
});

test('a table larger than the buffer is packed whole', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => [`text number ${index}`, index / 3]);
  const packed = unpackRows(new RowPacker().pack(['string', 'double'], rows.map((_, index) => index), rows));
  expect(packed.count).toBe(20_000);
  expect(packed.row(19_999)).toEqual(['text number 19999', 19_999 / 3]);
});

test('eight sensor values of a thousand rows cost no more than their doubles, times and headers', () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ['pump-1', ...Array.from({ length: 8 }, (_, sensor) => index + sensor / 7)]);
  expect(new RowPacker().pack(['string', ...Array<AttributeType>(8).fill('double')], rows.map((_, index) => index), rows).length).toBeLessThan(1000 * (8 * 9 + 2) + 200);
});
