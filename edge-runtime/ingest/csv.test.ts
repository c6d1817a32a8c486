import { expect, test } from 'vitest';
import type { Attribute } from '../cep/index.ts';
import { csvReader, splitLine, type CsvMapping } from './csv.ts';
import type { DecodedEvents } from './decoder.ts';

const attributes: Attribute[] = [{ name: 'flow', type: 'double' }, { name: 'label', type: 'string' }];

function read(lines: string[], header: string | null, mapping: Partial<CsvMapping> = {}): DecodedEvents {
  const reader = csvReader({ attributes, delimiter: ';', columns: undefined, timestamp: undefined, ...mapping }, header);
  if ('missing' in reader) throw new Error(`missing ${reader.missing}`);
  const into: DecodedEvents = { times: [], rows: [], refused: [] };
  lines.forEach((line, index) => reader.read(line, index, 5, into));
  return into;
}

test('columns are found by name, in any order', () => {
  expect(read(['a;32.5;x'], 'label;flow;other').rows).toEqual([[32.5, 'a']]);
});
test('columns may be named otherwise than the attributes', () => {
  expect(read(['32;n'], 'Volume Flow RateRMS;label', { columns: { flow: 'Volume Flow RateRMS', label: 'label' } }).rows).toEqual([[32, 'n']]);
});
test('without a header columns are the attributes in order', () => {
  expect(read(['1;a'], null).rows).toEqual([[1, 'a']]);
});
test('a recording’s time without a zone is UTC', () => {
  expect(read(['2020-03-09 10:14:33;1;a'], 'datetime;flow;label', { timestamp: 'datetime' }).times).toEqual([Date.UTC(2020, 2, 9, 10, 14, 33)]);
});
test('an empty field is null, and a wrongly typed one refuses its line', () => {
  expect(read([';a', 'much;b', '2;c'], 'flow;label')).toMatchObject({ rows: [[null, 'a'], [2, 'c']], refused: [{ position: 1, reason: "flow is 'much', expected double" }] });
});
test('a missing column is named', () => {
  expect(csvReader({ attributes, delimiter: ';', columns: undefined, timestamp: undefined }, 'flow')).toEqual({ missing: 'label' });
});
test('quotes hold delimiters and quotes', () => {
  expect(splitLine('1;"a;b";"say ""yes"""', ';')).toEqual(['1', 'a;b', 'say "yes"']);
});
