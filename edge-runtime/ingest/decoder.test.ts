import { describe, expect, test, vi } from 'vitest';
import type { Attribute, Row, RowReader } from '../cep/index.ts';
import { decodeLimits, parseTime, type DecodedEvents, type JsonMapping } from './decoder.ts';
import { jsonDecoder } from './json-decoder.ts';
import { JsonPathError, readPath } from './json-path.ts';

const pumpAttributes: Attribute[] = [{ name: 'pump', type: 'string' }, { name: 'flow', type: 'double' }];

/** Reads `{pump, flow}`; the engine's own reader has its own tests. */
class PumpReader implements RowReader {
  error = '';
  read(object: unknown): unknown[] | undefined {
    const { pump, flow, note } = object as { pump?: unknown; flow?: unknown; note?: unknown };
    if (flow !== undefined && typeof flow !== 'number') {
      this.error = 'flow is a string, expected double';
      return undefined;
    }
    return [pump ?? null, flow ?? null, ...(note === undefined ? [] : [note])];
  }
}

function decode(message: string | Uint8Array, mapping: Partial<JsonMapping> = {}): DecodedEvents {
  const into: DecodedEvents = { times: [], rows: [], refused: [] };
  const decoder = jsonDecoder({ reader: new PumpReader(), paths: undefined, timestamp: undefined, attributes: pumpAttributes, ...mapping });
  decoder.decode(typeof message === 'string' ? Buffer.from(message) : message, 7, 1000, into);
  return into;
}
const one: Row[] = [['p1', 3]];
const two: Row[] = [['p1', 3], ['p2', 4]];

describe('events are found in', () => {
  test.each([
    ['one object', '{"pump":"p1","flow":3}', one],
    ['an array', '[{"pump":"p1","flow":3},{"pump":"p2","flow":4}]', two],
    ['lines', '{"pump":"p1","flow":3}\n{"pump":"p2","flow":4}\n', two],
    ['an envelope', '{"event":{"pump":"p1","flow":3}}', one],
    ['an array of envelopes', '[{"event":{"pump":"p1","flow":3}},{"event":{"pump":"p2","flow":4}}]', two],
    ['an empty array', '[]', []],
  ])('%s', (_, message, rows) => {
    const events = decode(message);
    expect(events).toEqual({ rows, times: rows.map(() => 1000), refused: [] });
  });

  test('places named by paths', () => {
    expect(decode('{"id":"p1","sensors":[{"flow rate":3}]}', { paths: { pump: '$.id', flow: "$.sensors[0]['flow rate']" } }).rows).toEqual(one);
  });

  test('an event’s own time is used where the source names its place', () => {
    expect(decode('[{"pump":"p1","at":5},{"pump":"p1","at":"1970-01-01T00:00:01Z"}]', { timestamp: '$.at' }).times).toEqual([5, 1000]);
    expect(decode('{"pump":"p1"}', { timestamp: '$.at' }).refused).toMatchObject([{ reason: expect.stringContaining('no time at $.at') }]);
  });
});

describe('bad input is refused with the reason and its beginning, and the rest goes on', () => {
  test.each([
    ['garbage', 'valve!', /not JSON/],
    ['cut off', '{"pump":"p1","flow"', /not JSON/],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00]), /not UTF-8/],
    ['a number', '42', /an event is a JSON object, not a number/],
    ['null', 'null', /not null/],
    ['nothing', '', /not JSON/],
    ['huge', `{"pump":"${'x'.repeat(decodeLimits.bytesMax)}"}`, /1048576/],
    ['too many events', JSON.stringify(Array.from({ length: decodeLimits.eventsMax + 1 }, () => ({}))), /10001 events/],
    ['deep arrays', '['.repeat(50_000) + ']'.repeat(50_000), /not an array/],
    ['wrongly typed', '{"pump":"p1","flow":"much"}', /expected double/],
  ])('%s', (_, message, reason) => {
    const { rows, refused } = decode(message);
    expect(rows).toEqual([]);
    expect(refused).toEqual([{ position: 7, index: 0, reason: expect.stringMatching(reason), raw: expect.any(String) }]);
    expect(refused[0]?.raw.length).toBeLessThanOrEqual(decodeLimits.rawMax);
  });

  test('one bad event among good ones, by its place', () => {
    const { rows, refused } = decode('[{"pump":"p1","flow":3},{"flow":"much"},{"pump":"p2","flow":4}]');
    expect(rows).toEqual(two);
    expect(refused).toMatchObject([{ position: 7, index: 1, raw: '{"flow":"much"}' }]);
  });

  test('one bad line among good ones', () => {
    expect(decode('{"pump":"p1","flow":3}\nvalve!\n{"pump":"p2","flow":4}')).toMatchObject({ rows: two, refused: [{ index: 1, reason: expect.stringContaining('valve!') }] });
  });

  test('a message of nothing but lines, which are counted before any is read', () => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      expect(decode('x\n'.repeat(decodeLimits.bytesMax / 2)).refused).toMatchObject([{ index: 0, reason: expect.stringMatching(/^524288 events in one message/) }]);
      expect(parse).toHaveBeenCalledTimes(1);
    } finally {
      parse.mockRestore();
    }
  });

  test('deep objects, where an attribute would keep them', () => {
    const deep = `{"pump":"p1","note":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`;
    expect(decode(deep, { attributes: [...pumpAttributes, { name: 'note', type: 'object' }] }).refused).toMatchObject([{ reason: expect.stringContaining('nested deeper') }]);
    expect(decode(deep).refused).toEqual([]);
  });
});

test('a time is milliseconds or ISO 8601, in the range of dates', () => {
  expect([parseTime(12.4), parseTime('2020-03-09T10:14:33Z'), parseTime('soon'), parseTime(-1), parseTime(1e20), parseTime(null)]).toEqual([12, 1583748873000, undefined, undefined, undefined, undefined]);
});

describe('paths', () => {
  test('never reach into what an object inherits', () => {
    expect(readPath('$.constructor')({})).toBeUndefined();
    expect(readPath('__proto__.a')({})).toBeUndefined();
  });
  test.each(['', '$', '$.', '$..a', '$.*', '$[?(@.a)]'])('refuses %o', (path) => {
    expect(() => readPath(path)).toThrow(JsonPathError);
  });
});
