import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowReader, type Attribute } from '../cep/index.ts';
import { generalDecoder, type DecodedEvents, type Decoder, type JsonMapping } from './decoder.ts';
import { jsonDecoder } from './json-decoder.ts';
import { JsonNumberReader } from './json-number.ts';

const attributes: Attribute[] = [
  { name: 'pump', type: 'string' },
  { name: 'flow', type: 'double' },
  { name: 'pressure', type: 'float' },
  { name: 'turns', type: 'int' },
  { name: 'total', type: 'long' },
  { name: 'open', type: 'bool' },
];

function decode(decoder: Decoder, message: string): DecodedEvents {
  const into: DecodedEvents = { times: [], rows: [], refused: [] };
  decoder.decode(Buffer.from(message), 7, 1000, into);
  return into;
}
function bothOf(mapping: Partial<JsonMapping> = {}): [Decoder, Decoder] {
  const whole: JsonMapping = { reader: rowReader({ name: 'Readings', attributes }), attributes, paths: undefined, timestamp: undefined, ...mapping };
  return [jsonDecoder(whole), generalDecoder(whole)];
}
/** As `toEqual`, and zeros with their signs. */
function requireSame([quick, general]: readonly [Decoder, Decoder], message: string): void {
  const [found, expected] = [decode(quick, message), decode(general, message)];
  expect(found).toEqual(expected);
  expect(found.rows.flat().map((value) => Object.is(value, -0))).toEqual(expected.rows.flat().map((value) => Object.is(value, -0)));
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r ');
const digits = fc.stringMatching(/^[0-9]{1,25}$/);
const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.tuple(fc.constantFrom('', '-'), digits, digits).map(([sign, whole, fraction]) => `${sign}${BigInt(whole)}.${fraction}`),
  fc.tuple(digits, fc.integer({ min: -330, max: 310 })).map(([whole, exponent]) => `${BigInt(whole)}e${exponent}`),
  fc.constantFrom('-0', '0.0', '-0.000', '1E5', '2147483647', '2147483648', '-2147483649', '9007199254740991', '9007199254740993', '1e400', '01', '.5', '1.', '-', '+1', '1e', '0x10'),
);
const valueText = fc.oneof(
  { weight: 6, arbitrary: numberText },
  { weight: 3, arbitrary: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)) },
  fc.constantFrom('"pump-1"', '"pump-2"', '"12345678901234567"', '"\\u0070ump"', '"\u0001"', '"cut', '', 'nul', '{}', '[1]', '{"a":{"b":1}}'),
  { weight: 3, arbitrary: fc.constantFrom('null', 'true', 'false') },
);
const keyText = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...attributes.map(({ name }) => JSON.stringify(name))) },
  fc.constantFrom('"event"', '"other"', '"flo"', '"flows"', '"\\u0066low"', '"Flüsse"', '"__proto__"', '"constructor"', '""', 'flow', '"at"'),
);
const member = fc.tuple(space, keyText, space, space, valueText, space).map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
const object = fc.array(member, { maxLength: 9 }).map((members) => `{${members.join(',')}}`);
const message = fc.oneof(
  { weight: 5, arbitrary: fc.array(object, { maxLength: 4 }).map((objects) => `[${objects.join(',')}]`) },
  { weight: 3, arbitrary: object },
  fc.array(object, { maxLength: 3 }).map((objects) => objects.join('\n')),
  fc.array(object, { minLength: 1, maxLength: 2 }).chain((objects) => fc.nat(40).map((cut) => objects.join(',').slice(0, -cut))),
  fc.tuple(space, object, fc.constantFrom('', ' ', ',', ']', '}', '\u00a0', '\0')).map(([before, text, after]) => `${before}${text}${after}`),
);
/** Texts that a sender of this stream could have written: most must go the quick way, so this is where it is tried most. */
const sent = fc
  .array(
    fc.record(
      {
        pump: fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('pump-1', 'pump-2'))),
        flow: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
        pressure: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
        turns: fc.option(fc.integer()),
        total: fc.option(fc.maxSafeInteger()),
        open: fc.option(fc.boolean()),
        extra: fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 5 },
  )
  .map((events) => JSON.stringify(events));

describe('the quick way and the general one agree', () => {
  test('on what a sender of the stream writes', () => {
    const both = bothOf();
    fc.assert(fc.property(sent, (text) => requireSame(both, text)), { numRuns: 500 });
  });

  test('on anything else: wrong types, doubles, escapes, damage, numbers at their limits', () => {
    const both = bothOf();
    fc.assert(fc.property(message, (text) => requireSame(both, text)), { numRuns: 2000 });
  });

  test('where paths name the members and the events bring their time', () => {
    const paths = Object.fromEntries(attributes.map(({ name }) => [name, name === 'flow' ? "$['other']" : `$.${name}`]));
    const both = bothOf({ paths, timestamp: '$.at' });
    const timed = fc.tuple(message, valueText).map(([text, time]) => text.replaceAll('{', `{"at":${time},`).replaceAll(',}', '}'));
    fc.assert(fc.property(fc.oneof(message, timed), (text) => requireSame(both, text)), { numRuns: 1000 });
  });

  test('on bytes that are no text', () => {
    const [quick, general] = bothOf();
    const torn = fc.tuple(sent, fc.nat(), fc.integer({ min: 128, max: 255 })).map(([text, at, byte]) => {
      const bytes = Buffer.from(text);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(torn, (bytes) => {
        const [found, expected] = [quick, general].map((decoder) => {
          const into: DecodedEvents = { times: [], rows: [], refused: [] };
          decoder.decode(bytes, 7, 1000, into);
          return into;
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('where an attribute is called event', () => {
    const own: Attribute[] = [{ name: 'event', type: 'string' }, ...attributes];
    const both = bothOf({ attributes: own, reader: rowReader({ name: 'Readings', attributes: own }) });
    fc.assert(fc.property(message, (text) => requireSame(both, text)), { numRuns: 500 });
  });
});

test('a number is read as the language reads it, to the last bit', () => {
  const reader = new JsonNumberReader();
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 20 })).map(([value, places]) => value.toFixed(places)),
    fc.tuple(fc.constantFrom('', '-'), digits, digits).map(([sign, whole, fraction]) => `${sign}${BigInt(whole)}.${fraction}`),
  );
  fc.assert(
    fc.property(written, (text) => {
      expect(reader.read(Buffer.from(`${text},`), 0)).toBe(text.length);
      expect(reader.value).toBe(Number(text));
    }),
    { numRuns: 5000 },
  );
});
