import { describe, expect, it } from 'vitest';
import { analyze } from '../analyze.ts';
import type { Environment } from '../api.ts';
import { RuleDocument } from './document.ts';
import { applyEdits } from './rename.ts';

const environment: Environment = { model: () => ({ inputs: [{ name: 'flow', type: 'double' }], outputs: [{ name: 'score', type: 'double' }] }) };

const text = `@source(type='kafka', @map(type='json', @attributes(device='$.id', flow='$.f')))
define stream Readings (device string, flow double);
@primaryKey('device')
define table Sites (device string, allowed double);
@sink(type='log', @map(type='json', @payload('{{device}} is high')))
define stream High (device string, flow double);

@info(name='copy')
from Readings select * insert into Copy;
from Copy as c join Sites as s on c.device == s.device and c.flow > s.allowed
select c.device as device, c.flow as flow insert into High;
from every a=Copy[flow > 5.0] -> b=Copy[device == a.device and flow > a.flow]
select a.device, b.flow as rise insert into Rising;
from Rising#model:predict('pump@champion', rise) select device, score insert into Scored;
`;

const rule = new RuleDocument(text, environment);

/** The offset of the `nth` time that `word` stands in the text. */
function at(word: string, nth = 1, inside = text): number {
  let offset = -1;
  for (let count = 0; count < nth; count++) offset = inside.indexOf(word, offset + 1);
  return offset;
}

function renamed(offset: number, name: string, of = text): string {
  const result = new RuleDocument(of, environment).rename(offset, name);
  if ('refused' in result) throw new Error(result.refused);
  return applyEdits(of, result.edits);
}

describe('definitions and references', () => {
  it('the text type-checks', () => expect(rule.analysis.diagnostics).toEqual([]));

  it.each([
    ['a stream to its definition', at('from Readings') + 5, at('Readings (')],
    ['an inferred stream to the query that makes it', at('from Copy') + 5, at('insert into Copy') + 12],
    ['an event to its step', at('a.device'), at('a=Copy')],
    ['an alias', at('c.flow'), at('as c') + 3],
    ['an attribute to its definition', at('s.allowed') + 2, at('allowed double')],
    ['an attribute of an inferred stream to where it is selected', at("champion', rise") + 11, at('as rise') + 3],
  ])('leads from %s', (_, from, to) => {
    expect(rule.definition(from)?.from).toBe(to);
  });

  it('finds a key in an annotation and an attribute in a template', () => {
    expect(rule.references(at('device string, allowed')).map((one) => one.from)).toContain(at("'device')") + 1);
    const [high] = rule.references(at('device string, flow', 2)).filter((one) => one.inString);
    expect(high?.from).toBe(at('{{device') + 2);
  });

  it('knows what is named at no place and does not fail there', () => {
    expect(rule.definition(at('from'))).toBeUndefined();
    expect(rule.references(text.length)).toEqual([]);
  });
});

describe('partitions', () => {
  const partitions = `define stream S (k string, v double);
partition with (k of S) begin
  from S[v > 1.0] select k, v * 2.0 as twice insert into #Inner;
  from #Inner#window.length(2) select k, sum(twice) as total insert into Out;
end;
partition with (k of S) begin
  from S select k, v as twice insert into #Inner;
  from #Inner select k, twice insert into Out2;
end;
`;

  it('have inner streams of their own', () => {
    const inner = new RuleDocument(partitions);
    const used = at('#Inner', 2, partitions) + 1;
    expect(inner.definition(used)?.from).toBe(at('#Inner', 1, partitions) + 1);
    expect(inner.references(used)).toHaveLength(2);
    const result = renamed(used, 'Doubled', partitions);
    expect(result.match(/#Doubled/g)).toHaveLength(2);
    expect(result.match(/#Inner/g)).toHaveLength(2);
  });

  it('are renamed with their keys', () => {
    const result = renamed(at('k string', 1, partitions), 'site', partitions);
    expect(result.match(/partition with \(site of S\)/g)).toHaveLength(2);
    expect(result).toContain('select site as k, v * 2.0 as twice insert into #Inner');
    expect(analyze(result).ok).toBe(true);
  });
});

describe('renaming', () => {
  it('renames a stream everywhere', () => {
    const result = renamed(at('Readings'), 'Raw');
    expect(result).not.toContain('Readings');
    expect(analyze(result, environment).ok).toBe(true);
  });

  it('renames an event in its own query alone', () => {
    const result = renamed(at('a=Copy'), 'first one');
    expect(result).toContain('`first one`=Copy');
    expect(result).toContain('device == `first one`.device and flow > `first one`.flow');
  });

  it('renames an attribute through select *, and keeps the name it was put out under', () => {
    const result = renamed(at('device string'), 'pump');
    expect(result).toContain('define stream Readings (pump string');
    expect(result).toContain("@attributes(pump='$.id'");
    expect(result).toContain('c.pump == s.device');
    expect(result).toContain('select a.pump as device, b.flow as rise');
    expect(analyze(result, environment).ok).toBe(true);
  });

  it('renames what is put out and leaves what is read', () => {
    const result = renamed(at('device, score'), 'pump', text);
    expect(result).toContain('select a.device as pump');
    expect(result).toContain('select pump as device, score');
  });

  it('reaches what a table is set to', () => {
    const update = `${text}from Rising select device, rise update Sites set Sites.allowed = rise on Sites.device == device;`;
    const result = renamed(at('allowed double'), 'most', update);
    expect(result).toContain('set Sites.most = rise');
    expect(analyze(result, environment).ok).toBe(true);
  });

  it('says that the outside sees it', () => {
    expect(rule.rename(at('flow double'), 'litres')).toMatchObject({ note: expect.stringContaining('Readings') });
    expect(rule.rename(at('rise insert'), 'x')).not.toHaveProperty('note');
  });

  it.each([
    ['a name that is taken', at('Readings'), 'High', 'not type-check'],
    ['what a model adds', at('score insert'), 'x', 'named by it'],
    ['a model', at('pump@champion'), 'x', 'published'],
    ['a key word', at('from'), 'x', 'nothing here'],
    ['no name', at('Readings'), '', 'at least one'],
  ])('refuses %s', (_, offset, name, because) => {
    expect(rule.rename(offset, name)).toEqual({ refused: expect.stringContaining(because) });
  });

  it('refuses where the text has errors', () => {
    const broken = new RuleDocument('define stream S (a int);\nfrom S[b > 1] select a insert into T;');
    expect(broken.rename(15, 'R')).toEqual({ refused: expect.stringContaining('errors') });
  });
});

describe('hovers', () => {
  const title = (offset: number): string | undefined => rule.hover(offset)?.title;
  it.each([
    ['an attribute with its type', at('c.flow') + 2, 'flow double'],
    ['a stream', at('from Readings') + 6, 'stream Readings'],
    ['a table', at('join Sites') + 6, 'table Sites'],
    ['a model', at('pump@champion') + 3, 'pump@champion'],
    ['a stream function', at('predict') + 1, "model:predict('model@alias', input, …)"],
    ['an event', at('a.device'), 'a of Copy'],
    ['a key word', at('every'), 'every'],
  ])('say what %s is', (_, offset, expected) => expect(title(offset)).toBe(expected));

  it('give the type that a call has here', () => {
    const sums = new RuleDocument('define stream S (a int);\nfrom S#window.length(3) select sum(a) as total insert into T;');
    expect(sums.hover(sums.text.indexOf('sum'))).toMatchObject({ title: 'sum(number) long', kind: 'aggregator' });
    expect(sums.hover(sums.text.indexOf('length'))).toMatchObject({ kind: 'window', text: expect.stringContaining('latest') });
  });
});
