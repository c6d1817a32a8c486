import { describe, expect, test } from 'vitest';
import { parseSinkOptions, sinkPayload } from '../actions/sink-options.ts';
import { analyze, type Connector } from '../cep/index.ts';
import { parseSourceOptions } from '../ingest/source-options.ts';
import { type ConnectorType, sinkTypes, sourceTypes } from '../protocol/index.ts';

/* What a plan holds against a rule, and what a node would not start with, are the same: kind by kind, option by option. */

const values: Readonly<Record<string, string>> = { topic: 't', 'topic.list': 't', brokers: 'b:9092', 'bootstrap.servers': 'b:9092', path: '/in', url: 'http://x/', 'publisher.url': 'http://x/' };

function connector(role: 'source' | 'sink', type: string, options: readonly string[], mapper: string): Connector {
  const given = options.map((option) => `, ${option}='${type === 'file' ? 'in.csv' : values[option]}'`).join('');
  const [found] = analyze(`@${role}(type='${type}'${given}, @map(type='${mapper}')) define stream S (a int);`)[role === 'source' ? 'sources' : 'sinks'];
  if (found === undefined) throw new Error('the annotation was not understood');
  return found;
}

function start(role: 'source' | 'sink', type: string, options: readonly string[], mapper: string): void {
  const asked = connector(role, type, options, mapper);
  if (role === 'source') return void parseSourceOptions(asked, { stream: 'r/S', attributes: [{ name: 'a', type: 'int' }], filesFolder: '/files' });
  parseSinkOptions(asked, 'r/S', 0);
  sinkPayload(asked, 'r/S');
}

const kinds = [...Object.entries<ConnectorType>(sourceTypes).map(([type, kind]) => ['source', type, kind] as const), ...Object.entries<ConnectorType>(sinkTypes).map(([type, kind]) => ['sink', type, kind] as const)];

describe.each(kinds)('%s %s', (role, type, { mappers, needs }) => {
  const enough = needs.map(({ anyOf }) => anyOf[0] ?? '');

  test.each(mappers)('starts with the mapper %s, and by either name of what it needs', (mapper) => {
    expect(() => start(role, type, enough, mapper)).not.toThrow();
    for (const [place, { anyOf }] of needs.entries()) for (const other of anyOf) expect(() => start(role, type, enough.with(place, other), mapper), other).not.toThrow();
  });

  test('does not start with another mapper, nor without any one thing that it needs', () => {
    expect(() => start(role, type, enough, 'avro')).toThrow(/avro/);
    for (const [place] of needs.entries()) expect(() => start(role, type, enough.toSpliced(place, 1), mappers[0] ?? '')).toThrow();
  });
});

test.each(['source', 'sink'] as const)('a %s of no kind is refused with those that there are', (role) => {
  expect(() => start(role, 'carrier-pigeon', [], 'json')).toThrow(role === 'source' ? /kafka, http and file/ : /kafka, webhook, http and log/);
});
