import { describe, expect, it } from 'vitest';
import { RuleDocument } from './document.ts';

const environment = { model: () => ({ inputs: [{ name: 'flow', type: 'double' as const }], outputs: [{ name: 'score', type: 'double' as const }] }) };

const text = `@source(type='kafka', topic='readings', @map(type='json'))
define stream Readings (device string, flow double);
define table Sites (device string, allowed double);
@detection(title='Too high', severity='critical')
@sink(type='log', prefix='high')
define stream High (device string, mean double);
-- the mean of a minute
@info(name = 'mean')
from Readings#window.time(1 min) select device, avg(flow) as mean group by device insert into Means;
@info(name = 'score')
from Means#model:predict('pump@champion', mean)[score > 0.5] select device, mean insert into Bad;
@info(name = 'judge')
from Bad as b join Sites as s on b.device == s.device and b.mean > s.allowed select b.device, b.mean insert into High;
@info(name = 'twice')
from every a=Bad -> b=Bad[device == a.device] within 10 sec select a.device as device, b.mean as mean update Sites set Sites.allowed = mean on Sites.device == device;
`;
const rule = new RuleDocument(text, environment);

describe('the graph', () => {
  const { nodes, edges } = rule.graph;
  const labelOf = (id: string): string => nodes.find((one) => one.id === id)?.label ?? id;

  it('has a node for everything that events pass', () => {
    expect(nodes.map((one) => `${one.kind} ${one.label}`).sort()).toEqual([
      'detection Too high', 'model pump@champion', 'query judge', 'query mean', 'query score', 'query twice', 'sink log', 'source kafka',
      'stream Bad', 'stream High', 'stream Means', 'stream Readings', 'table Sites',
    ]);
  });

  it('says how they pass', () => {
    expect(edges.map((one) => `${labelOf(one.from)} ${one.kind} ${labelOf(one.to)}`).sort()).toEqual([
      'Bad flow judge', 'Bad flow twice', 'High flow Too high', 'High flow log', 'Means flow score', 'Readings flow mean', 'Sites look-up judge', 'judge flow High',
      'kafka flow Readings', 'mean flow Means', 'pump@champion look-up score', 'score flow Bad', 'twice change Sites',
    ]);
  });

  it('knows the place of each in the text', () => {
    for (const { kind, label, at } of nodes) if (kind === 'stream' || kind === 'table') expect(text.slice(at.from, at.to)).toBe(label);
    expect(nodes.find((one) => one.label === 'mean')).toMatchObject({ detail: 'time(1 min)', at: { from: text.indexOf('from Readings') } });
    expect(nodes.find((one) => one.label === 'twice')?.detail).toBe('every a → b within');
  });

  it('is there for the part of a broken text that can be read', () => {
    const broken = new RuleDocument('define stream S (a int);\nfrom S select a insert into T;\nfrom T select');
    expect(broken.graph.nodes.map((one) => one.label)).toEqual(['S', 'query1', 'T']);
    const inner = new RuleDocument('define stream S (a int);\npartition with (a of S) begin @info(name=\'q\') from S select a insert into T; end;');
    expect(inner.graph.nodes.find((one) => one.label === 'q')).toMatchObject({ partition: 'a' });
  });
});

describe('semantic tokens', () => {
  const kinds = (word: string): string[] => rule.tokens().filter((one) => text.slice(one.from, one.to) === word).map((one) => one.kind);
  it.each([
    ['Readings', ['stream', 'stream']], ['Sites', ['table', 'table', 'table', 'table', 'table']], ['double', ['type', 'type', 'type']], ['time', ['function']],
    ['-- the mean of a minute', ['comment']], ['min', ['unit']], ["'pump@champion'", ['model']], ['a', ['event', 'event', 'event']], ['avg', ['function']],
    ['update', ['keyword']], ['0.5', ['number']],
  ])('%s', (word, expected) => expect(kinds(word)).toEqual(expected));

  it('cover the text in order without touching', () => {
    let end = 0;
    for (const { from, to } of rule.tokens()) {
      expect(from).toBeGreaterThanOrEqual(end);
      end = to;
    }
  });
});

describe('the state that a rule will hold', () => {
  it('follows from the rate of a stream and the size of a window', () => {
    const [, window] = rule.state({ Readings: 100 });
    expect(window).toMatchObject({ query: 'mean', entries: 6000, because: '1 min × 100 events/s', bounded: false });
    expect(rule.state({ Readings: 200 })[1]?.bytes).toBe((window?.bytes ?? 0) * 2);
  });

  it('is bounded where the text bounds it', () => {
    const bounded = new RuleDocument('define stream S (a int, b string);\nfrom S#window.length(1000) select count() as n insert into T;');
    expect(bounded.state({ S: 1 })).toEqual(bounded.state({ S: 1_000_000 }));
    expect(bounded.state()[0]).toMatchObject({ entries: 1000, bounded: true });
  });

  it('counts tables, groups and patterns', () => {
    expect(rule.state().map((one) => one.what)).toEqual(['table Sites', '1-minute window of Readings', 'running avg of each group', 'unfinished matches of the pattern']);
  });
});
