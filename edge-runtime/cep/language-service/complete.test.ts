import { describe, expect, it } from 'vitest';
import type { Environment } from '../api.ts';
import { RuleDocument } from './document.ts';

const environment: Environment = {
  model: (reference) => (reference === 'pump@champion' ? { inputs: [{ name: 'flow', type: 'double' }, { name: 'site', type: 'string' }], outputs: [{ name: 'score', type: 'float' }] } : { missing: 'there is none' }),
};

const definitions = `define stream Readings (device string, flow double, count int, on bool, at long);
define table Sites (device string, limitFlow double);
from Readings[flow > 1.0] select device, flow * 2.0 as twice insert into Doubled;
`;

/** What is offered at the `|` of a text. */
function offered(text: string, before = definitions): { labels: string[]; ranks: Record<string, number>; replaces: string } {
  const offset = before.length + text.indexOf('|');
  const whole = before + text.replace('|', '');
  const completion = new RuleDocument(whole, environment).complete(offset, { models: ['pump@champion'] });
  const items = completion?.items ?? [];
  return { labels: items.map((one) => one.label), ranks: Object.fromEntries(items.map((one) => [one.label, one.rank])), replaces: whole.slice(completion?.from ?? 0, completion?.to ?? 0) };
}

describe('names', () => {
  it('offers streams after from, defined and inferred, and replaces the word that was begun', () => {
    const { labels, replaces } = offered('from Rea|');
    expect(labels).toEqual(expect.arrayContaining(['Readings', 'Doubled', 'every', 'not']));
    expect(replaces).toBe('Rea');
  });

  it('offers what a stream has in its filter, whatever is missing behind it', () => {
    const { labels } = offered('from Readings[fl|');
    expect(labels).toEqual(expect.arrayContaining(['device', 'flow', 'count', 'on', 'at', 'ifThenElse', 'sum']));
    expect(labels).not.toContain('limitFlow');
  });

  it.each([
    ['select device, flow as | insert into Sites;', 'insert'],
    ['select device, flow as li| update or insert into Sites set Sites.limitFlow = flow on Sites.device == device;', 'update or insert'],
    ['select device, flow as | update Sites set Sites.limitFlow = flow on Sites.device == device;', 'update'],
  ])('offers a value the names of what it is put into: %s', (text) => {
    const { labels, ranks } = offered(`from Readings ${text}`);
    expect(labels.slice(0, 2)).toEqual(['device', 'limitFlow']);
    expect([ranks['limitFlow'], ranks['twice']]).toEqual([2, 0]);
  });

  it('offers a value every name that is there while it is put into nothing', () => {
    expect(offered('from Readings select flow as |').labels).toEqual(expect.arrayContaining(['limitFlow', 'twice']));
  });

  it('ranks what type-checks as it stands over what can still be compared', () => {
    const { ranks } = offered('from Readings[|] select device insert into Out;');
    expect(ranks['on']).toBe(2);
    expect(ranks['flow']).toBe(1);
  });

  it('offers only numbers where a sum goes on, and only strings to compare a string with', () => {
    const sum = offered('from Readings select flow + | as x insert into Out;').labels;
    expect(sum).toEqual(expect.arrayContaining(['flow', 'count', 'at']));
    expect(sum).not.toContain('device');
    expect(sum).not.toContain('UUID');
    const same = offered('from Readings[device == |').labels;
    expect(same).toContain('device');
    expect(same).not.toContain('flow');
  });

  it('offers aggregators in select, and numbers alone inside sum', () => {
    expect(offered('from Readings#window.length(5) select |').labels).toEqual(expect.arrayContaining(['sum', 'avg', 'math:percentile', 'flow']));
    expect(offered('from Readings join Sites on |').labels).not.toContain('math:percentile');
    const inside = offered('from Readings#window.length(5) select sum(|').labels;
    expect(inside).toContain('flow');
    expect(inside).not.toContain('device');
    expect(inside).not.toContain('avg');
  });

  it('knows the events of a pattern and their attributes', () => {
    const text = 'from every a=Readings[flow > 1.0] -> b=Readings[device == a.|';
    expect(offered(text).labels).toEqual(['device']);
    expect(offered('from every a=Readings -> b=Readings[flow > |').labels).toEqual(expect.arrayContaining(['flow', 'a.flow', 'a']));
    expect(offered('from every a=Readings -> b=Readings select a.|').labels).toEqual(['device', 'flow', 'count', 'on', 'at']);
  });

  it('qualifies what both sides of a join have', () => {
    const { labels } = offered('from Readings join Sites on |');
    expect(labels).toEqual(expect.arrayContaining(['Readings.device', 'Sites.device', 'limitFlow', 'flow']));
    expect(labels).not.toContain('device');
  });

  it('offers what is put out in having', () => {
    expect(offered('from Readings#window.length(5) select device, avg(flow) as mean group by device having |').labels).toContain('mean');
  });

  it('offers streams and tables to put into', () => {
    expect(offered('from Readings select device insert into |').labels).toEqual(expect.arrayContaining(['Readings', 'Sites', 'Doubled']));
  });
});

describe('calls', () => {
  it('offers windows after #window. and stream functions after #', () => {
    expect(offered('from Readings#window.|').labels).toEqual(expect.arrayContaining(['time', 'lengthBatch']));
    expect(offered('from Readings#|').labels).toEqual(expect.arrayContaining(['window', 'model:predict', 'pol2Cart']));
  });

  it('offers functions of a namespace, the whole name of which is replaced', () => {
    const { labels, replaces } = offered('from Readings select math:flo|');
    expect(replaces).toBe('math:flo');
    expect(labels).toEqual(expect.arrayContaining(['math:floor', 'str:length']));
    expect(offered('from Readings select flow + str:| as x insert into Out;').labels).not.toContain('str:upper');
    expect(offered('from Readings#model:|').labels).toContain('model:predict');
  });

  it('offers a long for the time of externalTime', () => {
    const { labels } = offered('from Readings#window.externalTime(|, 5 sec) select device insert into Out;');
    expect(labels).toContain('at');
    expect(labels).not.toContain('flow');
  });

  it('offers models in the quotes, and what fits each of their inputs', () => {
    expect(offered("from Readings#model:predict('|')").labels).toEqual(['pump@champion']);
    const number = offered("from Readings#model:predict('pump@champion', |, device) select score insert into Out;").labels;
    expect(number).toContain('flow');
    expect(number).not.toContain('device');
    expect(offered("from Readings#model:predict('pump@champion', flow, device) select |").labels).toContain('score');
  });
});

describe('the grammar', () => {
  it.each([
    ['|', 'define stream'], ['define |', 'aggregation'], ['define stream S (a |', 'double'], ['from Readings |', 'select'], ['from Readings select device |', 'group by'],
    ['from Readings select device group |', 'by'], ['from Readings select device insert |', 'into'], ['from Readings select device output |', 'snapshot'], ['@|', 'source'],
    ['partition with (device of |', 'Readings'], ['from Readings[flow > 1.0 |', 'and'],
  ])('%s goes on with %s', (text, label) => {
    expect(offered(text).labels).toContain(label);
  });

  it.each(['-- flow |', "@source(type='|')", 'define stream |', "from Readings select 'fl|' as x insert into Out;"])('says nothing in %s', (text) => {
    expect(offered(text).labels).toEqual([]);
  });

  it('works between other statements that are complete', () => {
    const text = `${definitions}from Readings[|\n\n@info(name='next')\nfrom Doubled select twice insert into Next;\n`;
    expect(offered(text, '').labels).toContain('flow');
    const inner = 'define stream S (k string, v double);\npartition with (k of S) begin\nfrom S[v > |] select k insert into Out;\nend;';
    expect(offered(inner, '').labels).toContain('v');
  });
});
