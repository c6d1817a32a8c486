import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import { analyze } from '@selvedge/edge-runtime/cep';
import { expect, test } from 'vitest';
import { connectorViolations } from './connectors.ts';

const rule = (source: string, sink: string): string => `@source(${source})\ndefine stream In (a int);\n@sink(${sink})\ndefine stream Out (a int);\nfrom In select a insert into Out;`;
const codes = (source: string, sink: string, connectors: Record<string, Record<string, string>> = {}): string[] =>
  connectorViolations('watch 1', analyze(rule(source, sink)), settingsSchema.parse({ connectors })).map((violation) => violation.code);

const log = `type='log'`;
const json = `@map(type='json')`;

test.each([
  [`type='kafka', topic='t', brokers='b:9092', ${json}`, log, []],
  [`type='http', path='/in', ${json}`, `type='webhook', url='http://x', ${json}`, []],
  [`type='http', path='/in', ${json}`, `type='http', publisher.url='http://x', @map(type='text')`, []],
  [`type='kafka', topic='t', ${json}`, log, ['MissingSetting']],
  [`type='kafka', ${json}`, log, ['MissingSetting', 'MissingSetting']],
  [`type='mqtt', topic='t', ${json}`, log, ['UnknownSourceType']],
  [`type='http', path='/in', @map(type='avro')`, log, ['UnknownMapper']],
  [`type='http', path='/in', ${json}`, `type='email', to='x'`, ['UnknownSinkType']],
  [`type='http', path='/in', ${json}`, `type='webhook', ${json}`, ['MissingSetting']],
])('%s → %s', (source, sink, expected) => {
  expect(codes(source, sink)).toEqual(expected);
});

test('what the rule leaves open the settings may fill', () => {
  expect(codes(`type='kafka', topic='t', ${json}`, log, { kafka: { brokers: 'b:9092' } })).toEqual([]);
  expect(codes(`type='kafka', topic='t', ${json}`, log, { kafka: { brokers: '' } })).toEqual(['MissingSetting']);
});
